//! The private Postgres of a first run.
