//! What a write leaves besides its row: an audit entry, and an entry in the change log.

use serde_json::Value;
use uuid::Uuid;

use super::{
    audit,
    change_log::{self, Entry},
    error::StoreResult,
};
use crate::domain::{
    actor::Actor,
    change::{ChangeAction, Resource},
};

/// Records a write, as the last step of its transaction. `what` is the operation's id; both entries have the same details.
///
/// # Errors
/// Those of the database.
pub fn written(
    tx: &mut diesel::PgConnection,
    actor: Actor,
    what: &str,
    (resource, id): (Resource, Uuid),
    action: ChangeAction,
    details: Value,
) -> StoreResult<()> {
    audit::record(tx, actor, what, resource, Some(id), details.clone())?;
    change_log::append(tx, Entry { resource, id, action, reason: None, details })
}
