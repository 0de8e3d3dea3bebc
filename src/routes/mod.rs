//! The HTTP surface: path, extractors and status, a file a resource.
//!
//! [`configure`] is the list of all routes. The router is built from it once a worker, and the document once.

pub mod archive;
pub mod articles;
pub mod authors;
pub mod changes;
pub mod collections;
pub mod feeds;
pub mod media;
pub mod menus;
pub mod pages;
pub mod resolve;
pub mod search;
pub mod sections;
pub mod site;
pub mod sitemaps;
pub mod sources;
pub mod stream;
pub mod tags;

pub mod auth;
pub mod me;
pub mod partners;
pub mod users;
pub mod webhooks;

pub mod docs;
pub mod health;

mod document;

use utoipa_actix_web::service_config::ServiceConfig;

pub use document::document;

/// Everything under `/v1`.
pub fn configure(config: &mut ServiceConfig) {
    articles::routes(config);
    sections::routes(config);
    tags::routes(config);
    authors::routes(config);
    media::routes(config);
    sources::routes(config);
    pages::routes(config);
    menus::routes(config);
    collections::routes(config);
    site::routes(config);
    resolve::routes(config);
    search::routes(config);
    feeds::routes(config);
    sitemaps::routes(config);
    changes::routes(config);
    archive::routes(config);
    stream::routes(config);
    auth::routes(config);
    me::routes(config);
    users::routes(config);
    partners::routes(config);
    webhooks::routes(config);
    docs::contract_routes(config);
}

/// Everything that stands beside `/v1`.
pub fn configure_root(config: &mut ServiceConfig) {
    health::routes(config);
    docs::routes(config);
}
