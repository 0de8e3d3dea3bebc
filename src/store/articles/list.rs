//! Which articles a list holds, and the cards of a page of it.

use chrono::{DateTime, Utc};
use diesel::{IntoSql, SelectableExpression, dsl, prelude::*};
use uuid::Uuid;

use super::{
    narrow,
    rows::{ArticleRow, CardRow, ExtrasRow},
};
use crate::{
    domain::{
        article::{Kind, Status},
        id::{ArticleId, AuthorId, SectionId, SourceId, TagId},
        licence::Scope,
    },
    schema::{article_listings, articles, listing_counts, media, sections},
    store::{
        error::StoreResult,
        keyset::{After, Before, TimeKey, TimeRecord},
        listings::StandsOn,
        visibility::{Condition, Present, readable_by, visible_to},
    },
};

/// The order of a list. Every one ends in the id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// By `published_at`, the newest first.
    #[default]
    NewestFirst,
    /// By `published_at`, the oldest first.
    OldestFirst,
    /// By `updated_at`, the latest first.
    LastUpdatedFirst,
}

/// What a list of articles is narrowed to; every member that is set must hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// In this section or, unless `section_exact`, below it.
    pub section: Option<SectionId>,
    /// Only what stands in the section itself.
    pub section_exact: bool,
    /// With all of these tags.
    pub tags: Vec<TagId>,
    /// With at least one of these tags.
    pub any_tags: Vec<TagId>,
    /// Signed by this author.
    pub author: Option<AuthorId>,
    /// Taken from this outlet.
    pub source: Option<SourceId>,
    /// Of this genre.
    pub kind: Option<Kind>,
    /// In this language (BCP 47, as stored).
    pub language: Option<String>,
    /// Published at this time or later.
    pub published_after: Option<DateTime<Utc>>,
    /// Published before this time.
    pub published_before: Option<DateTime<Utc>>,
    /// Updated at this time or later.
    pub updated_after: Option<DateTime<Utc>>,
    /// With lead media.
    pub has_media: bool,
    /// Not these.
    pub exclude: Vec<ArticleId>,
    /// In one of these states, whether readers see it or not; `None` is what readers see.
    pub statuses: Option<Vec<Status>>,
}

impl Filter {
    /// The lists that the articles must stand in, the one to walk first.
    fn lists(&self) -> Vec<(Uuid, bool)> {
        let tags = self.tags.iter().map(|tag| (tag.0, false));
        let author = self.author.iter().map(|author| (author.0, false));
        let source = self.source.iter().map(|source| (source.0, false));
        let section = self.section.iter().map(|section| (section.0, self.section_exact));
        tags.chain(author).chain(source).chain(section).collect()
    }

    /// Whether only columns of the list itself are asked for.
    fn is_about_lists_only(&self) -> bool {
        self.any_tags.is_empty() && self.kind.is_none() && self.language.is_none() && self.updated_after.is_none() && !self.has_media
    }
}

/// A page of cards, and whether there are more behind it.
pub struct CardPage {
    /// At most as many as were asked for.
    pub cards: Vec<CardRow>,
    /// Where the next page begins, if there is one.
    pub next: Option<TimeKey>,
}

/// The page of a list that begins after `after`.
///
/// # Errors
/// Those of the database.
pub fn page(
    conn: &mut PgConnection,
    scope: &Scope,
    filter: &Filter,
    order: Order,
    after: Option<TimeKey>,
    limit: u32,
) -> StoreResult<CardPage> {
    let more_than_asked = i64::from(limit) + 1;
    let mut cards = match walked_list(filter, order) {
        Some((list, exact)) => cards_on_list(conn, scope, filter, (list, exact), order, after, more_than_asked)?,
        None => cards_among_all(conn, scope, filter, order, after, more_than_asked)?,
    };
    let next = if cards.len() > limit as usize {
        cards.truncate(limit as usize);
        cards.last().and_then(|card| key_of(card, order))
    } else {
        None
    };
    narrow::cards(scope, &mut cards);
    Ok(CardPage { cards, next })
}

/// How many articles a list holds in all.
///
/// # Errors
/// Those of the database.
pub fn count(conn: &mut PgConnection, scope: &Scope, filter: &Filter) -> StoreResult<i64> {
    if let (None, [(list, false)], true, None, None, None, true) = (
        scope.licence(),
        &filter.lists()[..],
        filter.is_about_lists_only(),
        filter.published_after,
        filter.published_before,
        &filter.statuses,
        filter.exclude.is_empty(),
    ) {
        return Ok(counts(conn, scope, &[*list])?.first().map_or(0, |(_, articles)| *articles));
    }
    let mut all = articles::table.filter(conditions(scope, filter)).count().into_boxed();
    for (list, exact) in filter.lists() {
        all = all.filter(StandsOn::new(vec![list], exact));
    }
    if !filter.any_tags.is_empty() {
        all = all.filter(StandsOn::new(any_tags(filter), false));
    }
    Ok(all.get_result(conn)?)
}

/// How many visible articles stand on each list; lists without any are left out.
///
/// What is kept counts the scheduled too: those are few, and are taken off by a walk over their part of the index.
///
/// # Errors
/// Those of the database.
pub fn counts(conn: &mut PgConnection, scope: &Scope, lists: &[Uuid]) -> StoreResult<Vec<(Uuid, i64)>> {
    if scope.licence().is_some() {
        return counts_under_licence(conn, scope, lists);
    }
    let scheduled = article_listings::table
        .filter(article_listings::list_id.eq(listing_counts::list_id))
        .filter(article_listings::published_at.gt(dsl::now))
        .count()
        .single_value();
    let rows: Vec<(Uuid, i64, Option<i64>)> = listing_counts::table
        .filter(listing_counts::list_id.eq_any(lists))
        .select((listing_counts::list_id, listing_counts::articles, scheduled))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(list, articles, scheduled)| (list, articles - scheduled.unwrap_or(0)))
        .filter(|(_, articles)| *articles > 0)
        .collect())
}

/// Nothing is kept for a licence: its articles are counted, in one statement.
fn counts_under_licence(conn: &mut PgConnection, scope: &Scope, lists: &[Uuid]) -> StoreResult<Vec<(Uuid, i64)>> {
    Ok(article_listings::table
        .inner_join(articles::table)
        .filter(article_listings::list_id.eq_any(lists))
        .filter(readable_by(scope))
        .group_by(article_listings::list_id)
        .select((article_listings::list_id, dsl::count_star()))
        .load(conn)?)
}

/// The cards of these articles, where visible to `scope`, in the order given.
///
/// # Errors
/// Those of the database.
pub fn cards(conn: &mut PgConnection, scope: &Scope, ids: &[ArticleId]) -> StoreResult<Vec<CardRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows: Vec<CardRow> = articles::table
        .inner_join(sections::table)
        .left_join(media::table)
        .filter(articles::id.eq_any(ids))
        .filter(visible_to(scope))
        .select(CardRow::as_select())
        .load(conn)?;
    narrow::cards(scope, &mut rows);
    let mut by_id: std::collections::HashMap<ArticleId, CardRow> = rows.into_iter().map(|row| (row.id, row)).collect();
    Ok(ids.iter().filter_map(|id| by_id.remove(id)).collect())
}

/// The same, of which only what readers see: the newsroom's own view of a public list is the readers'.
///
/// # Errors
/// Those of the database.
pub fn visible_cards(conn: &mut PgConnection, scope: &Scope, ids: &[ArticleId]) -> StoreResult<Vec<CardRow>> {
    cards(conn, &scope.of_reader(), ids)
}

/// Articles with all they carry, of which only what readers see, in the order given: every format of a feed is made of these.
///
/// # Errors
/// Those of the database.
pub fn visible_articles(conn: &mut PgConnection, scope: &Scope, ids: &[ArticleId]) -> StoreResult<Vec<ArticleRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows: Vec<ArticleRow> = articles::table
        .inner_join(sections::table)
        .left_join(media::table)
        .filter(articles::id.eq_any(ids))
        .filter(readable_by(scope))
        .select(ArticleRow::as_select())
        .load(conn)?;
    narrow::articles(conn, scope, &mut rows)?;
    let mut by_id: std::collections::HashMap<ArticleId, ArticleRow> = rows.into_iter().map(|row| (row.card.id, row)).collect();
    Ok(ids.iter().filter_map(|id| by_id.remove(id)).collect())
}

/// What the cards of a page carry on demand, in any order.
///
/// # Errors
/// Those of the database.
pub fn extras(conn: &mut PgConnection, scope: &Scope, ids: &[ArticleId]) -> StoreResult<Vec<(ArticleId, ExtrasRow)>> {
    let mut rows: Vec<(ArticleId, ExtrasRow)> =
        articles::table.filter(articles::id.eq_any(ids)).select((articles::id, ExtrasRow::as_select())).load(conn)?;
    narrow::extras(conn, scope, rows.iter_mut().map(|(_, extras)| extras))?;
    Ok(rows)
}

/// The bodies of these articles as far as `scope` gives them, in any order.
///
/// # Errors
/// Those of the database.
pub fn bodies(conn: &mut PgConnection, scope: &Scope, ids: &[ArticleId]) -> StoreResult<Vec<(ArticleId, String)>> {
    let rows: Vec<(ArticleId, String)> =
        articles::table.filter(articles::id.eq_any(ids)).select((articles::id, articles::body)).load(conn)?;
    Ok(rows.into_iter().map(|(id, body)| (id, narrow::body(scope, body))).collect())
}

/// The list along which a page is found; none where the order or the state is not what lists are kept by.
fn walked_list(filter: &Filter, order: Order) -> Option<(Uuid, bool)> {
    (order != Order::LastUpdatedFirst && filter.statuses.is_none()).then(|| filter.lists().first().copied()).flatten()
}

fn key_of(card: &CardRow, order: Order) -> Option<TimeKey> {
    let at = if order == Order::LastUpdatedFirst { Some(card.updated_at) } else { card.published_at };
    at.map(|at| TimeKey { at, id: card.id.0 })
}

/// The ids are found along the index of one list, and only the page's own articles are loaded.
fn cards_on_list(
    conn: &mut PgConnection,
    scope: &Scope,
    filter: &Filter,
    (list, exact): (Uuid, bool),
    order: Order,
    after: Option<TimeKey>,
    limit: i64,
) -> StoreResult<Vec<CardRow>> {
    use article_listings as listing;
    let others: Vec<_> = filter.lists().into_iter().filter(|other| *other != (list, exact)).collect();
    let key = (listing::published_at.nullable(), listing::article_id);
    let mut ids =
        listing::table.inner_join(articles::table).filter(listing::list_id.eq(list)).select(listing::article_id).limit(limit).into_boxed();
    // The walk stops at the bound in the index instead of looking at every scheduled article.
    ids = ids.filter(listing::published_at.le(Present::of(scope)));
    ids = ids.filter(conditions(scope, filter));
    if exact {
        ids = ids.filter(listing::is_direct);
    }
    for (other, exact) in others {
        ids = ids.filter(StandsOn::new(vec![other], exact));
    }
    if !filter.any_tags.is_empty() {
        ids = ids.filter(StandsOn::new(any_tags(filter), false));
    }
    if let Some(from) = filter.published_after {
        ids = ids.filter(listing::published_at.ge(from));
    }
    if let Some(until) = filter.published_before {
        ids = ids.filter(listing::published_at.lt(until));
    }
    ids = match (order, after) {
        (Order::OldestFirst, Some(after)) => {
            ids.filter(After::new(key.into_sql::<TimeRecord>(), (after.at, after.id).into_sql::<TimeRecord>()))
        }
        (_, Some(after)) => ids.filter(Before::new(key.into_sql::<TimeRecord>(), (after.at, after.id).into_sql::<TimeRecord>())),
        (_, None) => ids,
    };
    ids = match order {
        Order::OldestFirst => ids.order((listing::published_at.asc(), listing::article_id.asc())),
        _ => ids.order((listing::published_at.desc(), listing::article_id.desc())),
    };
    let page =
        articles::table.inner_join(sections::table).left_join(media::table).filter(articles::id.eq_any(ids)).select(CardRow::as_select());
    Ok(match order {
        Order::OldestFirst => page.order((articles::published_at.asc(), articles::id.asc())).load(conn)?,
        _ => page.order((articles::published_at.desc(), articles::id.desc())).load(conn)?,
    })
}

/// The page is found along an index of the articles themselves.
fn cards_among_all(
    conn: &mut PgConnection,
    scope: &Scope,
    filter: &Filter,
    order: Order,
    after: Option<TimeKey>,
    limit: i64,
) -> StoreResult<Vec<CardRow>> {
    let published = (articles::published_at, articles::id);
    let updated = (articles::updated_at.nullable(), articles::id);
    let mut ids = articles::table.select(articles::id).filter(conditions(scope, filter)).limit(limit).into_boxed();
    for (list, exact) in filter.lists() {
        ids = ids.filter(StandsOn::new(vec![list], exact));
    }
    if !filter.any_tags.is_empty() {
        ids = ids.filter(StandsOn::new(any_tags(filter), false));
    }
    if let Some(after) = after {
        let after = (after.at, after.id).into_sql::<TimeRecord>();
        ids = match order {
            Order::NewestFirst => ids.filter(Before::new(published.into_sql::<TimeRecord>(), after)),
            Order::OldestFirst => ids.filter(After::new(published.into_sql::<TimeRecord>(), after)),
            Order::LastUpdatedFirst => ids.filter(Before::new(updated.into_sql::<TimeRecord>(), after)),
        };
    }
    ids = match order {
        Order::NewestFirst => ids.order((articles::published_at.desc(), articles::id.desc())),
        Order::OldestFirst => ids.order((articles::published_at.asc(), articles::id.asc())),
        Order::LastUpdatedFirst => ids.order((articles::updated_at.desc(), articles::id.desc())),
    };
    let cards =
        articles::table.inner_join(sections::table).left_join(media::table).filter(articles::id.eq_any(ids)).select(CardRow::as_select());
    Ok(match order {
        Order::NewestFirst => cards.order((articles::published_at.desc(), articles::id.desc())).load(conn)?,
        Order::OldestFirst => cards.order((articles::published_at.asc(), articles::id.asc())).load(conn)?,
        Order::LastUpdatedFirst => cards.order((articles::updated_at.desc(), articles::id.desc())).load(conn)?,
    })
}

fn any_tags(filter: &Filter) -> Vec<Uuid> {
    filter.any_tags.iter().map(|tag| tag.0).collect()
}

/// All that a filter says of the article itself, and who may see it.
fn conditions<From>(scope: &Scope, filter: &Filter) -> Condition<From>
where
    articles::id: SelectableExpression<From>,
    articles::kind: SelectableExpression<From>,
    articles::language: SelectableExpression<From>,
    articles::status: SelectableExpression<From>,
    articles::published_at: SelectableExpression<From>,
    articles::updated_at: SelectableExpression<From>,
    articles::withdrawn_at: SelectableExpression<From>,
    articles::lead_media_id: SelectableExpression<From>,
    articles::created_by_id: SelectableExpression<From>,
    From: 'static,
{
    let mut all: Condition<From> = match &filter.statuses {
        None => readable_by(scope),
        Some(statuses) => Box::new(visible_to::<From>(scope).and(articles::status.eq_any(statuses.clone()))),
    };
    if let Some(kind) = filter.kind {
        all = Box::new(all.and(articles::kind.eq(kind)));
    }
    if let Some(language) = &filter.language {
        all = Box::new(all.and(articles::language.eq(language.clone())));
    }
    if let Some(from) = filter.published_after {
        all = Box::new(all.and(articles::published_at.ge(from)));
    }
    if let Some(until) = filter.published_before {
        all = Box::new(all.and(articles::published_at.lt(until)));
    }
    if let Some(from) = filter.updated_after {
        all = Box::new(all.and(articles::updated_at.ge(from)));
    }
    if filter.has_media {
        all = Box::new(all.and(articles::lead_media_id.is_not_null()));
    }
    for excluded in &filter.exclude {
        all = Box::new(all.and(articles::id.ne(*excluded)));
    }
    all
}
