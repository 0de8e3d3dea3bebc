//! What a user is in the newsroom.

use diesel_derive_enum::DbEnum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The part that a user plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, DbEnum)]
#[serde(rename_all = "snake_case")]
#[schema(as = UserRole)]
#[db_enum(existing_type_path = "crate::schema::sql_types::UserRole")]
pub enum Role {
    /// Everything.
    Admin,
    /// Publishes, and looks after structure, menus and collections.
    Editor,
    /// Writes drafts and hands them in.
    Author,
    /// Previews what is not published yet.
    Reader,
}

impl Role {
    /// All of them, the mightiest first.
    pub const ALL: [Self; 4] = [Self::Admin, Self::Editor, Self::Author, Self::Reader];
}
