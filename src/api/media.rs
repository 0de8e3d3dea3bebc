//! Images and files.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    domain::{id::MediaId, media::MediaKind},
    store::links::{MediaRow, Rendition as RenditionRow},
};

/// An image or a file.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Media {
    /// Its id.
    pub id: MediaId,
    /// What it is.
    pub kind: MediaKind,
    /// Where it is.
    #[schema(example = "https://images.example.org/port.jpg")]
    pub url: String,
    /// What it shows, for who cannot see it. Empty for a picture that only decorates.
    #[schema(example = "Ferries in the harbour under a clearing sky")]
    pub alt: String,
    /// What stands below it.
    #[schema(required)]
    pub caption: Option<String>,
    /// Whose it is.
    #[schema(required, example = "L. Novak")]
    pub credit: Option<String>,
    /// Its media type (RFC 6838).
    #[schema(required, example = "image/jpeg")]
    pub mime_type: Option<String>,
    /// Its size in bytes.
    #[schema(required, minimum = 0)]
    pub size_bytes: Option<i64>,
    /// In pixels.
    #[schema(required, minimum = 1, example = 1600)]
    pub width: Option<i32>,
    /// In pixels.
    #[schema(required, minimum = 1, example = 900)]
    pub height: Option<i32>,
    /// What must stay in view when it is cropped.
    #[schema(required)]
    pub focal_point: Option<FocalPoint>,
    /// The same picture in other sizes.
    pub renditions: Vec<Rendition>,
}

/// A place in a picture, as fractions of its width and height.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FocalPoint {
    /// 0 is the left edge, 1 the right one.
    #[schema(minimum = 0, maximum = 1, example = 0.5)]
    pub x: f64,
    /// 0 is the upper edge, 1 the lower one.
    #[schema(minimum = 0, maximum = 1, example = 0.4)]
    pub y: f64,
}

/// The same picture in another size.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rendition {
    /// What it is for.
    #[schema(example = "card", min_length = 1, max_length = 50)]
    pub name: String,
    /// Where it is.
    #[schema(example = "https://images.example.org/port-640.jpg")]
    pub url: String,
    /// In pixels.
    #[schema(minimum = 1, example = 640)]
    pub width: i32,
    /// In pixels.
    #[schema(minimum = 1, example = 360)]
    pub height: i32,
}

impl From<RenditionRow> for Rendition {
    fn from(RenditionRow { name, url, width, height }: RenditionRow) -> Self {
        Self { name, url, width, height }
    }
}

impl From<MediaRow> for Media {
    fn from(row: MediaRow) -> Self {
        let MediaRow {
            id,
            kind,
            url,
            alt,
            caption,
            credit,
            mime_type,
            size_bytes,
            width,
            height,
            focal_x,
            focal_y,
            renditions,
            version: _,
            updated_at: _,
        } = row;
        // A rendition that cannot be read is left out: the picture itself is still there.
        let renditions: Vec<RenditionRow> = serde_json::from_value(renditions).unwrap_or_default();
        Self {
            id,
            kind,
            url,
            alt,
            caption,
            credit,
            mime_type,
            size_bytes,
            width,
            height,
            focal_point: focal_x.zip(focal_y).map(|(x, y)| FocalPoint { x, y }),
            renditions: renditions.into_iter().map(Rendition::from).collect(),
        }
    }
}
