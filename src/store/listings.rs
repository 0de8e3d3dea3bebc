//! The lists that articles stand on (sections with all above them, tags, authors, sources), kept beside the articles.

use diesel::{
    AppearsOnTable, Expression, SelectableExpression,
    expression::{ValidGrouping, is_aggregate},
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, QueryFragment, QueryId},
    result::QueryResult,
    sql_types::{Array, Bool, Nullable, Uuid as SqlUuid},
};
use uuid::Uuid;

use super::error::StoreResult;
use crate::{
    domain::id::ArticleId,
    schema::{article_listings, articles, listing_counts},
};

/// Brings the lists of these articles up to date with what is stored of them now.
///
/// To be called in the transaction of every write that touches when an article is visible, or what it is filed under.
///
/// # Errors
/// Those of the database.
pub fn refresh(tx: &mut PgConnection, ids: &[ArticleId]) -> StoreResult<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    diesel::sql_query(include_str!("sql/lock_listing_counts.sql")).bind::<Array<SqlUuid>, _>(&ids).execute(tx)?;
    diesel::sql_query(include_str!("sql/refresh_listings.sql")).bind::<Array<SqlUuid>, _>(&ids).execute(tx)?;
    Ok(())
}

/// Takes away a list that nothing can stand on any more: of a tag, an author or an outlet that is deleted.
///
/// # Errors
/// Those of the database.
pub fn remove(tx: &mut PgConnection, list: Uuid) -> StoreResult<()> {
    // A popular tag takes longer than one request's statement may.
    diesel::sql_query("SET LOCAL statement_timeout = '60s'").execute(tx)?;
    diesel::delete(article_listings::table.filter(article_listings::list_id.eq(list))).execute(tx)?;
    diesel::delete(listing_counts::table.find(list)).execute(tx)?;
    Ok(())
}

/// Whether the article of the query around stands on at least one of some lists.
#[derive(Clone, Debug)]
pub struct StandsOn {
    lists: Vec<Uuid>,
    only_direct: bool,
}

impl StandsOn {
    /// `only_direct` leaves out what stands on a section only through a descendant.
    #[must_use]
    pub const fn new(lists: Vec<Uuid>, only_direct: bool) -> Self {
        Self { lists, only_direct }
    }
}

impl QueryFragment<Pg> for StandsOn {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        // Not also by `published_at`, which the key has: the planner would multiply both chances and expect next to nothing.
        out.push_sql("EXISTS (SELECT 1 FROM article_listings l WHERE l.article_id = articles.id");
        if self.only_direct {
            out.push_sql(" AND l.is_direct");
        }
        // One id without ANY, so that the planner sees the key of the index.
        if let [list] = &self.lists[..] {
            out.push_sql(" AND l.list_id = ");
            out.push_bind_param::<SqlUuid, Uuid>(list)?;
        } else {
            out.push_sql(" AND l.list_id = ANY(");
            out.push_bind_param::<Array<SqlUuid>, Vec<Uuid>>(&self.lists)?;
            out.push_sql(")");
        }
        out.push_sql(")");
        Ok(())
    }
}

impl Expression for StandsOn {
    type SqlType = Nullable<Bool>;
}
impl<From> SelectableExpression<From> for StandsOn where articles::id: SelectableExpression<From> {}
impl<From> AppearsOnTable<From> for StandsOn where articles::id: AppearsOnTable<From> {}
impl ValidGrouping<()> for StandsOn {
    type IsAggregate = is_aggregate::No;
}
impl QueryId for StandsOn {
    type QueryId = ();
    // The text depends on the values.
    const HAS_STATIC_QUERY_ID: bool = false;
}
