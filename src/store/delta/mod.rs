//! The delta: what became of articles since a reader last asked, complete by construction.
//!
//! It has three sources, read in one snapshot: everything there is, for who comes for the first time; the entries of the change
//! log that the reader's last snapshot did not hold; and the clock, for what became visible by its time coming. What is given is
//! never the entry but the article as it is now, so the order of entries does not matter, only that none is missed.

pub mod head;
pub mod position;
pub mod snapshot;

mod finding;
mod log;
mod read;
mod trim;
mod walk;

pub use finding::DeltaEntry;
pub use position::{Position, Seen};
pub use read::{DeltaPage, Outcome, Question, Why, check, present, read};
pub use trim::trim;
