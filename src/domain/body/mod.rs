//! An article's body: pure functions on HTML fragments. What is stored went through [`sanitise`], and is shown as it
//! is, or as text, Markdown or a typed list of blocks.

mod allow;
pub mod block;
mod blocks;
mod dom;
mod embed;
mod escape;
mod from_markdown;
mod inline_markdown;
mod parse;
mod sanitise;
mod schema;
mod text;
mod tidy;
mod to_markdown;
mod without_media;
mod words;

pub use block::Block;
pub use blocks::blocks;
pub use from_markdown::from_markdown;
pub use sanitise::sanitise;
pub use text::to_text;
pub use to_markdown::to_markdown;
pub use without_media::without_media;
pub use words::{reading_minutes, word_count};

#[cfg(test)]
mod properties;
