//! Pools, middleware and routes make a bound server, which drains on SIGTERM.
