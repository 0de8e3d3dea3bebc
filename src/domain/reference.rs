//! How one thing is named by another: by id or by slug.

use uuid::Uuid;

/// An id, or a slug (of a section: its path).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reference {
    /// By its id, which never changes.
    Id(Uuid),
    /// By its slug or path, now or formerly.
    Slug(String),
}

impl Reference {
    /// Whatever reads as a UUID is an id (no slug may look like one); everything else is a slug.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Uuid::try_parse(text).map_or_else(|_| Self::Slug(text.to_owned()), Self::Id)
    }
}

impl From<Uuid> for Reference {
    fn from(id: Uuid) -> Self {
        Self::Id(id)
    }
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Slug(slug) => slug.fmt(f),
        }
    }
}
