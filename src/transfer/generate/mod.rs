//! Synthetic news by the thousand, for trying how a front end or a server behaves at size.
//!
//! The same seed gives the same content. What is written is not the news, but it has its shape: stories that several
//! articles follow, sections and tags of which a few have most, words that everybody uses and names that nobody else does.

mod fill;

pub mod article;

pub mod prose;
pub mod structure;

pub mod dice;
pub mod lexicon;

pub use article::Plan;
pub use fill::fill;
