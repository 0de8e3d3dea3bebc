//! What a feed is made of: the newest of a list with their bodies, and what the list is called.

use std::collections::HashMap;

use diesel::prelude::*;
use uuid::Uuid;

use super::{
    articles::{
        list::{self, CardPage, Filter, Order},
        rows::{CardRow, ExtrasRow},
    },
    error::{StoreError, StoreResult},
    keyset::TimeKey,
    references,
};
use crate::{
    domain::{
        change::Resource,
        id::{ArticleId, AuthorId, CollectionId, SectionId, TagId},
        licence::Scope,
        links,
        reference::Reference,
    },
    schema::{authors, collection_items, collections, sections, site, tags},
};

/// Which articles a feed is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// All.
    Latest,
    /// Those of a section with all below it, a tag, an author or a collection.
    Of(Resource, Reference),
}

/// A feed's articles, and what it is called.
pub struct FeedRows {
    /// The publication.
    pub site: SiteRow,
    /// The list, unless it is of all.
    pub list: Option<ListRow>,
    /// The newest first.
    pub items: Vec<(CardRow, ExtrasRow, String)>,
    /// Where the next page begins, if there is one.
    pub next: Option<TimeKey>,
}

/// What feeds say of the publication.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = site, check_for_backend(diesel::pg::Pg))]
#[expect(missing_docs, reason = "the columns say it")]
pub struct SiteRow {
    pub title: String,
    pub tagline: Option<String>,
    pub description: Option<String>,
    pub url: String,
    pub default_language: String,
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
    let mut filter = Filter { language: language.map(str::to_owned), ..Filter::default() };
    let Subject::Of(resource, reference) = subject else {
        return Ok((None, list::page(conn, scope, &filter, Order::NewestFirst, after, limit)?));
    };
    let named = list_of(conn, *resource, reference)?;
    match resource {
        Resource::Collection => {
            let page = collected(conn, scope, CollectionId(named.id), limit)?;
            return Ok((Some(named), page));
        }
        Resource::Section => filter.section = Some(SectionId(named.id)),
        Resource::Tag => filter.tags.push(TagId(named.id)),
        _ => filter.author = Some(AuthorId(named.id)),
    }
    let page = list::page(conn, scope, &filter, Order::NewestFirst, after, limit)?;
    Ok((Some(named), page))
}

/// A page of a feed with everything that a feed reader shows.
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
) -> StoreResult<FeedRows> {
    let (list, page) = page(conn, scope, subject, language, after, limit)?;
    let ids: Vec<ArticleId> = page.cards.iter().map(|card| card.id).collect();
    let mut extras: HashMap<ArticleId, ExtrasRow> = list::extras(conn, scope, &ids)?.into_iter().collect();
    let mut bodies: HashMap<ArticleId, String> = list::bodies(conn, scope, &ids)?.into_iter().collect();
    let items = page.cards.into_iter().filter_map(|card| {
        // Deleted between two statements: it is not in the feed then.
        let (extras, body) = (extras.remove(&card.id)?, bodies.remove(&card.id)?);
        Some((card, extras, body))
    });
    let items = items.collect();
    Ok(FeedRows { list, items, next: page.next, site: site::table.select(SiteRow::as_select()).first(conn)? })
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

/// The articles of a collection, the newest first; it is short enough for one page.
fn collected(conn: &mut PgConnection, scope: &Scope, collection: CollectionId, limit: u32) -> StoreResult<CardPage> {
    let ids: Vec<ArticleId> = collection_items::table
        .filter(collection_items::collection_id.eq(collection))
        .order(collection_items::position)
        .limit(1000)
        .select(collection_items::article_id)
        .load(conn)?;
    let mut cards = list::visible_cards(conn, scope, &ids)?;
    cards.sort_by_key(|card| std::cmp::Reverse((card.published_at, card.id)));
    cards.truncate(limit as usize);
    Ok(CardPage { cards, next: None })
}
