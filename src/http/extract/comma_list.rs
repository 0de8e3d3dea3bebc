//! A parameter that holds several words of a fixed vocabulary: `include=related,breadcrumbs`.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error, SeqAccess, Visitor, value::StrDeserializer},
};
use utoipa::{
    __dev::ComposeSchema,
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{ArrayBuilder, Schema},
    },
};

/// How its schemas are called, before the name of the element's.
pub(super) const NAME: &str = "CommaList";

/// Words of `E`, separated by commas; the parameter may also come several times. Order is kept, repetition is not.
///
/// In a derived `IntoParams`: `#[serde(default)] #[param(inline, style = Form, explode = false)]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommaList<E>(Vec<E>);

impl<E> CommaList<E> {
    /// The words, in the order in which they came.
    pub fn iter(&self) -> std::slice::Iter<'_, E> {
        self.0.iter()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<E: PartialEq> CommaList<E> {
    /// Whether this word is among them.
    #[must_use]
    pub fn contains(&self, word: &E) -> bool {
        self.0.contains(word)
    }

    fn add(&mut self, word: E) {
        if !self.0.contains(&word) {
            self.0.push(word);
        }
    }
}

impl<E> Default for CommaList<E> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<E: PartialEq> FromIterator<E> for CommaList<E> {
    fn from_iter<I: IntoIterator<Item = E>>(words: I) -> Self {
        words.into_iter().fold(Self::default(), |mut list, word| {
            list.add(word);
            list
        })
    }
}

impl<'a, E> IntoIterator for &'a CommaList<E> {
    type Item = &'a E;
    type IntoIter = std::slice::Iter<'a, E>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'de, E: DeserializeOwned + PartialEq> Deserialize<'de> for CommaList<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Words(PhantomData))
    }
}

struct Words<E>(PhantomData<E>);

impl<'de, E: DeserializeOwned + PartialEq> Visitor<'de> for Words<E> {
    type Value = CommaList<E>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("words separated by commas")
    }

    fn visit_str<X: Error>(self, text: &str) -> Result<Self::Value, X> {
        let mut list = CommaList::default();
        for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            list.add(E::deserialize(StrDeserializer::<X>::new(word))?);
        }
        Ok(list)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Self::Value, A::Error> {
        let mut list = CommaList::default();
        while let Some(part) = parts.next_element::<Self::Value>()? {
            part.0.into_iter().for_each(|word| list.add(word));
        }
        Ok(list)
    }
}

impl<E: PartialSchema> ComposeSchema for CommaList<E> {
    fn compose(_: Vec<RefOr<Schema>>) -> RefOr<Schema> {
        RefOr::T(Schema::Array(ArrayBuilder::new().items(E::schema()).build()))
    }
}

impl<E: ToSchema> ToSchema for CommaList<E> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("{NAME}_{}", E::name()))
    }
}
