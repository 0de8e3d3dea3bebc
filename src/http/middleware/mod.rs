//! What happens to every request, from the outside in.
//!
//! `envelope` (request id, access line, HEAD, the ETag of a content coding) stands outside compression and CORS;
//! `settle` (where a moved thing is, what caches are told, problems in their last form) inside, next to the routes.

mod access_line;
mod envelope;
mod request_id;
mod settle;

pub use access_line::LOG_TARGET;
pub use envelope::{AskedForHead, envelope};
pub use request_id::RequestId;
pub use settle::settle;
