//! What a feed is made of: the newest of a list with all they carry, what the list is called, and what has gone from it.

use chrono::{DateTime, Utc};
use diesel::{prelude::*, sql_types};
use uuid::Uuid;

use super::{
    articles::{
        list::{self, CardPage, Filter, Order},
        rows::{ArticleRow, CardRow},
    },
    error::{StoreError, StoreResult},
    keyset::TimeKey,
    references,
    search::{self, Search},
    site::{self, SiteRow},
    visibility::never_readable,
};
use crate::{
    domain::{
        change::Resource,
        id::{ArticleId, AuthorId, CollectionId, SectionId, TagId},
        licence::Scope,
        links,
        reference::Reference,
    },
    schema::{authors, collection_items, collections, sections, tags},
};

/// So much is told of what is gone. More is looked at, for a licence leaves less of it.
const MOST_WITHDRAWN: usize = 100;

/// Which articles a feed is of.
#[derive(Clone, Debug)]
pub enum Subject {
    /// All.
    Latest,
    /// Those of a section with all below it, a tag, an author or a collection.
    Of(Resource, Reference),
    /// Those that hold some words.
    Search(Search),
}

/// A feed's articles, and what it is called.
pub struct FeedRows {
    /// The publication.
    pub site: SiteRow,
    /// The list, unless it is of all.
    pub list: Option<ListRow>,
    /// The newest first.
    pub items: Vec<ArticleRow>,
    /// What is gone from it; for who asks, and on the first page only.
    pub withdrawn: Vec<WithdrawnRow>,
    /// Where the next page begins, if there is one.
    pub next: Option<TimeKey>,
    /// Where the page before begins, if there is one.
    pub previous: Option<Place>,
}

/// Where a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// With the newest.
    Start,
    /// Behind this one.
    After(TimeKey),
}

/// What a list is called.
pub struct ListRow {
    /// Its id.
    pub id: Uuid,
    /// Its slug (of a section: its path).
    pub slug: String,
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// Its path on the publication's site.
    pub path: String,
}

/// An article that readers saw and no longer see.
#[derive(Clone, Debug, QueryableByName)]
pub struct WithdrawnRow {
    /// Which one.
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: Uuid,
    /// Since when.
    #[diesel(sql_type = sql_types::Timestamptz)]
    pub at: DateTime<Utc>,
    /// Why, where it was said.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    pub reason: Option<String>,
}

/// A page of a feed as cards, and what it is of.
///
/// # Errors
/// `NotFound`, or `Moved` when what it is of gave up that slug; those of the database.
pub fn page(
    conn: &mut PgConnection,
    scope: &Scope,
    subject: &Subject,
    language: Option<&str>,
    after: Option<TimeKey>,
    limit: u32,
) -> StoreResult<(Option<ListRow>, CardPage)> {
    let named = named(conn, subject)?;
    let page = match subject {
        Subject::Search(words) => {
            let (ids, next) = search::newest(conn, scope, words, after, limit)?;
            CardPage { cards: list::visible_cards(conn, scope, &ids)?, next }
        }
        _ => match (&named, filter(subject, named.as_ref(), language)) {
            (_, Some(filter)) => list::page(conn, scope, &filter, Order::NewestFirst, after, limit)?,
            (Some(collection), None) => collected(conn, scope, CollectionId(collection.id), language, after, limit)?,
            (None, None) => CardPage { cards: Vec::new(), next: None },
        },
    };
    Ok((named, page))
}

/// A page of a feed with everything that a feed reader shows, and what has gone from it if `with_withdrawn`.
///
/// # Errors
/// As `page`.
pub fn load(
    conn: &mut PgConnection,
    scope: &Scope,
    subject: &Subject,
    language: Option<&str>,
    after: Option<TimeKey>,
    limit: u32,
    with_withdrawn: bool,
) -> StoreResult<FeedRows> {
    if let Subject::Search(words) = subject {
        let (ids, next) = search::newest(conn, scope, words, after, limit)?;
        let items = list::visible_articles(conn, scope, &ids)?;
        // What is withdrawn has no words any more that could be looked for.
        return Ok(FeedRows { list: None, items, withdrawn: Vec::new(), next, previous: None, site: site::get(conn)? });
    }
    let (list, page) = page(conn, scope, subject, language, after, limit)?;
    let ids: Vec<ArticleId> = page.cards.iter().map(|card| card.id).collect();
    let items = list::visible_articles(conn, scope, &ids)?;
    let previous = match (after, page.cards.first().and_then(key_of), filter(subject, list.as_ref(), language)) {
        (Some(_), Some(first), Some(filter)) => Some(place_before(conn, scope, &filter, first, limit)?),
        _ => None,
    };
    let withdrawn =
        if with_withdrawn && after.is_none() { withdrawn(conn, scope, list.as_ref().map(|list| list.id), language)? } else { Vec::new() };
    Ok(FeedRows { list, items, withdrawn, next: page.next, previous, site: site::get(conn)? })
}

/// What a list of articles is narrowed to for a feed; none for a collection, which is put together by hand, and for words.
fn filter(subject: &Subject, named: Option<&ListRow>, language: Option<&str>) -> Option<Filter> {
    let mut filter = Filter { language: language.map(str::to_owned), ..Filter::default() };
    match (subject, named.map(|list| list.id)) {
        (Subject::Latest, _) => {}
        (Subject::Of(Resource::Section, _), Some(id)) => filter.section = Some(SectionId(id)),
        (Subject::Of(Resource::Tag, _), Some(id)) => filter.tags.push(TagId(id)),
        (Subject::Of(Resource::Author, _), Some(id)) => filter.author = Some(AuthorId(id)),
        (Subject::Of(..) | Subject::Search(_), _) => return None,
    }
    Some(filter)
}

/// Where the page begins that ends before `first`.
fn place_before(conn: &mut PgConnection, scope: &Scope, filter: &Filter, first: TimeKey, limit: u32) -> StoreResult<Place> {
    // One more than the page holds: it is what the page begins behind.
    let newer = list::page(conn, scope, filter, Order::OldestFirst, Some(first), limit + 1)?;
    let behind = newer.cards.get(limit as usize).and_then(key_of);
    Ok(behind.map_or(Place::Start, Place::After))
}

fn key_of(card: &CardRow) -> Option<TimeKey> {
    Some(TimeKey { at: card.published_at?, id: card.id.0 })
}

/// What readers saw on a list in the last thirty days and no longer see, the last to go first.
///
/// Of what nobody ever saw nothing is told; of what is deleted nothing but that it is gone.
fn withdrawn(conn: &mut PgConnection, scope: &Scope, list: Option<Uuid>, language: Option<&str>) -> StoreResult<Vec<WithdrawnRow>> {
    let mut rows: Vec<WithdrawnRow> = diesel::sql_query(include_str!("sql/withdrawn.sql"))
        .bind::<sql_types::Nullable<sql_types::Text>, _>(list.map(|list| list.to_string()))
        .bind::<sql_types::Nullable<sql_types::Text>, _>(language)
        .load(conn)?;
    if scope.licence().is_some() {
        let hidden = never_readable(conn, scope, &rows.iter().map(|row| ArticleId(row.id)).collect::<Vec<_>>())?;
        rows.retain(|row| !hidden.contains(&ArticleId(row.id)));
    }
    rows.truncate(MOST_WITHDRAWN);
    Ok(rows)
}

/// What the feed is of, unless it is of all or of some words.
fn named(conn: &mut PgConnection, subject: &Subject) -> StoreResult<Option<ListRow>> {
    match subject {
        Subject::Of(resource, reference) => list_of(conn, *resource, reference).map(Some),
        Subject::Latest | Subject::Search(_) => Ok(None),
    }
}

/// The list that is named, or where it is now.
fn list_of(conn: &mut PgConnection, resource: Resource, reference: &Reference) -> StoreResult<ListRow> {
    let id = references::find(conn, &[(resource, reference.clone())])?.into_iter().next().flatten().ok_or(StoreError::NotFound)?;
    let found: Option<(String, String, Option<String>)> = match resource {
        Resource::Section => {
            sections::table.find(SectionId(id)).select((sections::path, sections::name, sections::description)).first(conn).optional()?
        }
        Resource::Tag => tags::table.find(TagId(id)).select((tags::slug, tags::name, tags::description)).first(conn).optional()?,
        Resource::Author => {
            authors::table.find(AuthorId(id)).select((authors::slug, authors::name, authors::bio)).first(conn).optional()?
        }
        _ => collections::table
            .find(CollectionId(id))
            .select((collections::slug, collections::name, collections::description))
            .first(conn)
            .optional()?,
    };
    let (slug, name, description) = found.ok_or(StoreError::NotFound)?;
    match reference {
        // `find` knows former slugs too; who asks by one is told the present one.
        Reference::Slug(asked) if *asked != slug => Err(StoreError::Moved { to: slug }),
        _ => Ok(ListRow { id, path: links::path_of(resource, &slug), slug, name, description }),
    }
}

/// The articles of a collection, the newest first.
fn collected(
    conn: &mut PgConnection,
    scope: &Scope,
    collection: CollectionId,
    language: Option<&str>,
    after: Option<TimeKey>,
    limit: u32,
) -> StoreResult<CardPage> {
    let ids: Vec<ArticleId> = collection_items::table
        .filter(collection_items::collection_id.eq(collection))
        .order(collection_items::position)
        .limit(1000)
        .select(collection_items::article_id)
        .load(conn)?;
    let mut cards = list::visible_cards(conn, scope, &ids)?;
    cards.retain(|card| language.is_none_or(|language| card.language == language));
    cards.sort_by_key(|card| std::cmp::Reverse((card.published_at, card.id)));
    if let Some(after) = after {
        cards.retain(|card| (card.published_at, card.id.0) < (Some(after.at), after.id));
    }
    let has_more = cards.len() > limit as usize;
    cards.truncate(limit as usize);
    let next = cards.last().filter(|_| has_more).and_then(key_of);
    Ok(CardPage { cards, next })
}
