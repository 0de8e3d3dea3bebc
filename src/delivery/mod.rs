//! What leaves after a commit: who waits is woken, and listeners are told.
//!
//! Everything here follows the change log, of which Postgres tells every server at each commit (`NOTIFY broadsheet_changes`). Nothing is
//! kept that another server, or this one after a restart, could not read there again.

pub mod bell;
pub mod hub;
pub mod trimmer;

mod listener;

pub use bell::Bell;
pub use hub::Hub;
