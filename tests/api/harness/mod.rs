//! What a test starts with: a server over a database of its own, and clients to call it.

mod app;
mod client;
mod database;

pub use app::{PASSWORD, TestApp, document};
pub use client::Client;
