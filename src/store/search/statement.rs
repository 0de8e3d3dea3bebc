//! The statement of a page of hits.
//!
//! It is not kept prepared: the planner has to see the words, for a plan that suits a rare one reads the whole archive for
//! a frequent one. Its text holds the filters that are set and no others, for the same reason.

use chrono::{DateTime, Utc};
use diesel::{
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    result::QueryResult,
    sql_types::{BigInt, Text, Timestamptz, Uuid as SqlUuid},
};
use uuid::Uuid;

use super::{Path, Question, RANKED, Search, SearchKey, WALKED, WALKED_FAR};
use crate::{
    domain::licence::Scope,
    schema::sql_types::ArticleKind,
    store::{keyset::TimeKey, visibility::push_narrowed},
};

/// The newest matches, ranked, from a place on.
#[derive(Clone, Copy)]
pub struct Find<'a> {
    /// Whose search it is.
    pub scope: &'a Scope,
    /// The filters.
    pub search: &'a Search,
    /// What any language asks.
    pub any: &'a str,
    /// What each language asks, where that has to be told apart.
    pub each: &'a [Question],
    /// What is published later does not count.
    pub at: DateTime<Utc>,
    /// Along which index.
    pub path: Path,
    /// The last hit of the page before.
    pub after: Option<SearchKey>,
    /// Only what is older than this.
    pub before: Option<TimeKey>,
    /// How many rows.
    pub limit: i64,
}

/// A row of it.
#[derive(Clone, Debug, Queryable)]
pub struct Row {
    /// Which article.
    pub id: Uuid,
    /// In thousand-millionths.
    pub score: i64,
    /// The headline with its words marked.
    pub title: String,
    /// The standfirst with its words marked.
    pub standfirst: String,
    /// Some of the body around marked words, without tags.
    pub body: String,
}

impl Query for Find<'_> {
    type SqlType = (SqlUuid, BigInt, Text, Text, Text);
}

impl RunQueryDsl<PgConnection> for Find<'_> {}

impl QueryId for Find<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Pg> for Find<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        out.push_sql("WITH matches AS MATERIALIZED (");
        self.found(&mut out)?;
        out.push_sql(&format!(" ORDER BY published_at DESC, id DESC LIMIT {RANKED}), asked AS (SELECT "));
        out.push_bind_param::<Text, _>(self.any)?;
        out.push_sql("::tsquery AS query, ");
        out.push_bind_param::<Timestamptz, _>(&self.at)?;
        out.push_sql("::timestamptz AS at), page AS (");
        out.push_sql(include_str!("../sql/search_scores.sql"));
        if let Some(after) = &self.after {
            out.push_sql(" WHERE (score, id) < (");
            out.push_bind_param::<BigInt, _>(&after.score)?;
            out.push_sql(", ");
            out.push_bind_param::<SqlUuid, _>(&after.id)?;
            out.push_sql(")");
        }
        out.push_sql(" ORDER BY score DESC, id DESC LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.limit)?;
        out.push_sql(") ");
        out.push_sql(include_str!("../sql/search_highlights.sql"));
        Ok(())
    }
}

/// The newest matches as they come, without being ranked.
#[derive(Clone, Copy)]
pub struct FindNewest<'a>(pub Find<'a>);

impl Query for FindNewest<'_> {
    type SqlType = (SqlUuid, Timestamptz);
}

impl RunQueryDsl<PgConnection> for FindNewest<'_> {}

impl QueryId for FindNewest<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Pg> for FindNewest<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        out.push_sql("SELECT id, published_at FROM (");
        self.0.found(&mut out)?;
        out.push_sql(" ORDER BY published_at DESC, id DESC LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.0.limit)?;
        out.push_sql(") AS newest ORDER BY published_at DESC, id DESC");
        Ok(())
    }
}

impl<'a> Find<'a> {
    fn found<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match self.path {
            Path::Words => self.by_words(out),
            Path::Dates => self.by_dates(out, WALKED),
            Path::FarDates => self.by_dates(out, WALKED_FAR),
        }
    }

    /// All that hold the words, whatever their number; the fence keeps the planner from walking by date.
    fn by_words<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT * FROM (SELECT a.id, a.published_at, a.search FROM articles a WHERE ");
        self.matching(out)?;
        out.push_sql(" AND is_visible(a.published_at, a.withdrawn_at)");
        self.narrowed(out)?;
        push_narrowed(out, self.scope, "a")?;
        for list in self.search.lists() {
            out.push_sql(" AND EXISTS (SELECT 1 FROM article_listings l WHERE l.article_id = a.id AND l.published_at = a.published_at AND l.list_id = '");
            out.push_sql(&list.to_string());
            out.push_sql("')");
        }
        out.push_sql(" OFFSET 0) AS found");
        Ok(())
    }

    /// The newest that the filters leave, read until enough of them hold the words.
    fn by_dates<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>, walked: u32) -> QueryResult<()> {
        let lists = self.search.lists();
        // Named as the index is ordered, so that nothing is sorted before enough of it is read.
        let (id, at, from) = match lists.first() {
            Some(_) => ("w.article_id", "w.published_at", "article_listings w JOIN articles a ON a.id = w.article_id"),
            None => ("a.id", "a.published_at", "articles a"),
        };
        out.push_sql(&format!(
            "SELECT a.id, a.published_at, a.search FROM (SELECT {id} AS id, a.language, {at} AS published_at, a.search FROM {from}"
        ));
        out.push_sql(" WHERE is_visible(a.published_at, a.withdrawn_at)");
        self.narrowed(out)?;
        push_narrowed(out, self.scope, "a")?;
        for (place, list) in lists.iter().enumerate() {
            match place {
                0 => {
                    out.push_sql(" AND w.published_at <= ");
                    out.push_bind_param::<Timestamptz, _>(&self.at)?;
                    out.push_sql(" AND w.list_id = '");
                    out.push_sql(&list.to_string());
                    out.push_sql("'");
                }
                _ => {
                    out.push_sql(" AND EXISTS (SELECT 1 FROM article_listings l WHERE l.article_id = a.id AND l.published_at = a.published_at AND l.list_id = '");
                    out.push_sql(&list.to_string());
                    out.push_sql("')");
                }
            }
        }
        out.push_sql(&format!(" ORDER BY {at} DESC, {id} DESC LIMIT {walked}) AS a WHERE "));
        self.matching(out)
    }

    fn matching<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("a.search @@ ");
        out.push_bind_param::<Text, _>(self.any)?;
        out.push_sql("::tsquery");
        if self.each.is_empty() {
            return Ok(());
        }
        out.push_sql(" AND a.search @@ CASE");
        for question in self.each {
            match &question.language {
                Some(language) => {
                    out.push_sql(" WHEN a.language = ");
                    out.push_bind_param::<Text, _>(language)?;
                    out.push_sql(" THEN ");
                }
                None => out.push_sql(" ELSE "),
            }
            out.push_bind_param::<Text, _>(&question.query)?;
            out.push_sql("::tsquery");
        }
        out.push_sql(" END");
        Ok(())
    }

    fn narrowed<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(" AND a.published_at <= ");
        out.push_bind_param::<Timestamptz, _>(&self.at)?;
        if let Some(before) = &self.before {
            out.push_sql(" AND (a.published_at, a.id) < (");
            out.push_bind_param::<Timestamptz, _>(&before.at)?;
            out.push_sql(", ");
            out.push_bind_param::<SqlUuid, _>(&before.id)?;
            out.push_sql(")");
        }
        if let Some(language) = &self.search.language {
            out.push_sql(" AND a.language = ");
            out.push_bind_param::<Text, _>(language)?;
        }
        if let Some(kind) = &self.search.kind {
            out.push_sql(" AND a.kind = ");
            out.push_bind_param::<ArticleKind, _>(kind)?;
        }
        if let Some(from) = &self.search.published_after {
            out.push_sql(" AND a.published_at >= ");
            out.push_bind_param::<Timestamptz, _>(from)?;
        }
        if let Some(until) = &self.search.published_before {
            out.push_sql(" AND a.published_at < ");
            out.push_bind_param::<Timestamptz, _>(until)?;
        }
        Ok(())
    }
}
