//! Every setting: its name, default, check and help text.
//!
//! A setting is a flag and an environment variable. The command line takes them as text and checks them here, not one
//! by one as it meets them, so that every fault is reported at once.

mod database;
mod fault;
mod logging;
mod network;
mod server;

pub use database::{DatabaseOptions, Secret};
pub use fault::{Fault, Faults};
pub use logging::LogOptions;
pub use network::Network;
pub use server::{CorsOrigins, ServerFlags, ServerOptions, parse_bind};
