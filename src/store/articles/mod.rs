//! Articles: which ones a list holds, how they are loaded, how they change.

pub mod rows;

pub mod archive;
pub mod list;
pub mod narrow;
pub mod show;

pub mod change;
pub mod filing;
pub mod picks;
pub mod record;
pub mod workflow;
pub mod write;
