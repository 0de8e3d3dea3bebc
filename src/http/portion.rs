//! How much a program takes at once of what it reads to the end.

use std::fmt;

use serde::{Deserialize, Deserializer};
use utoipa::{
    __dev::ComposeSchema,
    ToSchema,
    openapi::{
        RefOr, Type,
        schema::{ObjectBuilder, Schema},
    },
};

/// How many entries a page holds at most: from 1 to 1,000, 100 unless asked. A query value.
///
/// More than a page of a list for people: who keeps a copy of everything takes as much as it can at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Portion(u16);

impl Portion {
    /// The most that one page gives.
    pub const MOST: u16 = 1000;

    /// The number of entries.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl Default for Portion {
    fn default() -> Self {
        Self(100)
    }
}

impl<'de> Deserialize<'de> for Portion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl serde::de::Visitor<'_> for Text {
            type Value = Portion;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a whole number from 1 to {}", Portion::MOST)
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Portion, E> {
                let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
                let number = text.parse::<u16>().ok().filter(|number| is_number && (1..=Portion::MOST).contains(number));
                number.map(Portion).ok_or_else(|| E::custom(format_args!("it must be a whole number from 1 to {}", Portion::MOST)))
            }
        }

        deserializer.deserialize_any(Text)
    }
}

impl ComposeSchema for Portion {
    fn compose(_: Vec<RefOr<Schema>>) -> RefOr<Schema> {
        RefOr::T(Schema::Object(
            ObjectBuilder::new()
                .schema_type(Type::Integer)
                .description(Some("How many entries a page holds at most."))
                .minimum(Some(1))
                .maximum(Some(Self::MOST))
                .default(Some(100.into()))
                .build(),
        ))
    }
}

impl ToSchema for Portion {}

/// How long an answer may be waited for, in seconds: from 0 to 60, not at all unless asked. A query value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Patience(u8);

impl Patience {
    /// Longer than this a request may be cut by what stands between.
    pub const MOST: u8 = 60;

    /// The time.
    #[must_use]
    pub const fn get(self) -> std::time::Duration {
        std::time::Duration::from_secs(self.0 as u64)
    }
}

impl<'de> Deserialize<'de> for Patience {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse::<u8>().ok().filter(|number| is_number && *number <= Self::MOST);
        number
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom(format_args!("it must be a whole number of seconds from 0 to {}", Self::MOST)))
    }
}

impl ComposeSchema for Patience {
    fn compose(_: Vec<RefOr<Schema>>) -> RefOr<Schema> {
        RefOr::T(Schema::Object(
            ObjectBuilder::new()
                .schema_type(Type::Integer)
                .description(Some("How long to wait, in seconds."))
                .minimum(Some(0))
                .maximum(Some(Self::MOST))
                .default(Some(0.into()))
                .build(),
        ))
    }
}

impl ToSchema for Patience {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_in_range_will_do() {
        let portion =
            |text: &str| serde_html_form::from_str::<Vec<(String, Portion)>>(&format!("limit={text}")).ok().map(|all| all[0].1.get());
        assert_eq!((portion("1"), portion("1000")), (Some(1), Some(1000)));
        let patience = |text: &str| {
            serde_html_form::from_str::<Vec<(String, Patience)>>(&format!("wait={text}")).ok().map(|all| all[0].1.get().as_secs())
        };
        assert_eq!((patience("0"), patience("60")), (Some(0), Some(60)));
        for text in ["", "-1", "1.5", "%2B5", "99999", "ten"] {
            assert_eq!((portion(text), patience(text)), (None, None), "{text}");
        }
        assert_eq!((portion("0"), portion("1001"), patience("61")), (None, None, None));
    }
}
