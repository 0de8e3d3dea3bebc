//! What every write of an article leaves besides the article: a revision, an audit entry, an entry in the change log.

use diesel::{
    prelude::*,
    sql_types::{Array, Nullable, Uuid as SqlUuid},
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    domain::{
        actor::Actor,
        change::{ChangeAction, Resource},
        id::ArticleId,
    },
    schema::{article_listings, articles},
    store::{
        audit,
        change_log::{self, Entry},
        error::StoreResult,
        listings,
    },
};

/// What readers of the log must know of an article as it was before a write.
pub struct Before {
    lists: Vec<Uuid>,
}

/// Looks at an article before it changes.
///
/// # Errors
/// Those of the database.
pub fn before(tx: &mut PgConnection, id: ArticleId) -> StoreResult<Before> {
    Ok(Before { lists: lists_of(tx, id)? })
}

/// Brings the lists up to date and records the write, as the last step of its transaction.
///
/// # Errors
/// Those of the database.
pub fn written(
    tx: &mut PgConnection,
    actor: Actor,
    id: ArticleId,
    before: &Before,
    action: ChangeAction,
    what: &str,
    reason: Option<String>,
) -> StoreResult<()> {
    listings::refresh(tx, &[id])?;
    revision(tx, actor, &[id])?;
    let (slug, language): (String, String) = articles::table.find(id).select((articles::slug, articles::language)).first(tx)?;
    let details = json!({ "slug": slug, "language": language, "lists": merged(&before.lists, lists_of(tx, id)?) });
    audit::record(tx, actor, what, Resource::Article, Some(id.0), json!({ "slug": slug, "reason": reason }))?;
    change_log::append(tx, Entry { resource: Resource::Article, id: id.0, action, reason, details })
}

/// Records that an article is gone; to be called when it no longer exists.
///
/// # Errors
/// Those of the database.
pub fn deleted(tx: &mut PgConnection, actor: Actor, id: ArticleId, slug: &str, before: &Before, reason: Option<String>) -> StoreResult<()> {
    let details = json!({ "slug": slug, "lists": before.lists });
    audit::record(tx, actor, "delete_article", Resource::Article, Some(id.0), json!({ "slug": slug, "reason": reason }))?;
    change_log::append(tx, Entry { resource: Resource::Article, id: id.0, action: ChangeAction::Deleted, reason, details })
}

/// Keeps these articles as they are now among their revisions.
///
/// # Errors
/// Those of the database.
pub fn revision(tx: &mut PgConnection, actor: Actor, ids: &[ArticleId]) -> StoreResult<()> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    diesel::sql_query(include_str!("../sql/record_revision.sql"))
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Nullable<SqlUuid>, _>(actor.user.map(|user| user.0))
        .execute(tx)?;
    Ok(())
}

fn lists_of(tx: &mut PgConnection, id: ArticleId) -> StoreResult<Vec<Uuid>> {
    Ok(article_listings::table
        .filter(article_listings::article_id.eq(id))
        .select(article_listings::list_id)
        .order(article_listings::list_id)
        .load(tx)?)
}

fn merged(before: &[Uuid], mut now: Vec<Uuid>) -> Vec<Uuid> {
    now.extend(before.iter().copied());
    now.sort_unstable();
    now.dedup();
    now
}
