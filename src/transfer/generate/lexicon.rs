//! The phrases that generated news is put together from, a file a language.

use super::dice::Dice;

/// The languages that news can be generated in.
pub const LANGUAGES: &[&str] = &["en", "az", "tr"];

/// The phrases of one language. Those of a kind stand in the form in which the frames use them.
#[derive(Debug)]
pub struct Lexicon {
    /// Its tag.
    pub language: &'static str,
    /// Who did something.
    pub subjects: Vec<&'static str>,
    /// What was done.
    pub verbs: Vec<&'static str>,
    /// To what.
    pub objects: Vec<&'static str>,
    /// Where.
    pub places: Vec<&'static str>,
    /// When, or how.
    pub times: Vec<&'static str>,
    /// Sentences with gaps.
    pub frames: Vec<&'static str>,
    /// Headlines with gaps.
    pub titles: Vec<&'static str>,
    /// Subheads.
    pub heads: Vec<&'static str>,
    /// Captions with gaps.
    pub captions: Vec<&'static str>,
}

impl Lexicon {
    /// The phrases of one of [`LANGUAGES`].
    #[must_use]
    pub fn of(language: &str) -> Option<Self> {
        let (language, text) = match language {
            "en" => ("en", include_str!("words/en.txt")),
            "az" => ("az", include_str!("words/az.txt")),
            "tr" => ("tr", include_str!("words/tr.txt")),
            _ => return None,
        };
        let list = |name: &str| -> Vec<&'static str> {
            let lines = text.lines().skip_while(|line| line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) != Some(name));
            lines.skip(1).take_while(|line| !line.starts_with('[')).filter(|line| !line.is_empty()).collect()
        };
        Some(Self {
            language,
            subjects: list("subjects"),
            verbs: list("verbs"),
            objects: list("objects"),
            places: list("places"),
            times: list("times"),
            frames: list("frames"),
            titles: list("titles"),
            heads: list("heads"),
            captions: list("captions"),
        })
    }

    /// Appends `phrase` with a capital; in Azerbaijani and Turkish that of `i` is `İ`.
    pub fn push_capitalised(&self, phrase: &str, into: &mut String) {
        let mut letters = phrase.chars();
        match letters.next() {
            Some('i') if self.language != "en" => into.push('İ'),
            Some(first) => into.extend(first.to_uppercase()),
            None => {}
        }
        into.push_str(letters.as_str());
    }
}

const ONSETS: [&str; 24] =
    ["b", "br", "d", "dr", "f", "g", "gr", "h", "k", "kr", "l", "m", "n", "p", "r", "s", "st", "t", "tr", "v", "y", "z", "sh", "ch"];
const VOWELS: [&str; 6] = ["a", "e", "i", "o", "u", "ai"];
const ENDS: [&str; 14] = ["n", "r", "l", "s", "", "m", "rn", "ld", "nd", "t", "k", "sk", "v", "x"];

/// An invented proper name of two or three syllables: one of some millions, so that it is a rare word.
pub fn invented_name(dice: &mut Dice) -> String {
    let mut name = String::new();
    for _ in 0..2 + dice.below(2) {
        name.push_str(dice.word(&ONSETS));
        name.push_str(dice.word(&VOWELS));
    }
    name.push_str(dice.word(&ENDS));
    name[..1].make_ascii_uppercase();
    name
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::{super::dice::Dice, LANGUAGES, Lexicon, invented_name};

    #[test]
    fn every_language_has_every_kind_of_phrase() {
        for language in LANGUAGES {
            let words = Lexicon::of(language).unwrap();
            for (list, at_least) in [
                (&words.subjects, 30),
                (&words.verbs, 20),
                (&words.objects, 40),
                (&words.places, 15),
                (&words.times, 12),
                (&words.frames, 10),
                (&words.titles, 6),
                (&words.heads, 6),
                (&words.captions, 3),
            ] {
                assert!(list.len() >= at_least, "{language}: {list:?}");
            }
            // A phrase that spoke HTML would have to be escaped.
            let all = [&words.subjects, &words.verbs, &words.objects, &words.places, &words.times, &words.frames, &words.heads];
            assert!(all.iter().all(|list| list.iter().all(|phrase| !phrase.contains(['<', '>', '&']))));
        }
        assert!(Lexicon::of("xx").is_none());
    }

    #[test]
    fn capitals_follow_the_language() {
        let capital = |language, phrase| {
            let mut out = String::new();
            Lexicon::of(language).unwrap().push_capitalised(phrase, &mut out);
            out
        };
        assert_eq!(capital("en", "it"), "It");
        assert_eq!(capital("tr", "itfaiye"), "İtfaiye");
        assert_eq!(capital("az", "əməkhaqqı"), "Əməkhaqqı");
    }

    #[test]
    fn names_are_many() {
        let mut dice = Dice::new(1, 1, 1);
        let names: std::collections::HashSet<String> = (0..5_000).map(|_| invented_name(&mut dice)).collect();
        assert!(names.len() > 4_500, "{}", names.len());
    }
}
