//! The readable names in URLs: slugs, and the paths that sections make of them.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use deunicode::deunicode_with_tofu;
use diesel_derive_newtype::DieselNewType;
use serde::{Deserialize, Deserializer, Serialize, de};
use thiserror::Error;
use utoipa::ToSchema;

pub use super::section_path::{SectionPath, SectionPathError};

/// The longest slug, in characters.
const MAX_CHARACTERS: usize = 200;

/// The longest slug that is made from a title, in characters.
const MAX_FROM_TITLE: usize = 80;

/// A readable name that is unique among its kind: `port-reopens-after-storm`.
///
/// 1 to 200 characters: letters of any script (lower case, where the script has cases), digits, `-` and `_`; neither
/// the first nor the last is `-`. Never a UUID in any spelling, because ids and slugs are accepted in the same places.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema, DieselNewType)]
#[schema(value_type = String, min_length = 1, max_length = 200, example = "port-reopens-after-storm")]
pub struct Slug(String);

/// Why a text is no slug, in words for the client.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SlugError {
    /// There is nothing.
    #[error("a slug has at least one character")]
    Empty,
    /// It has more than 200 characters.
    #[error("a slug has at most {MAX_CHARACTERS} characters, this one has {characters}")]
    TooLong {
        /// How many it has.
        characters: usize,
    },
    /// It holds a character that no slug may hold.
    #[error("a slug consists of lower-case letters, digits, `-` and `_`, not `{}`{}", character.escape_debug(), hint(suggestion))]
    Character {
        /// The first such character.
        character: char,
        /// What would do.
        suggestion: Option<Slug>,
    },
    /// It begins or ends with a hyphen.
    #[error("a slug neither begins nor ends with `-`{}", hint(suggestion))]
    Hyphen {
        /// What would do.
        suggestion: Option<Slug>,
    },
    /// It could be taken for an id.
    #[error("`{0}` could be taken for an id; put a word before it")]
    LooksLikeId(String),
}

fn hint(suggestion: &Option<Slug>) -> String {
    suggestion.as_ref().map_or_else(String::new, |slug| format!("; `{slug}` would do"))
}

impl Slug {
    /// Takes a slug as it is.
    ///
    /// # Errors
    /// What is wrong with it, and what would be right. It is never changed silently: an editor who writes
    /// `Port` should know that the address will be `port`.
    pub fn parse(text: &str) -> Result<Self, SlugError> {
        if text.is_empty() {
            return Err(SlugError::Empty);
        }
        let characters = text.chars().count();
        if characters > MAX_CHARACTERS {
            return Err(SlugError::TooLong { characters });
        }
        // Before the characters are looked at: `urn:uuid:…` and `{…}` are refused for what they mean.
        if is_id(text) {
            return Err(SlugError::LooksLikeId(text.to_owned()));
        }
        let mut earlier = None;
        for character in text.chars() {
            if !(is_letter_or_digit(character)
                || matches!(character, '-' | '_')
                || is_joining(character) && earlier.is_some_and(may_be_joined))
            {
                return Err(SlugError::Character { character, suggestion: slugify(text) });
            }
            earlier = Some(character);
        }
        if text.starts_with('-') || text.ends_with('-') {
            return Err(SlugError::Hyphen { suggestion: slugify(text) });
        }
        Ok(Self(text.to_owned()))
    }

    /// The slug as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// This slug with a number behind it (`port` → `port-2`), for the second of a name. It stays within the longest
    /// length: the words before the number are cut.
    #[must_use]
    pub fn with_suffix(&self, number: u32) -> Self {
        let suffix = format!("-{number}");
        let room = MAX_CHARACTERS - suffix.len();
        let base: String = self.0.chars().take(room).collect();
        Self(base.trim_end_matches('-').to_owned() + &suffix)
    }
}

/// Makes a slug from a title: transliterated to ASCII, words joined by hyphens, at most 80 characters, cut between words
/// where there is a place to cut.
///
/// `None` when nothing is left, as of `?!`. A title that would look like an id gets `id-` before it.
pub fn slugify(title: &str) -> Option<Slug> {
    let mut prepared = String::with_capacity(title.len() + 8);
    for c in title.chars() {
        match c {
            // The transliterator writes `@` for the schwa, a letter as common in Azerbaijani as `e`.
            'ə' | 'Ə' => prepared.push('e'),
            '&' => prepared.push_str(" and "),
            // Apostrophes and the Cyrillic signs that only soften belong to their word.
            '\'' | '’' | 'ʼ' | 'ʻ' | '‘' | '`' | 'ь' | 'Ь' | 'ъ' | 'Ъ' => {}
            _ => prepared.push(c),
        }
    }
    let mut slug = String::new();
    for c in deunicode_with_tofu(&prepared, " ").chars() {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            'A'..='Z' => slug.push(c.to_ascii_lowercase()),
            // Transliteration brings in apostrophes of its own, within words.
            '\'' | '`' => {}
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    let mut slug = slug.trim_end_matches('-').to_owned();
    if is_id(&slug) {
        slug.insert_str(0, "id-");
    }
    if slug.len() > MAX_FROM_TITLE {
        // A cut that falls just behind a word is between words already.
        let cut = match slug[..=MAX_FROM_TITLE].rfind('-') {
            Some(end) => end,
            None => MAX_FROM_TITLE,
        };
        slug.truncate(cut);
        slug.truncate(slug.trim_end_matches('-').len());
    }
    // Cutting could leave what looks like an id, though no title is known to do so.
    if is_id(&slug) {
        slug.insert_str(0, "id-");
    }
    (!slug.is_empty()).then_some(Slug(slug))
}

fn is_id(text: &str) -> bool {
    uuid::Uuid::try_parse(text).is_ok()
}

/// Letters without a capital form of themselves, and digits.
fn is_letter_or_digit(c: char) -> bool {
    c.is_alphanumeric() && !c.is_uppercase() && c.to_lowercase().eq([c])
}

/// Marks that some scripts cannot be written without, though they are neither letters nor digits: accents that stand
/// alone, Hebrew and Arabic points, the viramas and nuktas of South Asia, the tone marks of South-East Asia, and
/// the joiners of Persian and Malayalam.
fn is_joining(c: char) -> bool {
    matches!(c,
        '\u{0300}'..='\u{036F}' | '\u{0483}'..='\u{0487}' | '\u{0591}'..='\u{05C7}' | '\u{0610}'..='\u{061A}'
        | '\u{064B}'..='\u{065F}' | '\u{0900}'..='\u{0DFF}' | '\u{0E31}'..='\u{0E4E}' | '\u{0EB1}'..='\u{0ECD}'
        | '\u{0F18}'..='\u{0F84}' | '\u{1037}'..='\u{103A}' | '\u{135D}'..='\u{135F}' | '\u{17B4}'..='\u{17D3}'
        | '\u{200C}' | '\u{200D}' | '\u{3099}' | '\u{309A}')
        && !matches!(c, '\u{05BE}' | '\u{05C0}' | '\u{05C3}' | '\u{05C6}' | '\u{0964}' | '\u{0965}' | '\u{0970}' | '\u{0DF4}' | '\u{0E3F}')
}

fn may_be_joined(c: char) -> bool {
    c.is_alphanumeric() || is_joining(c)
}

impl FromStr for Slug {
    type Err = SlugError;

    fn from_str(text: &str) -> Result<Self, SlugError> {
        Self::parse(text)
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for Slug {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Slug {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

impl<'de> Deserialize<'de> for Slug {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::{Slug, SlugError, slugify};

    fn made(title: &str) -> String {
        slugify(title).map(String::from).unwrap_or_default()
    }

    #[test]
    fn titles_are_transliterated() {
        for (title, slug) in [
            ("Port reopens after storm", "port-reopens-after-storm"),
            ("Erdoğan İstanbul'da", "erdogan-istanbulda"),
            ("Əlaqə və ıldırım", "elaqe-ve-ildirim"),
            ("Straße nach Malmö", "strasse-nach-malmo"),
            ("Ørsted & Søn", "orsted-and-son"),
            ("It’s “over”—again!", "its-over-again"),
            ("Объявление", "obiavlenie"),
            ("北京 2024", "bei-jing-2024"),
            ("  --a__b--  ", "a-b"),
            ("AT&T", "at-and-t"),
        ] {
            assert_eq!(made(title), slug, "{title}");
        }
        assert_eq!(slugify("?! …"), None);
        assert_eq!(slugify(""), None);
    }

    #[test]
    fn long_titles_are_cut_between_words() {
        let slug = made(&"harbour ".repeat(20));
        assert_eq!(slug, "harbour-".repeat(10).trim_end_matches('-'));
        assert_eq!(made(&"a".repeat(100)).len(), 80);
        assert_eq!(made(&format!("{} tail", "a".repeat(80))), "a".repeat(80));
    }

    #[test]
    fn nothing_that_looks_like_an_id_is_a_slug() {
        for id in [
            "0197a3c2-5a7e-7b1c-8d3f-0123456789ab",
            "0197A3C2-5A7E-7B1C-8D3F-0123456789AB",
            "0197a3c25a7e7b1c8d3f0123456789ab",
            "urn:uuid:0197a3c2-5a7e-7b1c-8d3f-0123456789ab",
            "{0197a3c2-5a7e-7b1c-8d3f-0123456789ab}",
        ] {
            assert!(matches!(Slug::parse(id), Err(SlugError::LooksLikeId(_))), "{id}");
            assert!(Slug::parse(slugify(id).unwrap().as_str()).is_ok());
        }
        assert_eq!(made("0197a3c25a7e7b1c8d3f0123456789ab"), "id-0197a3c25a7e7b1c8d3f0123456789ab");
    }

    #[test]
    fn every_script_may_be_written() {
        for text in ["əlaqə", "ıldırım", "новости", "समाचार-हिन्दी", "ข่าวน้ำ", "新闻", "خبر\u{200C}ها", "a_b", "2024", "i\u{307}stanbul"]
        {
            assert_eq!(Slug::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn a_refusal_says_what_would_do() {
        for (text, words) in [
            ("", "at least one character"),
            ("Port", "not `P`; `port` would do"),
            ("a b", "not ` `; `a-b` would do"),
            ("a/b", "not `/`; `a-b` would do"),
            ("a.b", "not `.`"),
            ("a\0", "not `\\0`"),
            ("-a", "neither begins nor ends with `-`; `a` would do"),
            ("a-", "neither begins nor ends"),
            ("ǅ", "not `ǅ`"),
            ("\u{301}a", "not"),
        ] {
            let refusal = Slug::parse(text).unwrap_err().to_string();
            assert!(refusal.contains(words), "{refusal}");
        }
        assert_eq!(Slug::parse(&"x".repeat(201)), Err(SlugError::TooLong { characters: 201 }));
        assert!(Slug::parse(&"x".repeat(200)).is_ok());
        assert!(serde_json::from_str::<Slug>("\"A\"").unwrap_err().to_string().contains("would do"));
        assert_eq!(serde_json::to_string(&Slug::parse("a").unwrap()).unwrap(), "\"a\"");
    }

    #[test]
    fn a_suffix_stays_within_the_length() {
        let suffixed = Slug::parse("port").unwrap().with_suffix(2);
        assert_eq!(suffixed.as_str(), "port-2");
        let long = Slug::parse(&"ə".repeat(200)).unwrap().with_suffix(u32::MAX);
        assert_eq!(long.as_str().chars().count(), 200);
    }

    proptest! {
        #[test]
        fn what_is_made_is_a_slug(title in ".*") {
            if let Some(slug) = slugify(&title) {
                prop_assert_eq!(Slug::parse(slug.as_str()), Ok(slug.clone()));
                prop_assert!(slug.as_str().len() <= 83);
                prop_assert_eq!(slugify(slug.as_str()), Some(slug));
            }
        }

        #[test]
        fn what_parses_parses_with_a_suffix(text in "[a-z0-9əд新_-]{1,200}", number: u32) {
            if let Ok(slug) = Slug::parse(&text) {
                let suffixed = slug.with_suffix(number);
                prop_assert_eq!(Slug::parse(suffixed.as_str()), Ok(suffixed.clone()));
                let ending = format!("-{}", number);
                prop_assert!(suffixed.as_str().ends_with(&ending));
            }
        }

        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = Slug::parse(&text).map_err(|error| error.to_string());
        }
    }
}
