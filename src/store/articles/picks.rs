//! What an editor picks by hand to stand first in an article's related list.

use diesel::prelude::*;

use super::{
    record::{self, before},
    rows::ArticleRow,
    show::show,
    write::{lock, touch},
};
use crate::{
    domain::{actor::Actor, change::ChangeAction, id::ArticleId, reference::Reference},
    schema::related_picks,
    store::error::{StoreError, StoreResult},
};

/// Replaces what is picked by hand to stand first in an article's related list.
///
/// # Errors
/// `Refused` when the article itself is picked, or one twice; as `write::update`.
pub fn set(
    tx: &mut PgConnection,
    actor: Actor,
    reference: &Reference,
    expected: Option<i64>,
    picks: &[ArticleId],
) -> StoreResult<ArticleRow> {
    let locked = lock(tx, actor, reference, expected)?;
    for (place, pick) in picks.iter().enumerate() {
        let refused = |detail: &str| StoreError::Refused { pointer: format!("/articles/{place}"), detail: detail.to_owned() };
        if *pick == locked.id {
            return Err(refused("An article is not related to itself."));
        }
        if picks[..place].contains(pick) {
            return Err(refused("This article is in the list already."));
        }
    }
    let before = before(tx, locked.id)?;
    diesel::delete(related_picks::table.filter(related_picks::article_id.eq(locked.id))).execute(tx)?;
    let rows: Vec<_> = (0_i32..)
        .zip(picks)
        .map(|(position, pick)| {
            (related_picks::article_id.eq(locked.id), related_picks::related_id.eq(*pick), related_picks::position.eq(position))
        })
        .collect();
    diesel::insert_into(related_picks::table).values(rows).execute(tx)?;
    touch(tx, locked.id)?;
    record::written(tx, actor, locked.id, &before, ChangeAction::Updated, "pick_related", None)?;
    show(tx, &actor.scope(), &Reference::Id(locked.id.0))
}
