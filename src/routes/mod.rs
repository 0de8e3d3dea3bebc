//! The HTTP surface: path, extractors and status, a file a resource.

pub mod articles;
