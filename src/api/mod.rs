//! The JSON of the contract, both ways.

pub mod session;
pub mod user;
