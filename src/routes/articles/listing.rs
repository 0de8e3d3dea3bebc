//! From the parameters of a list to its page of cards.

use chrono::Utc;
use diesel::PgConnection;

use super::parameters::{ListArticles, SectionScope};
use crate::{
    api::{
        article::{Card, CardInclude},
        article_body::{Body, BodyFormat},
    },
    domain::{
        article::Status,
        change::Resource,
        id::{ArticleId, AuthorId, SectionId, SourceId, TagId},
        licence::{Extent, Scope},
        reference::Reference,
    },
    http::{
        self,
        conditional::Tagged,
        extract::CommaList,
        paging::{Cursor, Limit, Page},
        problem::{FieldError, Problem, ProblemKind},
    },
    store::{
        self,
        articles::list::{self, Filter, Order},
        db::Db,
        error::StoreResult,
        keyset::TimeKey,
        references,
    },
};

/// A list of articles, with everything that was asked of it checked as far as that goes without the database.
#[derive(Clone, Debug)]
pub struct Listing {
    filter: Filter,
    references: Vec<(&'static str, Resource, Reference)>,
    order: Order,
    limit: Limit,
    after: Option<TimeKey>,
    is_counted: bool,
    include: CommaList<CardInclude>,
    body: BodyFormat,
    fingerprint: String,
}

impl TryFrom<ListArticles> for Listing {
    type Error = Problem;

    fn try_from(query: ListArticles) -> http::Result<Self> {
        let statuses: Vec<Status> = query.status.iter().copied().collect();
        let is_of_newsroom = !statuses.is_empty();
        let order = match query.sort {
            Some(sort) => sort.into(),
            None if is_of_newsroom => Order::LastUpdatedFirst,
            None => Order::NewestFirst,
        };
        if is_of_newsroom && order != Order::LastUpdatedFirst {
            return Err(refused("sort", "With `status` the order is `-updated_at`: what is not published has no `published_at`."));
        }
        if query.tag.len() > 20 || query.tag_any.iter().count() > 20 {
            return Err(refused("tag", "At most 20 tags can be asked for by each of `tag` and `tag_any`."));
        }
        if query.exclude.iter().count() > 100 {
            return Err(refused("exclude", "At most 100 articles can be left out."));
        }
        let mut references: Vec<(&'static str, Resource, Reference)> = Vec::new();
        references.extend(query.section.into_iter().map(|section| ("section", Resource::Section, section.0)));
        references.extend(query.tag.into_iter().map(|tag| ("tag", Resource::Tag, tag.0)));
        references.extend(query.tag_any.iter().map(|tag| ("tag_any", Resource::Tag, tag.0.clone())));
        references.extend(query.author.into_iter().map(|author| ("author", Resource::Author, author.0)));
        references.extend(query.source.into_iter().map(|source| ("source", Resource::Source, source.0)));
        references.extend(query.exclude.iter().map(|article| ("exclude", Resource::Article, article.0.clone())));
        let filter = Filter {
            section_exact: query.section_scope == SectionScope::Exact,
            kind: query.kind,
            language: query.language.map(|language| language.0),
            published_after: query.published_after.map(|moment| moment.0),
            published_before: query.published_before.map(|moment| moment.0),
            updated_after: query.updated_after.map(|moment| moment.0),
            has_media: query.has.is_some(),
            statuses: is_of_newsroom.then_some(statuses),
            ..Filter::default()
        };
        let fingerprint = format!("articles {order:?} {filter:?} {references:?}");
        let after = query.cursor.map(|cursor| Cursor::decode(&cursor, &fingerprint)).transpose()?;
        Ok(Self {
            filter,
            references,
            order,
            limit: query.limit,
            after,
            is_counted: query.count,
            include: query.include,
            body: query.body,
            fingerprint,
        })
    }
}

/// The page that was asked for.
///
/// # Errors
/// 404 for a filter that names what does not exist, and what reading can come to.
pub async fn list(db: &Db, scope: Scope, listing: Listing) -> http::Result<Tagged<Page<Card>>> {
    let (limit, fingerprint) = (listing.limit, listing.fingerprint.clone());
    let found = db.read(move |conn| load(conn, &scope, &listing)).await?;
    let Loaded { cards, next, total, last_change, keys } = found.map_err(|unknown| *unknown)?;
    let cursor = next.map(|key| Cursor::encode(&key, &fingerprint));
    let tagged = Tagged::page(Page::new(cards, limit, cursor).total(total)).keys(keys);
    Ok(match last_change {
        Some(at) => tagged.last_modified(at),
        None => tagged,
    })
}

struct Loaded {
    cards: Vec<Card>,
    next: Option<TimeKey>,
    total: Option<i64>,
    last_change: Option<chrono::DateTime<Utc>>,
    keys: Vec<String>,
}

fn load(conn: &mut PgConnection, scope: &Scope, listing: &Listing) -> StoreResult<Result<Loaded, Box<Problem>>> {
    let mut filter = listing.filter.clone();
    if let Err(unknown) = resolve(conn, &mut filter, &listing.references)? {
        return Ok(Err(unknown));
    }
    let page = list::page(conn, scope, &filter, listing.order, listing.after, u32::from(listing.limit.get()))?;
    let total = listing.is_counted.then(|| list::count(conn, scope, &filter)).transpose()?;
    let ids: Vec<ArticleId> = page.cards.iter().map(|card| card.id).collect();
    let last_change = page.cards.first().and_then(|card| card.last_change);
    let keys = keys(&filter, &ids);
    let now = Utc::now();
    let mut cards: Vec<Card> =
        page.cards.into_iter().map(|row| if filter.statuses.is_some() { Card::with_status(row, now) } else { Card::from(row) }).collect();
    if listing.include.iter().any(|wanted| *wanted != CardInclude::Body) {
        for (id, extras) in store::articles::list::extras(conn, scope, &ids)? {
            if let Some(card) = cards.iter_mut().find(|card| card.card.id == id) {
                card.include(extras, |wanted| listing.include.contains(wanted));
            }
        }
    }
    // Where a licence gives no text, there is no body rather than an empty one.
    if listing.include.contains(&CardInclude::Body) && scope.extent() == Extent::Full {
        for (id, html) in store::articles::list::bodies(conn, scope, &ids)? {
            if let Some(card) = cards.iter_mut().find(|card| card.card.id == id) {
                card.body = Some(Body::of(html, listing.body));
            }
        }
    }
    Ok(Ok(Loaded { cards, next: page.next, total, last_change, keys }))
}

/// Puts the ids of what is named into the filter.
fn resolve(
    conn: &mut PgConnection,
    filter: &mut Filter,
    named: &[(&'static str, Resource, Reference)],
) -> StoreResult<Result<(), Box<Problem>>> {
    let asked: Vec<_> = named.iter().map(|(_, resource, reference)| (*resource, reference.clone())).collect();
    let mut unknown = Vec::new();
    for ((parameter, resource, reference), id) in named.iter().zip(references::find(conn, &asked)?) {
        match (*parameter, id) {
            ("exclude", None) => {}
            ("exclude", Some(id)) => filter.exclude.push(ArticleId(id)),
            (_, None) => {
                let detail = format!("There is no {} `{reference}`.", references::name_of(*resource));
                unknown.push(FieldError::new(*parameter, "unknown", detail));
            }
            ("section", Some(id)) => filter.section = Some(SectionId(id)),
            ("tag", Some(id)) => filter.tags.push(TagId(id)),
            ("tag_any", Some(id)) => filter.any_tags.push(TagId(id)),
            ("author", Some(id)) => filter.author = Some(AuthorId(id)),
            (_, Some(id)) => filter.source = Some(SourceId(id)),
        }
    }
    if unknown.is_empty() {
        return Ok(Ok(()));
    }
    let detail = unknown.iter().map(|error| error.detail.as_str()).collect::<Vec<_>>().join(" ");
    Ok(Err(Box::new(Problem::new(ProblemKind::NotFound, detail).with_errors(unknown))))
}

/// What a cache must forget the page by: the lists it walks and the articles on it.
fn keys(filter: &Filter, ids: &[ArticleId]) -> Vec<String> {
    let mut keys = vec!["articles".to_owned()];
    keys.extend(filter.section.iter().map(|id| format!("section-{id}")));
    keys.extend(filter.author.iter().map(|id| format!("author-{id}")));
    keys.extend(filter.tags.iter().chain(&filter.any_tags).map(|id| format!("tag-{id}")));
    keys.extend(ids.iter().map(|id| format!("article-{id}")));
    keys
}

fn refused(parameter: &str, detail: &str) -> Problem {
    Problem::new(ProblemKind::InvalidParameter, detail).with_error(parameter, "invalid", detail)
}
