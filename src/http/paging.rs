//! Pages of a list: by keyset, so that nothing is skipped or repeated while things are being published.

use std::{borrow::Cow, fmt};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use utoipa::{
    __dev::ComposeSchema,
    PartialSchema, ToSchema,
    openapi::{
        Ref, RefOr, Type,
        schema::{ArrayBuilder, ObjectBuilder, Schema},
    },
};

use super::problem::{Problem, ProblemKind, Result};

/// How many items a page holds: from 1 to 100, 20 unless asked. A query value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit(u8);

impl Limit {
    /// The most that one page gives.
    pub const MOST: u8 = 100;

    /// As many as this; what is out of range is brought into it.
    #[must_use]
    pub const fn of(items: u8) -> Self {
        match items {
            0 => Self(1),
            1..=Self::MOST => Self(items),
            _ => Self(Self::MOST),
        }
    }

    /// The number of items.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }

    /// As SQL takes it.
    #[must_use]
    pub const fn rows(self) -> i64 {
        self.0 as i64
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(20)
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Text;

        impl serde::de::Visitor<'_> for Text {
            type Value = Limit;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a whole number from 1 to {}", Limit::MOST)
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> std::result::Result<Limit, E> {
                let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
                let number = text.parse::<u8>().ok().filter(|number| is_number && (1..=Limit::MOST).contains(number));
                number.map(Limit).ok_or_else(|| E::custom(format_args!("it must be a whole number from 1 to {}", Limit::MOST)))
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> std::result::Result<Limit, E> {
                self.visit_str(&number.to_string())
            }
        }

        deserializer.deserialize_any(Text)
    }
}

impl ComposeSchema for Limit {
    fn compose(_: Vec<RefOr<Schema>>) -> RefOr<Schema> {
        RefOr::T(Schema::Object(
            ObjectBuilder::new()
                .schema_type(Type::Integer)
                .description(Some("How many items a page holds."))
                .minimum(Some(1))
                .maximum(Some(Self::MOST))
                .default(Some(20.into()))
                .build(),
        ))
    }
}

impl ToSchema for Limit {}

/// Where a page ends, as an opaque text: the key of the last item, bound to the filters and the order of its list.
///
/// Not a secret and no credential: it holds nothing that the page does not show. The digest is there so that a cursor that was
/// cut, edited, or taken to another list is refused instead of answering from a wrong place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor;

/// The form of the text; another one is refused as invalid.
const VERSION: u8 = 1;
const DIGEST_BYTES: usize = 8;
const LONGEST: usize = 4096;

/// What a text of ours is called, where it is told that it is none.
struct Called {
    parameter: &'static str,
    what: &'static str,
    member: &'static str,
}

const CURSOR: Called = Called { parameter: "cursor", what: "cursor", member: "page.next_cursor" };
const TOKEN: Called = Called { parameter: "since", what: "token", member: "page.next_since" };

impl Cursor {
    /// Writes down a key. `fingerprint` is the canonical text of the filters and the order.
    #[must_use]
    pub fn encode<K: Serialize>(key: &K, fingerprint: &str) -> String {
        // A key is a tuple of times, numbers and ids, which always serialises.
        let payload = serde_json::to_vec(key).unwrap_or_default();
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&digest(&[b"key", &payload]));
        bytes.extend_from_slice(&digest(&[b"list", fingerprint.as_bytes()]));
        bytes.extend_from_slice(&payload);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a key back.
    ///
    /// # Errors
    /// 400 when the text is none of ours, or belongs to a list with other filters.
    pub fn decode<K: DeserializeOwned>(text: &str, fingerprint: &str) -> Result<K> {
        CURSOR.decode(text, fingerprint)
    }

    /// The same for the token of a delta, which is called `since`.
    ///
    /// # Errors
    /// As `decode`.
    pub fn decode_since<K: DeserializeOwned>(text: &str, fingerprint: &str) -> Result<K> {
        TOKEN.decode(text, fingerprint)
    }
}

impl Called {
    fn decode<K: DeserializeOwned>(&self, text: &str, fingerprint: &str) -> Result<K> {
        let garbled = || {
            self.refused(&format!(
                "The {} is none that this server gave, or part of it is missing; take it from `{}` as it is.",
                self.what, self.member
            ))
        };
        let bytes =
            Some(text).filter(|text| text.len() <= LONGEST).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok()).ok_or_else(garbled)?;
        let Some(([VERSION], rest)) = bytes.split_first_chunk() else { return Err(garbled()) };
        let Some((sum, rest)) = rest.split_first_chunk::<DIGEST_BYTES>() else { return Err(garbled()) };
        let Some((list, payload)) = rest.split_first_chunk::<DIGEST_BYTES>() else { return Err(garbled()) };
        if *sum != digest(&[b"key", payload]) {
            return Err(garbled());
        }
        if *list != digest(&[b"list", fingerprint.as_bytes()]) {
            let detail =
                format!("The {} belongs to a list with other filters or another order; start that one again without it.", self.what);
            return Err(self.refused(&detail));
        }
        serde_json::from_slice(payload).map_err(|fault| garbled().with_source(fault))
    }

    fn refused(&self, detail: &str) -> Problem {
        Problem::new(ProblemKind::InvalidCursor, detail).with_error(self.parameter, "invalid", detail)
    }
}

fn digest(parts: &[&[u8]]) -> [u8; DIGEST_BYTES] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut short = [0; DIGEST_BYTES];
    short.copy_from_slice(&hash.finalize()[..DIGEST_BYTES]);
    short
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Page<T> {
    /// The items, in the order of the list.
    pub items: Vec<T>,
    /// Where this page stands.
    pub page: PageInfo,
}

/// Where a page stands in its list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PageInfo {
    /// The most items that this page could have held.
    #[schema(minimum = 1, maximum = 100, example = 20)]
    pub limit: u8,
    /// Gives the next page, with the same filters and order, as `cursor`; null on the last page.
    #[schema(required)]
    pub next_cursor: Option<String>,
    /// How many items the whole list has; only with `count=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, nullable = false)]
    pub total: Option<i64>,
}

impl<T> Page<T> {
    /// A page of a list whose next page, if there is one, begins at `next_cursor`.
    #[must_use]
    pub const fn new(items: Vec<T>, limit: Limit, next_cursor: Option<String>) -> Self {
        Self { items, page: PageInfo { limit: limit.get(), next_cursor, total: None } }
    }

    /// With the length of the whole list.
    #[must_use]
    pub const fn total(mut self, total: Option<i64>) -> Self {
        self.page.total = total;
        self
    }
}

impl<T: ToSchema> ComposeSchema for Page<T> {
    // By hand, because the derived one writes the item out within each page instead of referring to it.
    fn compose(_: Vec<RefOr<Schema>>) -> RefOr<Schema> {
        RefOr::T(Schema::Object(
            ObjectBuilder::new()
                .description(Some("A page of a list."))
                .property("items", ArrayBuilder::new().items(Ref::from_schema_name(T::name())).build())
                .property("page", Ref::from_schema_name(PageInfo::name()))
                .required("items")
                .required("page")
                .build(),
        ))
    }
}

impl<T: ToSchema> ToSchema for Page<T> {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Page")
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((PageInfo::name().into_owned(), PageInfo::schema()));
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Key = (i64, String);

    #[test]
    fn a_foreign_cursor_says_so() {
        let text = Cursor::encode(&(1_i64, "x".to_owned()), "section=news");
        let foreign = Cursor::decode::<Key>(&text, "section=sport").unwrap_err();
        assert_eq!(foreign.kind, ProblemKind::InvalidCursor);
        assert!(foreign.detail.contains("other filters"));
        let cut = Cursor::decode::<Key>(&text[..text.len() - 2], "section=news").unwrap_err();
        assert!(cut.detail.contains("none that this server gave"));
        for text in ["", "AQ", "%", &"A".repeat(9000)] {
            assert_eq!(Cursor::decode::<Key>(text, "").unwrap_err().kind, ProblemKind::InvalidCursor);
        }
    }

    #[test]
    fn only_a_limit_in_range_will_do() {
        let read = |text: &str| serde_html_form::from_str::<Vec<(String, Limit)>>(&format!("limit={text}")).map(|pairs| pairs[0].1.get());
        assert_eq!((read("1"), read("100")), (Ok(1), Ok(100)));
        for text in ["0", "101", "-1", "1.5", "%2B5", "", "99999999999999999999", "ten"] {
            assert!(read(text).unwrap_err().to_string().contains("from 1 to 100"), "{text}");
        }
    }

    #[test]
    fn a_page_is_written_as_the_contract_says() {
        let page = Page::new(vec![1, 2], Limit::default(), None);
        assert_eq!(serde_json::to_string(&page).unwrap(), r#"{"items":[1,2],"page":{"limit":20,"next_cursor":null}}"#);
        assert_eq!(serde_json::to_string(&page.total(Some(9)).page).unwrap(), r#"{"limit":20,"next_cursor":null,"total":9}"#);
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_back(at in any::<i64>(), id in ".{0,40}", filters in ".{0,80}") {
            let key: Key = (at, id);
            let text = Cursor::encode(&key, &filters);
            prop_assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
            prop_assert_eq!(Cursor::decode::<Key>(&text, &filters).unwrap(), key);
        }

        #[test]
        fn no_other_text_is_taken(at in any::<i64>(), place in any::<prop::sample::Index>(), letter in "[A-Za-z0-9_-]") {
            let text = Cursor::encode(&(at, "id".to_owned()), "f");
            let at = place.index(text.len());
            let edited = format!("{}{letter}{}", &text[..at], &text[at + 1..]);
            prop_assume!(edited != text);
            prop_assert!(Cursor::decode::<Key>(&edited, "f").is_err());
        }

        #[test]
        fn nothing_panics(text in ".*") {
            prop_assert!(Cursor::decode::<Key>(&text, "").is_err());
        }
    }
}
