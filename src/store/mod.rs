//! All SQL: rows, reads and writes, a file a resource.
