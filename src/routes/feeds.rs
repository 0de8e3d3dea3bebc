//! Newest-first feeds: without a suffix as cards, with one in a format of feed readers and newsrooms.
//!
//! What a hub for `WebSub` will announce belongs into `write`, beside the links to other pages.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, get, web::Data};
use chrono::Utc;
use serde::Deserialize;
use url::form_urlencoded;
use utoipa::{
    IntoParams, IntoResponses, ToSchema,
    openapi::{ContentBuilder, RefOr, Response, ResponseBuilder, Type, schema::ObjectBuilder},
};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{articles::Language, search::Asked};
use crate::{
    access::caller::Caller,
    api::{
        self,
        article::Card,
        examples,
        reference::{AuthorRef, CollectionRef, SectionRef, TagRef},
    },
    domain::{article::Kind, change::Resource},
    feeds::{Format, Pages},
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
        feeds::{self, Place, Subject},
        keyset::TimeKey,
    },
};

/// The routes of this file. Those with a format come first: the others' tails would swallow them.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(write_latest_feed)
        .service(show_latest_feed)
        .service(write_search_feed)
        .service(show_search_feed)
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

macro_rules! search_feeds {
    ($($(#[$doc:meta])* $name:ident { $($fields:tt)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Deserialize, IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub struct $name {
            /// The words; `"a phrase"` in quotes, `-without`, `this or that`.
            #[param(value_type = String, required, min_length = 1, max_length = 200, example = "ferry")]
            pub q: Option<String>,
            /// In this language only (BCP 47); its stems then count alone.
            #[param(value_type = String, required = false, example = "en", pattern = r"^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?$")]
            pub language: Option<Language>,
            /// In this section or below it: a path or an id.
            #[param(value_type = SectionRef, inline, required = false)]
            pub section: Option<SectionRef>,
            /// With this tag: a slug or an id.
            #[param(value_type = TagRef, inline, required = false)]
            pub tag: Option<TagRef>,
            /// Signed by this author: a slug or an id.
            #[param(value_type = AuthorRef, inline, required = false)]
            pub author: Option<AuthorRef>,
            /// Of this genre.
            #[param(value_type = Kind, required = false)]
            pub kind: Option<Kind>,
            /// How many items a page holds.
            #[serde(default)]
            #[param(inline, required = false)]
            pub limit: Limit,
            /// Where the page begins: of cards, `page.next_cursor` of the page before; of a feed, what its link to older items has.
            #[param(required = false, nullable = false, max_length = 1024)]
            pub cursor: Option<String>,
            $($fields)*
        }
    )*};
}

search_feeds! {
    /// A page of a feed of what holds some words, as cards.
    ShowSearchFeed {
        /// Only these members of each card.
        #[serde(default)]
        #[param(value_type = String, required = false)]
        pub fields: Fields,
    }
    /// The same for feed readers.
    WriteSearchFeed {}
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
    /// IPTC ninjs 3.1.
    Ninjs,
}

impl From<FeedFormat> for Format {
    fn from(format: FeedFormat) -> Self {
        match format {
            FeedFormat::Json => Self::Json,
            FeedFormat::Rss => Self::Rss,
            FeedFormat::Atom => Self::Atom,
            FeedFormat::Ninjs => Self::Ninjs,
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

/// A feed in one of the formats.
struct FeedDocument;

impl IntoResponses for FeedDocument {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let kind = |format: Format| match format {
            Format::Json | Format::Ninjs => Type::Object,
            Format::Rss | Format::Atom => Type::String,
        };
        let response = Format::ALL.into_iter().fold(ResponseBuilder::new().description("The feed."), |response, format| {
            let media_type = format.media_type().split(';').next().unwrap_or_default();
            let schema = ObjectBuilder::new().schema_type(kind(format)).build();
            response.content(media_type, ContentBuilder::new().schema(Some(schema)).example(Some(examples::feed(format))).build())
        });
        BTreeMap::from([("200".to_owned(), response.build().into())])
    }
}

macro_rules! feeds {
    ($($show:ident, $write:ident, $bare:literal, $formatted:literal, $reference:ty, $member:ident, $resource:expr, $formatted_path:ident: $title:literal;)*) => {$(
        /// A page of cards, the newest first. The same address with `.json`, `.rss`, `.atom` or `.ninjs` at its end is for feed readers.
        #[utoipa::path(
            tag = "feeds",
            summary = concat!("Show the newest ", $title, ", as cards."),
            description = "A page of cards, the newest first. The same address with `.json`, `.rss`, `.atom` or `.ninjs` at its end is for feed readers.",
            params($reference, ShowFeed),
            responses((status = 200, body = Page<Card>, description = "A page of cards."), ListProblems, Moving)
        )]
        #[get($bare)]
        async fn $show(caller: Caller, path: Path<$reference>, query: Query<ShowFeed>, db: Data<Db>) -> http::Result<Tagged<Page<Card>>> {
            let ShowFeed { language, limit, cursor, fields } = query.into_inner();
            show(&db, &caller, Subject::Of($resource, path.into_inner().0), Part { language, limit, cursor }, fields).await
        }

        /// The address of the feed.
        #[derive(Clone, Debug, Deserialize)]
        struct $formatted_path {
            $member: $reference,
            format: FeedFormat,
        }

        /// Whole articles, the newest first, as JSON Feed 1.1, RSS 2.0, Atom or ninjs 3.1, with links to older and newer ones.
        #[utoipa::path(
            tag = "feeds",
            summary = concat!("Write the newest ", $title, ", for feed readers."),
            description = "Whole articles, the newest first, as JSON Feed 1.1, RSS 2.0, Atom or ninjs 3.1, with links to older and newer ones.",
            params($reference, InFormat, WriteFeed),
            responses(FeedDocument, ListProblems, Moving)
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
            let WriteFeed { language, limit, cursor } = query.into_inner();
            write(&db, &caller, &request, Subject::Of($resource, of.0), format.into(), Part { language, limit, cursor }).await
        }
    )*};
}

feeds! {
    show_section_feed, write_section_feed, "/feeds/sections/{section:.*}", "/feeds/sections/{section:.*}.{format:json|rss|atom|ninjs}",
        SectionRef, section, Resource::Section, SectionFeed: "articles of a section and all below it";
    show_tag_feed, write_tag_feed, "/feeds/tags/{tag}", "/feeds/tags/{tag}.{format:json|rss|atom|ninjs}",
        TagRef, tag, Resource::Tag, TagFeed: "articles with a tag";
    show_author_feed, write_author_feed, "/feeds/authors/{author}", "/feeds/authors/{author}.{format:json|rss|atom|ninjs}",
        AuthorRef, author, Resource::Author, AuthorFeed: "articles of an author";
    show_collection_feed, write_collection_feed, "/feeds/collections/{collection}", "/feeds/collections/{collection}.{format:json|rss|atom|ninjs}",
        CollectionRef, collection, Resource::Collection, CollectionFeed: "articles of a collection";
}

/// Show the newest articles, as cards.
///
/// A page of cards, the newest first. The same address with `.json`, `.rss`, `.atom` or `.ninjs` at its end is for feed readers.
#[utoipa::path(tag = "feeds", params(ShowFeed), responses((status = 200, body = Page<Card>, description = "A page of cards."), ListProblems))]
#[get("/feeds/latest")]
async fn show_latest_feed(caller: Caller, query: Query<ShowFeed>, db: Data<Db>) -> http::Result<Tagged<Page<Card>>> {
    let ShowFeed { language, limit, cursor, fields } = query.into_inner();
    show(&db, &caller, Subject::Latest, Part { language, limit, cursor }, fields).await
}

/// Write the newest articles, for feed readers.
///
/// Whole articles, the newest first, as JSON Feed 1.1, RSS 2.0, Atom or ninjs 3.1, with links to older and newer ones.
#[utoipa::path(tag = "feeds", params(InFormat, WriteFeed), responses(FeedDocument, ListProblems))]
#[get("/feeds/latest.{format:json|rss|atom|ninjs}")]
async fn write_latest_feed(
    request: HttpRequest,
    caller: Caller,
    path: Path<InFormat>,
    query: Query<WriteFeed>,
    db: Data<Db>,
) -> http::Result<TaggedBytes> {
    let WriteFeed { language, limit, cursor } = query.into_inner();
    write(&db, &caller, &request, Subject::Latest, path.format.into(), Part { language, limit, cursor }).await
}

/// Show the newest articles that hold some words, as cards.
///
/// A page of cards, the newest first, where `GET /search` has the best first. The same address with `.json`, `.rss`, `.atom` or `.ninjs` at
/// its end is for feed readers: `/v1/feeds/search.rss?q=ferry`.
#[utoipa::path(tag = "feeds", params(ShowSearchFeed), responses((status = 200, body = Page<Card>, description = "A page of cards."), ListProblems))]
#[get("/feeds/search")]
async fn show_search_feed(caller: Caller, query: Query<ShowSearchFeed>, db: Data<Db>) -> http::Result<Tagged<Page<Card>>> {
    let ShowSearchFeed { q, language, section, tag, author, kind, limit, cursor, fields } = query.into_inner();
    let asked = Asked { q, language, section, tag, author, kind, ..Asked::default() };
    let words = asked.resolve(&db).await?;
    show(&db, &caller, Subject::Search(words), Part { language: None, limit, cursor }, fields).await
}

/// Write the newest articles that hold some words, for feed readers.
///
/// Whole articles, the newest first, as JSON Feed 1.1, RSS 2.0, Atom or ninjs 3.1, with a link to older ones.
#[utoipa::path(tag = "feeds", params(InFormat, WriteSearchFeed), responses(FeedDocument, ListProblems))]
#[get("/feeds/search.{format:json|rss|atom|ninjs}")]
async fn write_search_feed(
    request: HttpRequest,
    caller: Caller,
    path: Path<InFormat>,
    query: Query<WriteSearchFeed>,
    db: Data<Db>,
) -> http::Result<TaggedBytes> {
    let WriteSearchFeed { q, language, section, tag, author, kind, limit, cursor } = query.into_inner();
    let asked = Asked { q, language, section, tag, author, kind, ..Asked::default() };
    let words = asked.resolve(&db).await?;
    write(&db, &caller, &request, Subject::Search(words), path.format.into(), Part { language: None, limit, cursor }).await
}

/// Which part of a feed is wanted.
struct Part {
    language: Option<Language>,
    limit: Limit,
    cursor: Option<String>,
}

async fn show(db: &Db, caller: &Caller, subject: Subject, part: Part, fields: Fields) -> http::Result<Tagged<Page<Card>>> {
    let Part { language, limit, cursor } = part;
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

async fn write(db: &Db, caller: &Caller, request: &HttpRequest, subject: Subject, format: Format, part: Part) -> http::Result<TaggedBytes> {
    let Part { language, limit, cursor } = part;
    let language = language.map(|language| language.0);
    let fingerprint = fingerprint(&subject, language.as_deref());
    let after = after(cursor.as_deref(), &fingerprint)?;
    let (scope, rows, wanted) = (caller.scope(), u32::from(limit.get()), language.clone());
    let rows = db.read(move |conn| feeds::load(conn, &scope, &subject, wanted.as_deref(), after, rows, format.tells_withdrawals())).await?;
    let last_change = rows.items.first().and_then(|item| item.card.last_change);
    let keys = keys(rows.list.as_ref(), rows.items.iter().map(|item| item.card.id));
    let address = |key: Option<&TimeKey>| address(request, key.map(|key| Cursor::encode(key, &fingerprint)).as_deref());
    let pages = Pages {
        first: after.is_some().then(|| address(None)),
        previous: rows.previous.map(|place| match place {
            Place::Start => address(None),
            Place::After(key) => address(Some(&key)),
        }),
        next: rows.next.map(|key| address(Some(&key))),
    };
    let links = pages.iter().map(|(rel, url)| format!("<{url}>; rel=\"{rel}\"")).collect();
    let feed = api::feed::feed(rows, language.clone(), address(after.as_ref()), pages, Utc::now());
    let tagged = TaggedBytes::new(format.write(&feed), format.media_type()).keys(keys).links(links);
    Ok(match last_change {
        Some(at) => tagged.last_modified(at),
        None => tagged,
    })
}

/// The address of the feed that was asked for, at another page.
fn address(request: &HttpRequest, cursor: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(request.query_string().as_bytes()).filter(|(name, _)| name != "cursor") {
        query.append_pair(&name, &value);
    }
    if let Some(cursor) = cursor {
        query.append_pair("cursor", cursor);
    }
    let (here, query) = (format!("{}{}", base_url(request), request.path()), query.finish());
    if query.is_empty() { here } else { format!("{here}?{query}") }
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
