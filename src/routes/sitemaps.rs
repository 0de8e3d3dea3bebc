//! Sitemaps: what is new, and the whole archive in files of a month.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, get, web::Data};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, de::Error};
use utoipa::{
    IntoParams, IntoResponses,
    openapi::{
        ContentBuilder, RefOr, Required, Response, ResponseBuilder, Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
        schema::ObjectBuilder,
    },
};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    access::caller::Caller,
    api::sitemap,
    domain::sitemap::SitemapMonth,
    feeds::sitemap::{MEDIA_TYPE, News, Url, write, write_index},
    http::{
        self,
        base_url::base_url,
        conditional::TaggedBytes,
        extract::{NoParameters, Path, Query},
        problem::{ListProblems, StandingProblems},
    },
    store::{db::Db, sitemaps},
};

/// As many pages as the protocol lets a file hold, less the front page and some sections.
const MOST_PAGES: i64 = 45_000;

/// The routes of this file. The one with a variable comes last: it would swallow the others.
pub fn routes(config: &mut ServiceConfig) {
    config.service(show_news_sitemap).service(show_sitemap_index).service(show_structure_sitemap).service(show_month_sitemap);
}

/// A file of a month.
#[derive(Clone, Copy, Debug)]
struct MonthName(SitemapMonth);

impl<'de> Deserialize<'de> for MonthName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        SitemapMonth::parse(&text).map(Self).ok_or_else(|| D::Error::custom("it must be a month, like `2026-03`, or a part of one"))
    }
}

impl IntoParams for MonthName {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let schema = ObjectBuilder::new().schema_type(Type::String).pattern(Some(r"^[0-9]{4}-[0-9]{2}(-[0-9]{1,5}-of-[0-9]{1,5})?$"));
        let month = ParameterBuilder::new()
            .name("month")
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .description(Some("A month (UTC), or one of the parts of a month that has many articles, as the index names it."))
            .example(Some("2026-03".into()))
            .schema(Some(schema.build()));
        vec![month.build()]
    }
}

/// A file for search engines.
struct SitemapDocument;

impl IntoResponses for SitemapDocument {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let at = "2026-03-02T06:10:00Z".parse().unwrap_or_default();
        let example = write(&[Url {
            location: "https://example.org/news/transport/port-reopens-after-storm".to_owned(),
            changed_at: Some(at),
            news: Some(News {
                publication: "The Harbour Courier".to_owned(),
                language: "en".to_owned(),
                published_at: at,
                title: "Port reopens after storm".to_owned(),
            }),
            ..Url::default()
        }]);
        answer("The sitemap.", example)
    }
}

/// A file of files for search engines.
struct SitemapIndexDocument;

impl IntoResponses for SitemapIndexDocument {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let files = ["news", "structure", "2026-03"].map(|name| (format!("https://api.example.org/v1/sitemaps/{name}.xml"), None));
        answer("The index.", write_index(&files))
    }
}

fn answer(description: &str, example: Vec<u8>) -> BTreeMap<String, RefOr<Response>> {
    let content = ContentBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).build()))
        .example(Some(String::from_utf8_lossy(&example).into_owned().into()));
    let media_type = MEDIA_TYPE.split(';').next().unwrap_or_default();
    let response = ResponseBuilder::new().description(description).content(media_type, content.build());
    BTreeMap::from([("200".to_owned(), response.build().into())])
}

/// Write the news sitemap.
///
/// For Google News: what was published for the first time in the last 48 hours, at most 1,000 articles, the newest first. What somebody paid
/// for, and what has its canonical address elsewhere, is left out.
#[utoipa::path(tag = "sitemaps", responses(SitemapDocument, StandingProblems))]
#[get("/sitemaps/news.xml")]
async fn show_news_sitemap(caller: Caller, _: Query<NoParameters>, db: Data<Db>) -> http::Result<TaggedBytes> {
    let scope = caller.scope();
    let found = db.read(move |conn| sitemaps::news(conn, &scope)).await?;
    // Without a date: what is two days old leaves it though nothing changed.
    Ok(file(write(&sitemap::news(found)), None))
}

/// Write the index of sitemaps.
///
/// Every other sitemap, the newest month first, with when something in it last changed. To be named in the `robots.txt` of the publication's site,
/// which is what lets search engines believe addresses that are on another host than the sitemap.
#[utoipa::path(tag = "sitemaps", responses(SitemapIndexDocument, StandingProblems))]
#[get("/sitemaps/index.xml")]
async fn show_sitemap_index(request: HttpRequest, caller: Caller, _: Query<NoParameters>, db: Data<Db>) -> http::Result<TaggedBytes> {
    let scope = caller.scope();
    let found = db.read(move |conn| sitemaps::months(conn, &scope)).await?;
    let changed_at = found.changed_at;
    Ok(file(write_index(&sitemap::index(found, &base_url(&request))), changed_at))
}

/// Write the sitemap of sections and pages.
///
/// The front page, every section, and pages.
#[utoipa::path(tag = "sitemaps", responses(SitemapDocument, StandingProblems))]
#[get("/sitemaps/structure.xml")]
async fn show_structure_sitemap(caller: Caller, _: Query<NoParameters>, db: Data<Db>) -> http::Result<TaggedBytes> {
    let scope = caller.scope();
    let found = db.read(move |conn| sitemaps::structure(conn, &scope, MOST_PAGES)).await?;
    let changed_at = found.changed_at;
    Ok(file(write(&sitemap::structure(found)), changed_at))
}

/// Write the sitemap of a month.
///
/// The articles that were published in it, with when they last changed, their pictures, and where they are in other languages. A month with many articles
/// has several files, of some 10,000 articles each. What has its canonical address elsewhere is left out.
#[utoipa::path(tag = "sitemaps", params(MonthName), responses(SitemapDocument, ListProblems))]
#[get("/sitemaps/{month}.xml")]
async fn show_month_sitemap(caller: Caller, path: Path<MonthName>, _: Query<NoParameters>, db: Data<Db>) -> http::Result<TaggedBytes> {
    let (scope, MonthName(month)) = (caller.scope(), path.into_inner());
    let found = db.read(move |conn| sitemaps::month(conn, &scope, month)).await?;
    let changed_at = found.changed_at;
    Ok(file(write(&sitemap::month(found)), changed_at))
}

/// An article may appear in one, or leave it, whichever it is: all have the key that goes with every change of articles.
fn file(bytes: Vec<u8>, changed_at: Option<DateTime<Utc>>) -> TaggedBytes {
    let tagged = TaggedBytes::new(bytes, MEDIA_TYPE).keys(vec!["articles".to_owned()]);
    match changed_at {
        Some(at) => tagged.last_modified(at),
        None => tagged,
    }
}
