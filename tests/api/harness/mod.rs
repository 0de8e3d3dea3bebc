//! What a test starts with: a server over a database of its own, clients to call it, and makers of what it needs.
//!
//! Whatever any client is answered is held against the OpenAPI document, so every test is also one of the contract.

mod app;
mod client;
pub mod contract;
mod database;
mod listening;
mod make;
mod receiver;
mod statements;

pub use app::{PASSWORD, TestApp};
pub use client::{Answer, Client};
pub use contract::DOCUMENT;
pub use listening::Listening;
pub use make::{Made, Make};
pub use receiver::{Received, Receiver, Reply};
