//! What moves content in and out in bulk: importers and generators.

pub mod demo;
pub mod generate;
pub mod wordpress;

pub mod report;
