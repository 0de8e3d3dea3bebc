//! All SQL: rows, reads and writes, a file a resource.
//!
//! A read takes a connection, who asks (their `Scope`) and plain values, and gives rows. A write takes a transaction,
//! who acts, and plain values; it leaves the row, its audit entry and its entry in the change log, or nothing.

pub mod db;
pub mod error;
pub mod migrations;

pub mod functions;
pub mod keyset;
pub mod links;
pub mod listings;
pub mod nested;
pub mod record;
pub mod references;
pub mod slugs;
pub mod visibility;

pub mod articles;
pub mod authors;
pub mod collections;
pub mod feeds;
pub mod media;
pub mod menus;
pub mod pages;
pub mod related;
pub mod resolve;
pub mod search;
pub mod sections;
pub mod site;
pub mod sitemaps;
pub mod sources;
pub mod tags;

pub mod api_keys;
pub mod key_usage;
pub mod licences;
pub mod partners;
pub mod quotas;
pub mod webhooks;

pub mod login_failures;
pub mod sessions;
pub mod signing_keys;
pub mod users;

pub mod audit;
pub mod change_log;
pub mod delta;

pub mod bulk;
pub mod load;
