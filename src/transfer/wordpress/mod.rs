//! WordPress exports (WXR 1.0 to 1.2) in.

mod blocks;
mod body;
mod embeds;
mod encoding;
mod images;
mod library;
mod markup;
mod paragraphs;
mod place;
mod read;
mod record;
mod shortcode;
mod shortcode_html;
mod xml;

pub use place::Place;
pub use read::{ReadOptions, WxrReader};
pub use record::{Author, Channel, Item, ItemTerm, Record, Term};
pub use xml::ReadError;
