//! The JSON of the contract, both ways: `From` rows, `TryFrom` into changes.

pub mod faults;
mod new;
pub mod patch;
pub mod reference;
pub mod time;

pub mod licence;
pub mod link;
pub mod media;

pub mod api_key;
pub mod archive;
pub mod article;
pub mod article_body;
pub mod article_change;
pub mod change;
pub mod change_token;
pub mod related;
pub mod search;

pub mod feed;
pub mod resolve;
pub mod section;

pub mod examples;

pub mod session;
pub mod user;

pub mod author;
pub mod collection;
pub mod media_change;
pub mod menu;
pub mod page;
pub mod partner;
pub mod site;
pub mod sitemap;
pub mod source;
pub mod tag;

pub mod delivery;
pub mod webhook;
pub mod webhook_message;
