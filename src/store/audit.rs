//! Who did what, when, to what.

use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use super::error::StoreResult;
use crate::{
    domain::{actor::Actor, change::Resource},
    schema::audit,
};

/// Appends an entry, in the transaction of the write that it is about.
///
/// `details` is what a later reader needs to understand the entry: never a password, a token or a hash of either.
///
/// # Errors
/// When the database fails.
pub fn record(
    tx: &mut PgConnection,
    actor: Actor,
    action: &str,
    resource: Resource,
    resource_id: Option<Uuid>,
    details: Value,
) -> StoreResult<()> {
    diesel::insert_into(audit::table)
        .values((
            audit::user_id.eq(actor.user.map(|user| user.0)),
            audit::action.eq(action),
            audit::resource.eq(resource),
            audit::resource_id.eq(resource_id),
            audit::details.eq(details),
        ))
        .execute(tx)?;
    Ok(())
}
