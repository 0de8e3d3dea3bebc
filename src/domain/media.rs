//! Images and files.

use diesel_derive_enum::DbEnum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a media record describes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, DbEnum)]
#[serde(rename_all = "snake_case")]
#[db_enum(existing_type_path = "crate::schema::sql_types::MediaKind")]
pub enum MediaKind {
    /// A picture.
    #[default]
    Image,
    /// A moving picture.
    Video,
    /// Sound.
    Audio,
    /// Anything else to download.
    File,
}
