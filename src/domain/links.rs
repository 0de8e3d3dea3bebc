//! Where readers find things on the publication's own site. A front end that routes otherwise asks `resolve`.

use super::change::Resource;

/// The path of an article: its section's path, then its slug.
#[must_use]
pub fn article_path(section_path: &str, slug: &str) -> String {
    format!("/{section_path}/{slug}")
}

/// The path of anything that has a slug (of a section: a path) of its own.
#[must_use]
pub fn path_of(resource: Resource, slug: &str) -> String {
    match resource {
        Resource::Tag => format!("/tags/{slug}"),
        Resource::Author => format!("/authors/{slug}"),
        Resource::Collection => format!("/collections/{slug}"),
        _ => format!("/{slug}"),
    }
}

/// What a path names, the other way round: kind and slug, where the first segment says it.
#[must_use]
pub fn named_by(path: &str) -> Option<(Resource, &str)> {
    let (first, slug) = path.split_once('/')?;
    match first {
        "tags" => Some((Resource::Tag, slug)),
        "authors" => Some((Resource::Author, slug)),
        "collections" => Some((Resource::Collection, slug)),
        _ => None,
    }
}
