//! WordPress exports (WXR 1.0 to 1.2) in.
//!
//! A file is read twice, never more than one item in memory: `survey` settles what posts refer to and finds out that the file is
//! whole, `convert` makes posts of items. Reading: `encoding`, `place`, `xml`, `read`, `record`. Bodies: `body`, which calls
//! `blocks`, `paragraphs`, `shortcode`, `embeds`, `images`. Structure: `terms`, `authors`, `menus`, `attachment`, `library`. Writing: `import`, `structure`, `write`.

mod attachment;
mod authors;
mod blocks;
mod body;
mod convert;
mod dates;
mod embeds;
mod encoding;
mod images;
mod import;
mod library;
mod markup;
mod menus;
mod names;
mod paragraphs;
mod php;
mod place;
mod read;
mod record;
mod shortcode;
mod shortcode_html;
mod structure;
mod survey;
mod terms;
mod write;
mod xml;

pub use convert::{Converter, Post};
pub use import::{ImportOptions, Stage, import};
pub use place::Place;
pub use read::{ReadOptions, WxrReader};
pub use record::{Author, Channel, Item, ItemTerm, Record, Term};
pub use survey::{Survey, survey};
pub use xml::ReadError;
