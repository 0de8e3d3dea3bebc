//! The words and rules of news: no SQL, no HTTP, no clock but the one passed in.

pub mod id;
pub mod reference;

pub mod article;
pub mod author;
pub mod media;

pub mod account;
pub mod actor;
pub mod api_key;
pub mod change;
pub mod language;
pub mod licence;
pub mod links;
pub mod related;
pub mod role;
pub mod sitemap;
pub mod webhook;
pub mod webhook_secret;
pub mod webhook_target;

pub mod body;
pub mod section_path;
pub mod slug;
