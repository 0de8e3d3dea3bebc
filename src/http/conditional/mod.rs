//! Validators and conditions (RFC 9110 §8.8 and §13): answers with an ETag, 304, and writes that want `If-Match`.

pub(crate) mod etag;
mod if_match;
mod tagged;

pub use etag::{etag, is_listed};
pub use if_match::{IfMatch, IfMatchIfAny};
pub use tagged::{Tagged, TaggedBytes};
