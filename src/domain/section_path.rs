//! Where a section stands in the tree: the slugs from the root down to it.

use std::fmt;
use std::str::FromStr;

use diesel_derive_newtype::DieselNewType;
use serde::{Deserialize, Deserializer, Serialize, de};
use thiserror::Error;
use utoipa::ToSchema;

use super::slug::{Slug, SlugError};

/// The deepest tree.
const MAX_LEVELS: usize = 8;

/// The longest path in bytes: what an index of Postgres takes, with room to spare.
const MAX_BYTES: usize = 2_000;

/// A section's place in the tree: the slugs of the sections above it and its own, joined by slashes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema, DieselNewType)]
#[schema(value_type = String, min_length = 1, max_length = 2000, example = "news/energy")]
pub struct SectionPath(String);

/// Why a text is no section's path, in words for the client.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SectionPathError {
    /// One of its parts is no slug.
    #[error("level {level} of the path: {error}")]
    Level {
        /// Which, from 1.
        level: usize,
        /// What is wrong with it.
        error: SlugError,
    },
    /// It is deeper than trees may be.
    #[error("a section's path has at most {MAX_LEVELS} levels, this one has {levels}")]
    TooDeep {
        /// How many it has.
        levels: usize,
    },
    /// Its slugs together are too long.
    #[error("a section's path has at most {MAX_BYTES} bytes, this one has {bytes}; use shorter slugs")]
    TooLong {
        /// How many it has.
        bytes: usize,
    },
}

impl SectionPath {
    /// Takes a path as it is: 1 to 8 slugs, no slash before, behind, or twice.
    ///
    /// # Errors
    /// What is wrong with it, and at which level.
    pub fn parse(text: &str) -> Result<Self, SectionPathError> {
        if text.len() > MAX_BYTES {
            return Err(SectionPathError::TooLong { bytes: text.len() });
        }
        let levels = text.split('/').count();
        if levels > MAX_LEVELS {
            return Err(SectionPathError::TooDeep { levels });
        }
        for (place, slug) in text.split('/').enumerate() {
            Slug::parse(slug).map_err(|error| SectionPathError::Level { level: place + 1, error })?;
        }
        Ok(Self(text.to_owned()))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path of the section above, or `None` at the root.
    pub fn parent(&self) -> Option<Self> {
        self.0.rsplit_once('/').map(|(above, _)| Self(above.to_owned()))
    }

    /// The section's own slug, as text.
    pub fn last(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, own)| own)
    }

    /// How many slugs it has, from 1.
    pub fn levels(&self) -> usize {
        self.0.split('/').count()
    }

    /// The path of a section below this one.
    ///
    /// # Errors
    /// When it would be deeper or longer than a path may be.
    pub fn join(&self, slug: &Slug) -> Result<Self, SectionPathError> {
        Self::parse(&format!("{}/{slug}", self.0))
    }

    /// Whether this section is the other or stands below it. `news-archive` does not stand below `news`.
    pub fn starts_with(&self, other: &Self) -> bool {
        self.0.strip_prefix(&other.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// This path and all above it, from the root down.
    pub fn ancestry(&self) -> Vec<Self> {
        let ends = self.0.match_indices('/').map(|(end, _)| end).chain([self.0.len()]);
        ends.map(|end| Self(self.0[..end].to_owned())).collect()
    }
}

impl From<&Slug> for SectionPath {
    /// The path of a section without any above it.
    fn from(slug: &Slug) -> Self {
        Self(slug.as_str().to_owned())
    }
}

impl FromStr for SectionPath {
    type Err = SectionPathError;

    fn from_str(text: &str) -> Result<Self, SectionPathError> {
        Self::parse(text)
    }
}

impl fmt::Display for SectionPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for SectionPath {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<SectionPath> for String {
    fn from(path: SectionPath) -> Self {
        path.0
    }
}

impl<'de> Deserialize<'de> for SectionPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::{SectionPath, SectionPathError};
    use crate::domain::slug::Slug;

    fn path(text: &str) -> SectionPath {
        SectionPath::parse(text).unwrap()
    }

    #[test]
    fn a_path_knows_its_place() {
        let deal = path("news/energy/gas");
        assert_eq!(deal.parent(), Some(path("news/energy")));
        assert_eq!(path("news").parent(), None);
        assert_eq!((deal.last(), deal.levels()), ("gas", 3));
        assert_eq!(deal.ancestry(), [path("news"), path("news/energy"), deal.clone()]);
        assert!(deal.starts_with(&path("news")) && deal.starts_with(&deal));
        assert!(!path("news-archive/gas").starts_with(&path("news")));
        assert!(!path("news").starts_with(&deal));
    }

    #[test]
    fn a_path_that_is_none_is_refused() {
        for text in ["", "/", "news/", "/news", "news//gas", "News", "news/0197a3c2-5a7e-7b1c-8d3f-0123456789ab"] {
            assert!(matches!(SectionPath::parse(text), Err(SectionPathError::Level { .. })), "{text}");
        }
        assert_eq!(SectionPath::parse("a/b/c/d/e/f/g/h/i"), Err(SectionPathError::TooDeep { levels: 9 }));
        let long = ["ə".repeat(200), "ə".repeat(200), "ə".repeat(200), "ə".repeat(200), "ə".repeat(200)].join("/");
        assert!(matches!(SectionPath::parse(&long), Err(SectionPathError::TooLong { .. })));
        assert_eq!(SectionPath::parse("news/Gas").unwrap_err().to_string().split(": ").next(), Some("level 2 of the path"));
    }

    proptest! {
        #[test]
        fn what_is_joined_has_its_parent(slugs in prop::collection::vec("[a-zə][a-z0-9]{0,20}", 1..12)) {
            let mut whole: Option<SectionPath> = None;
            for (depth, text) in slugs.iter().enumerate() {
                let slug = Slug::parse(text).unwrap();
                match &whole {
                    None => whole = Some(SectionPath::from(&slug)),
                    Some(above) => match above.join(&slug) {
                        Ok(below) => {
                            prop_assert_eq!(below.parent(), Some(above.clone()));
                            prop_assert_eq!(below.last(), text);
                            prop_assert!(below.starts_with(above));
                            whole = Some(below);
                        }
                        Err(_) => { prop_assert_eq!(depth, 8); return Ok(()); }
                    },
                }
            }
        }
    }
}
