//! What hangs on loaded articles besides what [`crate::store::bulk`] writes.

use chrono::{DateTime, Utc};
use diesel::{pg::PgConnection, prelude::*};
use serde_json::json;
use uuid::Uuid;

use crate::{
    domain::{
        change::{ChangeAction, Resource},
        id::ArticleId,
    },
    schema::{corrections, related_picks},
    store::{
        change_log::{self, Entry},
        error::StoreResult,
    },
};

/// Adds corrections: of which article, when, what.
///
/// # Errors
/// When the database fails.
pub fn corrections(tx: &mut PgConnection, some: &[(ArticleId, DateTime<Utc>, &str)]) -> StoreResult<()> {
    use corrections as t;
    let rows: Vec<_> = some
        .iter()
        .map(|(article, at, text)| (t::id.eq(Uuid::now_v7()), t::article_id.eq(*article), t::corrected_at.eq(*at), t::text.eq(*text)))
        .collect();
    diesel::insert_into(t::table).values(rows).execute(tx)?;
    Ok(())
}

/// Adds hand-picked articles: to which, at which place, what.
///
/// # Errors
/// When the database fails.
pub fn related(tx: &mut PgConnection, some: &[(ArticleId, i32, ArticleId)]) -> StoreResult<()> {
    use related_picks as t;
    let rows: Vec<_> = some
        .iter()
        .map(|(article, position, other)| (t::article_id.eq(*article), t::related_id.eq(*other), t::position.eq(*position)))
        .collect();
    diesel::insert_into(t::table).values(rows).execute(tx)?;
    Ok(())
}

/// Tells the change log that articles were withdrawn, and why.
///
/// # Errors
/// When the database fails.
pub fn withdrawn(tx: &mut PgConnection, some: &[(ArticleId, &str, &str)]) -> StoreResult<()> {
    let entries = some.iter().map(|(id, slug, reason)| Entry {
        resource: Resource::Article,
        id: id.0,
        action: ChangeAction::Withdrawn,
        reason: Some((*reason).to_owned()),
        details: json!({ "slug": slug, "lists": [] }),
    });
    change_log::append_all(tx, entries.collect())
}
