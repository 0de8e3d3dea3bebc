//! What is shown beside an article: what is related to it, and the newest of its section.

use chrono::{DateTime, Utc};
use diesel::{
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    result::QueryResult,
    sql_types::{Array, BigInt, Bool, Double, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use uuid::Uuid;

use super::{
    error::StoreResult,
    visibility::{push_narrowed, readable},
};
use crate::domain::{
    id::ArticleId,
    licence::Scope,
    related::{Candidate, Related, rank},
};

/// What to read after this article, best first: at most `limit`, none of `exclude`, only what readers see, whoever asks.
/// Nothing where there is no such article.
///
/// # Errors
/// Those of the database.
pub fn related(
    conn: &mut PgConnection,
    scope: &Scope,
    article: ArticleId,
    limit: usize,
    exclude: &[ArticleId],
) -> StoreResult<Vec<Related>> {
    let mut all: Vec<Candidate> = Gather(article.0).load::<Gathered>(conn)?.into_iter().map(Candidate::from).collect();
    let Some(place) = all.iter().position(|candidate| candidate.id == article) else { return Ok(Vec::new()) };
    let subject = all.swap_remove(place);
    if scope.licence().is_some() {
        let ids: Vec<ArticleId> = all.iter().map(|candidate| candidate.id).collect();
        let readable = readable(conn, scope, &ids)?;
        all.retain(|candidate| readable.contains(&candidate.id));
    }
    Ok(rank(&subject, &all, exclude, limit))
}

/// The newest of this article's section, then of the sections above it: at most `limit`, none of `exclude`.
///
/// # Errors
/// Those of the database.
pub fn more_in_section(
    conn: &mut PgConnection,
    scope: &Scope,
    article: ArticleId,
    limit: usize,
    exclude: &[ArticleId],
) -> StoreResult<Vec<ArticleId>> {
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let exclude = exclude.iter().map(|id| id.0).collect();
    Ok(MoreInSection { article: article.0, exclude, most, scope: scope.clone() }.load::<ArticleId>(conn)?)
}

/// A row of `sql/related.sql`.
type Gathered = (ArticleId, String, Vec<String>, DateTime<Utc>, bool, Option<i32>, f64, bool);

impl From<Gathered> for Candidate {
    fn from((id, title, terms, at, in_section, pick, shared_rarity, is_sample): Gathered) -> Self {
        Self { id, title, terms, at, in_section, pick, shared_rarity, is_sample }
    }
}

/// The statement, with a query id so that it stays prepared.
#[derive(Debug, QueryId)]
struct Gather(Uuid);

impl QueryFragment<Pg> for Gather {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH wanted (id) AS (SELECT ");
        out.push_bind_param::<SqlUuid, _>(&self.0)?;
        out.push_sql(") ");
        out.push_sql(include_str!("sql/related.sql"));
        Ok(())
    }
}

impl Query for Gather {
    type SqlType = (SqlUuid, Text, Array<Text>, Timestamptz, Bool, Nullable<Integer>, Double, Bool);
}

impl RunQueryDsl<PgConnection> for Gather {}

/// The statement; its text depends on the scope.
#[derive(Debug)]
struct MoreInSection {
    article: Uuid,
    exclude: Vec<Uuid>,
    most: i64,
    scope: Scope,
}

impl QueryId for MoreInSection {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Pg> for MoreInSection {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH wanted (id, excluded, most) AS (SELECT ");
        out.push_bind_param::<SqlUuid, _>(&self.article)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<SqlUuid>, _>(&self.exclude)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&self.most)?;
        out.push_sql(") ");
        let (before, after) = include_str!("sql/more_in_section.sql").split_once("-- What a licence leaves.").unwrap_or_default();
        out.push_sql(before);
        push_narrowed(&mut out, &self.scope, "a")?;
        out.push_sql(after);
        Ok(())
    }
}

impl Query for MoreInSection {
    type SqlType = SqlUuid;
}

impl RunQueryDsl<PgConnection> for MoreInSection {}
