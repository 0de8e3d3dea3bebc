//! What every write of an article leaves besides the article: a revision, an audit entry, an entry in the change log.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, Nullable, Uuid as SqlUuid},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::{
    domain::{
        actor::Actor,
        article::{Kind, SourceRights},
        change::{ChangeAction, Resource},
        id::{ArticleId, SourceId},
    },
    schema::{article_listings, article_sources, articles},
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
    former: Option<Former>,
}

/// What an article was to its readers before a write, as the log keeps it: by this a reader of the log can tell who saw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Former {
    /// When it was published, or was to be.
    pub published_at: DateTime<Utc>,
    /// Its genre.
    pub kind: Kind,
    /// Its language (BCP 47).
    pub language: String,
    /// The outlet that it came from.
    pub source_id: Option<SourceId>,
    /// Whether it might be passed on to partners.
    pub may_be_passed_on: bool,
}

/// Looks at an article before it changes.
///
/// # Errors
/// Those of the database.
pub fn before(tx: &mut PgConnection, id: ArticleId) -> StoreResult<Before> {
    Ok(Before { lists: lists_of(tx, &[id])?.remove(&id).unwrap_or_default(), former: formers(tx, &[id])?.remove(&id) })
}

/// What some articles are to their readers now; those that are neither out nor scheduled are left out.
///
/// # Errors
/// Those of the database.
pub fn formers(tx: &mut PgConnection, ids: &[ArticleId]) -> StoreResult<HashMap<ArticleId, Former>> {
    type Columns = (ArticleId, DateTime<Utc>, Kind, String, Option<SourceId>, Option<SourceRights>);
    let rows: Vec<Columns> = articles::table
        .left_join(article_sources::table)
        .filter(articles::id.eq_any(ids))
        .filter(articles::withdrawn_at.is_null())
        .filter(articles::published_at.is_not_null())
        .select((
            articles::id,
            articles::published_at.assume_not_null(),
            articles::kind,
            articles::language,
            article_sources::source_id.nullable(),
            article_sources::rights.nullable(),
        ))
        .load(tx)?;
    let former = |(id, published_at, kind, language, source_id, rights): Columns| {
        let may_be_passed_on = rights != Some(SourceRights::NoSyndication);
        (id, Former { published_at, kind, language, source_id, may_be_passed_on })
    };
    Ok(rows.into_iter().map(former).collect())
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
    let details = json!({
        "slug": slug,
        "language": language,
        "lists": merged(&before.lists, lists_of(tx, &[id])?.remove(&id).unwrap_or_default()),
        "before": before.former,
    });
    audit::record(tx, actor, what, Resource::Article, Some(id.0), json!({ "slug": slug, "reason": reason }))?;
    change_log::append(tx, Entry { resource: Resource::Article, id: id.0, action, reason, details })
}

/// Records that an article is gone; to be called when it no longer exists.
///
/// # Errors
/// Those of the database.
pub fn deleted(tx: &mut PgConnection, actor: Actor, id: ArticleId, slug: &str, before: &Before, reason: Option<String>) -> StoreResult<()> {
    let details = json!({ "slug": slug, "lists": before.lists, "before": before.former });
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

/// The lists that each of some articles stands on, in order.
///
/// # Errors
/// Those of the database.
pub fn lists_of(tx: &mut PgConnection, ids: &[ArticleId]) -> StoreResult<HashMap<ArticleId, Vec<Uuid>>> {
    let rows: Vec<(Uuid, Uuid)> = article_listings::table
        .filter(article_listings::article_id.eq_any(ids.iter().map(|id| id.0)))
        .select((article_listings::article_id, article_listings::list_id))
        .order(article_listings::list_id)
        .load(tx)?;
    let mut lists: HashMap<ArticleId, Vec<Uuid>> = HashMap::new();
    for (article, list) in rows {
        lists.entry(ArticleId(article)).or_default().push(list);
    }
    Ok(lists)
}

/// The lists before and after, once each.
#[must_use]
pub fn merged(before: &[Uuid], mut now: Vec<Uuid>) -> Vec<Uuid> {
    now.extend(before.iter().copied());
    now.sort_unstable();
    now.dedup();
    now
}
