//! The SQL functions of the migrations and of Postgres that Diesel does not know, declared once.

use diesel::sql_types::{Nullable, Timestamptz};

#[diesel::declare_sql_function]
extern "SQL" {
    /// The one predicate of visibility, as the migrations define it.
    fn is_visible(published_at: Nullable<Timestamptz>, withdrawn_at: Nullable<Timestamptz>) -> Nullable<Bool>;
}
