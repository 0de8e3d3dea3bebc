//! *The Harbour Courier*, the small publication that `broadsheet demo` serves.
//!
//! A harbour city's paper in English and Turkish, invented whole: its places, people and outlets exist nowhere else.
//! Its files are written by hand; times in them are relative, so that it is always today's paper.
//!
//! To add an article, write `articles/<slug>.md` after the pattern of another, and list it in [`files`]; the tests say
//! what is wrong with it.

mod load;
mod text;
mod tour;

pub mod publication;

pub mod files;
pub mod front_matter;

pub use load::{Outcome, load};
pub use tour::TOUR;

#[cfg(test)]
mod check;
