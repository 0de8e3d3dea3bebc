//! The API over real HTTP and a real Postgres.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod harness;

mod archive;
mod auth;
mod bulk;
mod changes;
mod collections;
mod contract;
mod demo;
mod feeds;
mod generate;
mod import;
mod licences;
mod media;
mod menus;
mod mirror;
mod pages;
mod partners;
mod permissions;
mod plans;
mod protocol;
mod related;
mod search;
mod signing_keys;
mod sitemaps;
mod slugs;
mod stream;
mod tags;
mod users;
mod versions;
mod webhooks;
