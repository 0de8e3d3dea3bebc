//! An article's body: pure functions on HTML fragments. What is stored went through [`sanitise`], and is shown as it
//! is, or as text, Markdown or a typed list of blocks.

mod allow;
mod dom;
mod embed;
mod escape;
mod parse;
mod sanitise;
mod tidy;

pub use sanitise::sanitise;
