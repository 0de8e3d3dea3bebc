//! The way of an article to its readers and back.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::{
    record::{self, before},
    rows::ArticleRow,
    show::show,
    write::{lock, touch},
};
use crate::{
    domain::{actor::Actor, article::Status, change::ChangeAction, reference::Reference},
    schema::{articles, corrections},
    store::error::{StoreError, StoreResult},
};

/// Publishes an article, now or at a time to come. Publishing what is published already changes its time only if one
/// is given.
///
/// # Errors
/// As `write::update`.
pub fn publish(
    tx: &mut PgConnection,
    actor: Actor,
    reference: &Reference,
    expected: Option<i64>,
    at: Option<DateTime<Utc>>,
) -> StoreResult<ArticleRow> {
    let locked = lock(tx, actor, reference, expected)?;
    let before = before(tx, locked.id)?;
    let is_out = matches!(locked.status, Status::Published | Status::Scheduled);
    if let (true, None) = (is_out, at) {
        let due: Option<DateTime<Utc>> = articles::table.find(locked.id).select(articles::published_at).first(tx)?;
        if due.is_some_and(|due| due <= locked.now) {
            return show(tx, &actor.scope(), reference);
        }
    }
    let at = at.unwrap_or(locked.now);
    let status = if at > locked.now { Status::Scheduled } else { Status::Published };
    // The first time stays what it was, unless nobody has seen it at that time.
    let first = locked.first_published_at.filter(|first| *first <= locked.now).map_or(at, |first| first.min(at));
    diesel::update(articles::table.find(locked.id))
        .set((
            articles::status.eq(status),
            articles::published_at.eq(at),
            articles::first_published_at.eq(first),
            articles::withdrawn_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(tx)?;
    touch(tx, locked.id)?;
    record::written(tx, actor, locked.id, &before, ChangeAction::Published, "publish_article", None)?;
    show(tx, &actor.scope(), &Reference::Id(locked.id.0))
}

/// Takes an article back: nobody sees it any more, and it is a draft again.
///
/// # Errors
/// `Conflict` when it is not published; as `write::update`.
pub fn unpublish(
    tx: &mut PgConnection,
    actor: Actor,
    reference: &Reference,
    expected: Option<i64>,
    reason: Option<String>,
) -> StoreResult<ArticleRow> {
    let locked = lock(tx, actor, reference, expected)?;
    if matches!(locked.status, Status::Draft | Status::InReview) {
        return Err(StoreError::Conflict { detail: "It is not published, so there is nothing to take back.".to_owned() });
    }
    let before = before(tx, locked.id)?;
    diesel::update(articles::table.find(locked.id))
        .set((
            articles::status.eq(Status::Draft),
            articles::published_at.eq(None::<DateTime<Utc>>),
            articles::withdrawn_at.eq(None::<DateTime<Utc>>),
            articles::first_published_at.eq(locked.first_published_at.filter(|first| *first <= locked.now)),
        ))
        .execute(tx)?;
    touch(tx, locked.id)?;
    record::written(tx, actor, locked.id, &before, ChangeAction::Withdrawn, "unpublish_article", reason)?;
    show(tx, &actor.scope(), &Reference::Id(locked.id.0))
}

/// Adds a correction, which readers see beside the article.
///
/// # Errors
/// As `write::update`.
pub fn correct(tx: &mut PgConnection, actor: Actor, reference: &Reference, expected: Option<i64>, text: &str) -> StoreResult<ArticleRow> {
    let locked = lock(tx, actor, reference, expected)?;
    let before = before(tx, locked.id)?;
    diesel::insert_into(corrections::table)
        .values((
            corrections::id.eq(Uuid::now_v7()),
            corrections::article_id.eq(locked.id),
            corrections::corrected_at.eq(locked.now),
            corrections::text.eq(text),
        ))
        .execute(tx)?;
    touch(tx, locked.id)?;
    record::written(tx, actor, locked.id, &before, ChangeAction::Corrected, "correct_article", Some(text.to_owned()))?;
    show(tx, &actor.scope(), &Reference::Id(locked.id.0))
}
