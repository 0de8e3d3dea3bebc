//! Who calls, and what they may do.
//!
//! `identify` settles once, before anything else, who calls; everything after reads its answer. What they may do is one
//! table.

pub mod permission;

pub mod caller;
pub mod credential;
pub mod partner;

pub mod keyring;
pub mod token;

pub mod password;
pub mod refresh_token;

pub mod address;
pub mod throttle;

pub mod limits;
pub mod usage;
