//! WordPress exports (WXR 1.0 to 1.2) in.

mod encoding;
mod place;
mod read;
mod record;
mod xml;

pub use place::Place;
pub use read::{ReadOptions, WxrReader};
pub use record::{Author, Channel, Item, ItemTerm, Record, Term};
pub use xml::ReadError;
