//! What the outbox asks of articles as they were and as they will be, in terms of the one predicate of visibility.

use chrono::{DateTime, Utc};
use diesel::{
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    result::QueryResult,
    sql_types::{Array, BigInt, Integer, Text, Timestamptz, Uuid as SqlUuid},
};

use crate::{domain::licence::Scope, store::visibility::push_narrowed};

/// The predicate of a scope on the table `articles` around.
fn push_visible<'b>(out: &mut AstPass<'_, 'b, Pg>, scope: &'b Scope) -> QueryResult<()> {
    match scope {
        Scope::Licensed(_) => {
            out.push_sql(" true");
            push_narrowed(out, scope, "articles")
        }
        Scope::Public | Scope::Own(_) | Scope::Everything => {
            out.push_sql(" is_visible(articles.published_at, articles.withdrawn_at)");
            Ok(())
        }
    }
}

/// Which of these changes were of an article that the scope saw just before: ids of changes.
pub struct SeenBefore {
    /// The changes.
    pub ids: Vec<i64>,
    /// Who saw it.
    pub scope: Scope,
}

impl QueryFragment<Pg> for SeenBefore {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let (before, after) = include_str!("../sql/seen_before.sql").split_once("$1").unwrap_or_default();
        out.push_sql(before);
        out.push_bind_param::<Array<BigInt>, _>(&self.ids)?;
        out.push_sql(after);
        push_visible(&mut out, &self.scope)
    }
}

impl QueryId for SeenBefore {
    type QueryId = ();
    // The text depends on the scope.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for SeenBefore {
    type SqlType = BigInt;
}

impl RunQueryDsl<PgConnection> for SeenBefore {}

/// Articles whose time came for the scope without a write: id, slug, and when.
pub struct Due {
    /// After this moment.
    pub from: DateTime<Utc>,
    /// Until this one.
    pub until: DateTime<Utc>,
    /// By how many minutes the scope's present is ahead of the readers'.
    pub minutes: i32,
    /// Who sees it.
    pub scope: Scope,
}

impl QueryFragment<Pg> for Due {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        // Each value where it stands: a fragment binds in the order of its text.
        for part in include_str!("../sql/due_articles.sql").split_inclusive(['\n', ' ', ')']).skip_while(|part| !part.starts_with("SELECT"))
        {
            let bare = part.trim_end_matches([' ', ')', '\n']);
            match bare {
                "$1" => out.push_bind_param::<Timestamptz, _>(&self.from)?,
                "$2" => out.push_bind_param::<Timestamptz, _>(&self.until)?,
                "$3" => out.push_bind_param::<Integer, _>(&self.minutes)?,
                _ => out.push_sql(bare),
            }
            out.push_sql(&part[bare.len()..]);
        }
        push_visible(&mut out, &self.scope)
    }
}

impl QueryId for Due {
    type QueryId = ();
    // The text depends on the scope.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Due {
    type SqlType = (SqlUuid, Text, Timestamptz);
}

impl RunQueryDsl<PgConnection> for Due {}
