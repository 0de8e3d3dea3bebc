//! Members of a JSON Merge Patch (RFC 7396).

use serde::{Deserialize, Deserializer};

/// A member that may be absent (stays as it is), null (goes away) or a value. With `#[serde(default)]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Stays as it is.
    #[default]
    Absent,
    /// Goes away.
    Null,
    /// Becomes this.
    Value(T),
}

impl<T> Patch<T> {
    /// In the words of the store: `None` leaves it, an inner `None` takes it away.
    pub fn into_change(self) -> Option<Option<T>> {
        match self {
            Self::Absent => None,
            Self::Null => Some(None),
            Self::Value(value) => Some(Some(value)),
        }
    }

    /// Of a new thing: what is not given is not there.
    pub fn given(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Self::Value)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Null, Self::Value))
    }
}
