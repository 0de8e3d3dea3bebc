//! What hangs on loaded articles besides what [`crate::store::bulk`] writes.

use chrono::{DateTime, Utc};
use diesel::{pg::PgConnection, prelude::*};
use serde_json::json;
use uuid::Uuid;

use crate::{
    domain::{
        article::Kind,
        change::{ChangeAction, Resource},
        id::ArticleId,
    },
    schema::{articles, corrections, related_picks},
    store::{
        articles::record::Former,
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
    type Columns = (ArticleId, Option<DateTime<Utc>>, DateTime<Utc>, Kind, String);
    let rows: Vec<Columns> = articles::table
        .filter(articles::id.eq_any(some.iter().map(|(id, ..)| *id)))
        .select((articles::id, articles::first_published_at, articles::updated_at, articles::kind, articles::language))
        .load(tx)?;
    let former = |wanted: ArticleId| {
        let (_, first_published_at, updated_at, kind, language) = rows.iter().find(|(id, ..)| *id == wanted)?.clone();
        let published_at = first_published_at.unwrap_or(updated_at);
        Some(Former { published_at, kind, language, source_id: None, may_be_passed_on: true })
    };
    let entries = some.iter().map(|(id, slug, reason)| Entry {
        resource: Resource::Article,
        id: id.0,
        action: ChangeAction::Withdrawn,
        reason: Some((*reason).to_owned()),
        details: json!({ "slug": slug, "lists": [], "before": former(*id) }),
    });
    change_log::append_all(tx, entries.collect())
}
