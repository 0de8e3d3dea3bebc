//! The API over real HTTP and a real Postgres.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod harness;

mod auth;
mod contract;
mod demo;
mod generate;
mod import;
mod permissions;
mod protocol;
mod related;
mod search;
mod signing_keys;
mod users;
