//! Articles: which ones a list holds, how they are loaded, how they change.

pub mod rows;

pub mod list;
