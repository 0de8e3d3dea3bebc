//! Newest-first feeds: without a suffix as cards, with one in a format of feed readers.

use actix_web::{HttpRequest, get, web::Data};
use serde::Deserialize;
use url::form_urlencoded;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::articles::Language;
use crate::{
    access::caller::Caller,
    api::{
        self,
        article::Card,
        reference::{AuthorRef, CollectionRef, SectionRef, TagRef},
    },
    domain::change::Resource,
    feeds::Format,
    http::{
        self,
        base_url::base_url,
        conditional::{Tagged, TaggedBytes},
        extract::{Path, Query},
        fields::Fields,
        paging::{Cursor, Limit, Page},
        problem::{ListProblems, Moving},
    },
    store::{
        db::Db,
        feeds::{self, Subject},
        keyset::TimeKey,
    },
};

/// The routes of this file. Those with a format come first: the others' tails would swallow them.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(write_latest_feed)
        .service(show_latest_feed)
        .service(write_section_feed)
        .service(show_section_feed)
        .service(write_tag_feed)
        .service(show_tag_feed)
        .service(write_author_feed)
        .service(show_author_feed)
        .service(write_collection_feed)
        .service(show_collection_feed);
}

/// A page of a feed as cards.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ShowFeed {
    /// In this language only (BCP 47).
    #[param(value_type = String, required = false, example = "en", pattern = r"^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?$")]
    pub language: Option<Language>,
    /// How many items a page holds.
    #[serde(default)]
    #[param(inline, required = false)]
    pub limit: Limit,
    /// Where the page begins: `page.next_cursor` of the one before.
    #[param(required = false, nullable = false, max_length = 1024)]
    pub cursor: Option<String>,
    /// Only these members of each card.
    #[serde(default)]
    #[param(value_type = String, required = false)]
    pub fields: Fields,
}

/// A page of a feed for feed readers.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WriteFeed {
    /// In this language only (BCP 47).
    #[param(value_type = String, required = false, example = "en", pattern = r"^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?$")]
    pub language: Option<Language>,
    /// How many items a page holds.
    #[serde(default)]
    #[param(inline, required = false)]
    pub limit: Limit,
    /// Where the page begins; the feed's own link to older items has it.
    #[param(required = false, nullable = false, max_length = 1024)]
    pub cursor: Option<String>,
}

/// What feed readers read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeedFormat {
    /// JSON Feed 1.1.
    Json,
    /// RSS 2.0.
    Rss,
    /// Atom (RFC 4287).
    Atom,
}

impl From<FeedFormat> for Format {
    fn from(format: FeedFormat) -> Self {
        match format {
            FeedFormat::Json => Self::Json,
            FeedFormat::Rss => Self::Rss,
            FeedFormat::Atom => Self::Atom,
        }
    }
}

/// The end of a feed's address.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InFormat {
    /// What feed readers read.
    #[param(value_type = FeedFormat, inline)]
    pub format: FeedFormat,
}

macro_rules! feeds {
    ($($show:ident, $write:ident, $bare:literal, $formatted:literal, $reference:ty, $member:ident, $resource:expr, $formatted_path:ident: $title:literal;)*) => {$(
        /// A page of cards, the newest first. The same address with `.json`, `.rss` or `.atom` at its end is for feed readers.
        #[utoipa::path(
            tag = "feeds",
            summary = concat!("Show the newest ", $title, ", as cards."),
            description = "A page of cards, the newest first. The same address with `.json`, `.rss` or `.atom` at its end is for feed readers.",
            params($reference, ShowFeed),
            responses((status = 200, body = Page<Card>, description = "A page of cards."), ListProblems, Moving)
        )]
        #[get($bare)]
        async fn $show(caller: Caller, path: Path<$reference>, query: Query<ShowFeed>, db: Data<Db>) -> http::Result<Tagged<Page<Card>>> {
            show(&db, &caller, Subject::Of($resource, path.into_inner().0), query.into_inner()).await
        }

        /// The address of the feed.
        #[derive(Clone, Debug, Deserialize)]
        struct $formatted_path {
            $member: $reference,
            format: FeedFormat,
        }

        /// Whole articles, the newest first, as JSON Feed 1.1, RSS 2.0 or Atom, with a link to older ones.
        #[utoipa::path(
            tag = "feeds",
            summary = concat!("Write the newest ", $title, ", for feed readers."),
            description = "Whole articles, the newest first, as JSON Feed 1.1, RSS 2.0 or Atom, with a link to older ones.",
            params($reference, InFormat, WriteFeed),
            responses(
                (status = 200, description = "The feed.", content(
                    (Object = "application/feed+json"), (String = "application/rss+xml"), (String = "application/atom+xml"))),
                ListProblems, Moving
            )
        )]
        #[get($formatted)]
        async fn $write(
            request: HttpRequest,
            caller: Caller,
            path: Path<$formatted_path>,
            query: Query<WriteFeed>,
            db: Data<Db>,
        ) -> http::Result<TaggedBytes> {
            let $formatted_path { $member: of, format } = path.into_inner();
            write(&db, &caller, &request, Subject::Of($resource, of.0), format.into(), query.into_inner()).await
        }
    )*};
}

feeds! {
    show_section_feed, write_section_feed, "/feeds/sections/{section:.*}", "/feeds/sections/{section:.*}.{format:json|rss|atom}",
        SectionRef, section, Resource::Section, SectionFeed: "articles of a section and all below it";
    show_tag_feed, write_tag_feed, "/feeds/tags/{tag}", "/feeds/tags/{tag}.{format:json|rss|atom}",
        TagRef, tag, Resource::Tag, TagFeed: "articles with a tag";
    show_author_feed, write_author_feed, "/feeds/authors/{author}", "/feeds/authors/{author}.{format:json|rss|atom}",
        AuthorRef, author, Resource::Author, AuthorFeed: "articles of an author";
    show_collection_feed, write_collection_feed, "/feeds/collections/{collection}", "/feeds/collections/{collection}.{format:json|rss|atom}",
        CollectionRef, collection, Resource::Collection, CollectionFeed: "articles of a collection";
}

/// Show the newest articles, as cards.
///
/// A page of cards, the newest first. The same address with `.json`, `.rss` or `.atom` at its end is for feed readers.
#[utoipa::path(tag = "feeds", params(ShowFeed), responses((status = 200, body = Page<Card>, description = "A page of cards."), ListProblems))]
#[get("/feeds/latest")]
async fn show_latest_feed(caller: Caller, query: Query<ShowFeed>, db: Data<Db>) -> http::Result<Tagged<Page<Card>>> {
    show(&db, &caller, Subject::Latest, query.into_inner()).await
}

/// Write the newest articles, for feed readers.
///
/// Whole articles, the newest first, as JSON Feed 1.1, RSS 2.0 or Atom, with a link to older ones.
#[utoipa::path(
    tag = "feeds",
    params(InFormat, WriteFeed),
    responses(
        (status = 200, description = "The feed.", content(
            (Object = "application/feed+json"), (String = "application/rss+xml"), (String = "application/atom+xml"))),
        ListProblems
    )
)]
#[get("/feeds/latest.{format:json|rss|atom}")]
async fn write_latest_feed(
    request: HttpRequest,
    caller: Caller,
    path: Path<InFormat>,
    query: Query<WriteFeed>,
    db: Data<Db>,
) -> http::Result<TaggedBytes> {
    write(&db, &caller, &request, Subject::Latest, path.format.into(), query.into_inner()).await
}

async fn show(db: &Db, caller: &Caller, subject: Subject, query: ShowFeed) -> http::Result<Tagged<Page<Card>>> {
    let ShowFeed { language, limit, cursor, fields } = query;
    let language = language.map(|language| language.0);
    let fingerprint = fingerprint(&subject, language.as_deref());
    let after = after(cursor.as_deref(), &fingerprint)?;
    let (scope, rows) = (caller.scope(), u32::from(limit.get()));
    let (list, page) = db.read(move |conn| feeds::page(conn, &scope, &subject, language.as_deref(), after, rows)).await?;
    let last_change = page.cards.first().and_then(|card| card.last_change);
    let keys = keys(list.as_ref(), page.cards.iter().map(|card| card.id));
    let cursor = page.next.map(|key| Cursor::encode(&key, &fingerprint));
    let tagged = Tagged::page(Page::new(page.cards.into_iter().map(Card::from).collect(), limit, cursor)).keys(keys).fields::<Card>(fields);
    Ok(match last_change {
        Some(at) => tagged.last_modified(at),
        None => tagged,
    })
}

async fn write(
    db: &Db,
    caller: &Caller,
    request: &HttpRequest,
    subject: Subject,
    format: Format,
    query: WriteFeed,
) -> http::Result<TaggedBytes> {
    let WriteFeed { language, limit, cursor } = query;
    let language = language.map(|language| language.0);
    let fingerprint = fingerprint(&subject, language.as_deref());
    let after = after(cursor.as_deref(), &fingerprint)?;
    let (scope, rows, wanted) = (caller.scope(), u32::from(limit.get()), language.clone());
    let rows = db.read(move |conn| feeds::load(conn, &scope, &subject, wanted.as_deref(), after, rows)).await?;
    let last_change = rows.items.first().and_then(|(card, _, _)| card.last_change);
    let keys = keys(rows.list.as_ref(), rows.items.iter().map(|(card, _, _)| card.id));
    let here = format!("{}{}", base_url(request), request.path());
    let address = |cursor: Option<&str>| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("language", language.as_deref()), ("cursor", cursor)] {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        if limit != Limit::default() {
            query.append_pair("limit", &limit.get().to_string());
        }
        let query = query.finish();
        if query.is_empty() { here.clone() } else { format!("{here}?{query}") }
    };
    let next = rows.next.map(|key| address(Some(&Cursor::encode(&key, &fingerprint))));
    let feed_url = address(cursor.as_deref());
    let links = next.iter().map(|next| format!("<{next}>; rel=\"next\"")).collect();
    let feed = api::feed::feed(rows, language.clone(), feed_url, next);
    let tagged = TaggedBytes::new(format.write(&feed), format.media_type()).keys(keys).links(links);
    Ok(match last_change {
        Some(at) => tagged.last_modified(at),
        None => tagged,
    })
}

fn fingerprint(subject: &Subject, language: Option<&str>) -> String {
    format!("feed {subject:?} {language:?}")
}

fn after(cursor: Option<&str>, fingerprint: &str) -> http::Result<Option<TimeKey>> {
    cursor.map(|cursor| Cursor::decode(cursor, fingerprint)).transpose()
}

fn keys(list: Option<&feeds::ListRow>, ids: impl Iterator<Item = crate::domain::id::ArticleId>) -> Vec<String> {
    let mut keys = vec!["articles".to_owned()];
    keys.extend(list.map(|list| format!("list-{}", list.id)));
    keys.extend(ids.map(|id| format!("article-{id}")));
    keys
}
