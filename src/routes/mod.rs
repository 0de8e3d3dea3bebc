//! The HTTP surface: path, extractors and status, a file a resource.

pub mod articles;
pub mod resolve;
pub mod sections;

pub mod auth;
pub mod me;
pub mod users;
