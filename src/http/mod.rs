//! The protocol; has never heard of an article.
//!
//! Extractors that refuse with a problem, answers that carry their validators, pages, sparse fields, and what caches are told.
//! A handler takes `Json`, `Path`, `Query` and `IfMatch`, and gives `http::Result<Tagged<…>>`.

pub mod problem;

pub mod extract;

pub mod base_url;
pub mod caching;
pub mod conditional;
pub mod fields;
pub mod paging;
pub mod portion;

pub mod fallback;
pub mod middleware;

pub use conditional::{IfMatch, Tagged, TaggedBytes};
pub use extract::{BodyLimit, CommaList, Json, NoParameters, Path, Query};
pub use fields::Fields;
pub use paging::{Cursor, Limit, Page, PageInfo};
pub use problem::{
    AccessProblems, AttemptProblems, CreateProblems, FieldError, ListProblems, LoginProblems, Problem, ProblemKind, ReadProblems, Result,
    SessionProblems, StandingProblems, WriteProblems,
};
