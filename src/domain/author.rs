//! Who signs articles.

use diesel_derive_enum::DbEnum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether a name in a byline is a person's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, DbEnum)]
#[serde(rename_all = "snake_case")]
#[db_enum(existing_type_path = "crate::schema::sql_types::AuthorKind")]
pub enum AuthorKind {
    /// A human being.
    #[default]
    Person,
    /// An agency, a desk, a company.
    Organisation,
}
