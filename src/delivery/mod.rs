//! What leaves after a commit: who waits is woken, listeners are told, and webhooks are sent.
//!
//! Everything here follows the change log, of which Postgres tells every server at each commit (`NOTIFY broadsheet_changes`). Nothing is
//! kept that another server, or this one after a restart, could not read there again.

pub mod bell;
pub mod hub;
pub mod trimmer;
pub mod webhooks;

mod listener;

pub use bell::Bell;
pub use hub::Hub;
