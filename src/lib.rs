//! Broadsheet: a headless content API for news publishers.
//!
//! The tree is the architecture: a folder is a layer, a file is a resource, and the same stem in each
//! layer is the same thing seen from there. Imports point down this list, never up.

pub mod cli;
pub mod server;

pub mod routes;

pub mod delivery;

pub mod feeds;
pub mod transfer;

pub mod api;

pub mod access;

pub mod http;

pub mod store;

pub mod domain;

pub mod allocator;
pub mod config;
pub mod postgres;
#[expect(missing_docs, reason = "written by the Diesel CLI")]
pub mod schema;
