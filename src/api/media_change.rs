//! Media records as editors write them: by the address of the file.

use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    faults::Faults,
    media::{FocalPoint, Rendition},
    new::new_from_patch,
    patch::Patch,
};
use crate::{
    domain::media::MediaKind,
    http::{self, Problem},
    store::{links::Rendition as RenditionRow, media::MediaChanges},
};

/// The largest side of a picture, in pixels.
const LARGEST: i32 = 100_000;
const MOST_RENDITIONS: usize = 30;

/// A change of a media record (RFC 7396): what is absent stays, null takes away.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MediaPatch {
    /// Where the file is.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 2000, example = "https://images.example.org/port.jpg")]
    url: Patch<String>,
    /// What it is.
    #[serde(default)]
    #[schema(value_type = Option<MediaKind>, nullable = false)]
    kind: Patch<MediaKind>,
    /// What it shows, for who cannot see it. Empty for a picture that only decorates.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 1000, example = "Ferries in the harbour under a clearing sky")]
    alt: Patch<String>,
    /// What stands below it.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 2000)]
    caption: Patch<String>,
    /// Whose it is.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 300, example = "L. Novak")]
    credit: Patch<String>,
    /// Its media type (RFC 6838).
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 127, pattern = "^[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*$", example = "image/jpeg")]
    mime_type: Patch<String>,
    /// Its size in bytes.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0)]
    size_bytes: Patch<i64>,
    /// In pixels.
    #[serde(default)]
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 100_000, example = 1600)]
    width: Patch<i32>,
    /// In pixels.
    #[serde(default)]
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 100_000, example = 900)]
    height: Patch<i32>,
    /// What must stay in view when it is cropped.
    #[serde(default)]
    #[schema(value_type = Option<FocalPoint>)]
    focal_point: Patch<FocalPoint>,
    /// The same picture in other sizes.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Rendition>>, max_items = 30)]
    renditions: Patch<Vec<Rendition>>,
}

new_from_patch! {
    /// A media record to be. `url` must be there.
    NewMedia(MediaPatch) -> MediaChanges, "url": url, "A media record needs the address of its file."
}

fn changes(patch: MediaPatch, mut faults: Faults) -> http::Result<MediaChanges> {
    let MediaPatch { url, kind, alt, caption, credit, mime_type, size_bytes, width, height, focal_point, renditions } = patch;
    let renditions = faults.list("/renditions", renditions, MOST_RENDITIONS).map(|all| {
        let checked: Vec<RenditionRow> =
            all.into_iter().enumerate().map(|(place, one)| rendition(&mut faults, &format!("/renditions/{place}"), one)).collect();
        // Strings and numbers always serialise.
        serde_json::to_value(checked).unwrap_or_default()
    });
    let changes = MediaChanges {
        url: faults.kept("/url", url).map(|url| faults.web_address("/url", &url)),
        kind: faults.kept("/kind", kind),
        alt: alt.into_change().map(|text| faults.text("/alt", &text.unwrap_or_default(), 1000)),
        caption: faults.patched(caption, |faults, text| faults.text("/caption", &text, 2000)),
        credit: faults.patched(credit, |faults, text| faults.line("/credit", &text, 300)),
        mime_type: faults.patched(mime_type, media_type),
        size_bytes: faults.patched(size_bytes, |faults, bytes| {
            if bytes < 0 {
                faults.add("/size_bytes", "out_of_range", "It must be 0 or more.");
            }
            bytes
        }),
        width: faults.patched(width, |faults, pixels| side(faults, "/width", pixels)),
        height: faults.patched(height, |faults, pixels| side(faults, "/height", pixels)),
        focal_point: faults.patched(focal_point, |faults, FocalPoint { x, y }| {
            for (pointer, fraction) in [("/focal_point/x", x), ("/focal_point/y", y)] {
                if !(0.0..=1.0).contains(&fraction) {
                    faults.add(pointer, "out_of_range", "It must be from 0 to 1.");
                }
            }
            (x, y)
        }),
        renditions,
    };
    faults.into_result(changes)
}

fn media_type(faults: &mut Faults, text: String) -> String {
    let is_name = |name: &str| {
        name.bytes().next().is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".+-".contains(&b))
    };
    if !text.split_once('/').is_some_and(|(kind, name)| is_name(kind) && is_name(name)) {
        faults.add("/mime_type", "invalid", "It must be a media type in lower case, such as `image/jpeg`.");
    }
    faults.length("/mime_type", &text, 127);
    text
}

fn side(faults: &mut Faults, pointer: &str, pixels: i32) -> i32 {
    if !(1..=LARGEST).contains(&pixels) {
        faults.add(pointer, "out_of_range", format!("It must be from 1 to {LARGEST} pixels."));
    }
    pixels
}

fn rendition(faults: &mut Faults, pointer: &str, Rendition { name, url, width, height }: Rendition) -> RenditionRow {
    RenditionRow {
        name: faults.line(&format!("{pointer}/name"), &name, 50),
        url: faults.web_address(&format!("{pointer}/url"), &url),
        width: side(faults, &format!("{pointer}/width"), width),
        height: side(faults, &format!("{pointer}/height"), height),
    }
}
