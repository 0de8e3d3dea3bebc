//! Headlines and bodies: phrases in frames, from the small stock of words that one story uses.

use std::fmt::Write;

use super::{
    dice::Dice,
    lexicon::{Lexicon, invented_name},
};

/// How long a body becomes, in bytes, before its last paragraph is closed.
const BODY_BYTES: usize = 3_800;

/// What one story is about: a few phrases out of many, and names that occur nowhere else.
///
/// All that is written of a story draws on this, so that its articles are like each other and unlike the rest. The
/// numbers are places in the lists of a lexicon, the same for every language.
#[derive(Clone, Debug)]
pub struct Story {
    subjects: [usize; 5],
    objects: [usize; 5],
    verbs: [usize; 8],
    places: [usize; 4],
    people: [String; 3],
    towns: [String; 3],
}

impl Story {
    /// Makes up a story. Some phrases turn up in most of them and some rarely.
    pub fn invent(dice: &mut Dice) -> Self {
        Self {
            subjects: std::array::from_fn(|_| dice.skewed(60)),
            objects: std::array::from_fn(|_| dice.skewed(60)),
            verbs: std::array::from_fn(|_| dice.below(60)),
            places: std::array::from_fn(|_| dice.below(60)),
            people: std::array::from_fn(|_| format!("{} {}", invented_name(dice), invented_name(dice))),
            towns: std::array::from_fn(|_| invented_name(dice)),
        }
    }

    /// A headline.
    pub fn title(&self, words: &Lexicon, dice: &mut Dice) -> String {
        let mut out = String::with_capacity(96);
        self.fill(dice.word(&words.titles), words, dice, &mut out);
        out
    }

    /// The word that stands over the headline: where it happens.
    #[must_use]
    pub fn kicker(&self) -> &str {
        &self.towns[0]
    }

    /// One or two sentences for under the headline.
    pub fn standfirst(&self, words: &Lexicon, dice: &mut Dice) -> String {
        let mut out = String::with_capacity(200);
        self.sentences(1 + dice.below(2), words, dice, &mut out);
        out
    }

    /// A caption.
    pub fn caption(&self, words: &Lexicon, dice: &mut Dice) -> String {
        let mut out = String::new();
        self.fill(dice.word(&words.captions), words, dice, &mut out);
        out
    }

    /// Appends the body as HTML of the form that the sanitiser gives: a block a line, text escaped. `picture` is put in
    /// after the third paragraph.
    pub fn body(&self, words: &Lexicon, dice: &mut Dice, picture: Option<&str>, out: &mut String) {
        let start = out.len();
        let mut paragraphs = 0;
        while out.len() - start < BODY_BYTES {
            if paragraphs > 0 {
                out.push('\n');
            }
            match paragraphs {
                4 | 9 | 14 => {
                    out.push_str("<h2>");
                    out.push_str(dice.word(&words.heads));
                    out.push_str("</h2>");
                }
                6 if dice.chance(50) => self.quote(words, dice, out),
                11 if dice.chance(40) => self.list(words, dice, out),
                _ => {
                    out.push_str("<p>");
                    self.sentences(2 + dice.below(3), words, dice, out);
                    out.push_str("</p>");
                }
            }
            paragraphs += 1;
            if let Some(picture) = picture.filter(|_| paragraphs == 3) {
                out.push('\n');
                out.push_str(picture);
            }
        }
    }

    fn quote(&self, words: &Lexicon, dice: &mut Dice, out: &mut String) {
        out.push_str("<blockquote><p>");
        self.sentences(1, words, dice, out);
        out.push_str("</p></blockquote>");
    }

    fn list(&self, words: &Lexicon, dice: &mut Dice, out: &mut String) {
        out.push_str("<ul>");
        for _ in 0..3 + dice.below(3) {
            out.push_str("<li>");
            self.sentences(1, words, dice, out);
            out.push_str("</li>");
        }
        out.push_str("</ul>");
    }

    fn sentences(&self, count: usize, words: &Lexicon, dice: &mut Dice, out: &mut String) {
        for index in 0..count {
            if index > 0 {
                out.push(' ');
            }
            self.fill(dice.word(&words.frames), words, dice, out);
        }
    }

    /// Appends `frame` with its gaps filled: `{s}` who, `{v}` did, `{o}` what, `{p}` where, `{t}` when (with a capital
    /// where the letter is one), `{name}` a person, `{place}` a town, `{n}` a number.
    fn fill(&self, frame: &str, words: &Lexicon, dice: &mut Dice, out: &mut String) {
        let mut rest = frame;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((gap, after)) = after.split_once('}') else { break };
            match gap {
                "s" => out.push_str(phrase(&words.subjects, &self.subjects, dice)),
                "S" => words.push_capitalised(phrase(&words.subjects, &self.subjects, dice), out),
                "v" => out.push_str(phrase(&words.verbs, &self.verbs, dice)),
                "o" => out.push_str(phrase(&words.objects, &self.objects, dice)),
                "p" => out.push_str(phrase(&words.places, &self.places, dice)),
                "t" => out.push_str(dice.word(&words.times)),
                "T" => words.push_capitalised(dice.word(&words.times), out),
                "n" => _ = write!(out, "{}", 2 + dice.skewed(98)),
                "name" => out.push_str(dice.word(&self.people)),
                "place" | "Place" => out.push_str(dice.word(&self.towns)),
                other => out.push_str(other),
            }
            rest = after;
        }
        out.push_str(rest);
    }
}

/// How many words a body has that [`Story::body`] made: what [`crate::domain::body::word_count`] finds too, which has
/// to be ready for any HTML and takes a hundred times as long.
#[must_use]
pub fn words_in(body: &str) -> usize {
    let words = |text: &str| text.split_whitespace().filter(|token| token.contains(char::is_alphanumeric)).count();
    body.split('<').map(|part| words(part.split_once('>').map_or(part, |(_, text)| text))).sum()
}

/// One of the phrases of `list` that the story uses.
fn phrase<'a, const N: usize>(list: &[&'a str], of_story: &[usize; N], dice: &mut Dice) -> &'a str {
    list[dice.pick(of_story) % list.len()]
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::collections::HashSet;

    use super::{
        super::{dice::Dice, lexicon::LANGUAGES},
        Lexicon, Story, words_in,
    };

    fn body(story: u64, article: u64) -> String {
        let story = Story::invent(&mut Dice::new(1, 1, story));
        let mut out = String::new();
        story.body(&Lexicon::of("en").unwrap(), &mut Dice::new(1, 2, article), None, &mut out);
        out
    }

    #[test]
    fn no_gap_stays_open_in_any_language() {
        for language in LANGUAGES {
            let words = Lexicon::of(language).unwrap();
            for index in 0..200 {
                let dice = &mut Dice::new(3, 1, index);
                let story = Story::invent(dice);
                let mut text = story.title(&words, dice) + &story.standfirst(&words, dice) + &story.caption(&words, dice);
                let head = text.len();
                story.body(&words, dice, Some("<hr>"), &mut text);
                assert!(!text.contains(['{', '}']), "{text}");
                assert!((3_500..4_800).contains(&(text.len() - head)), "{}", text.len() - head);
                assert!(text.contains("\n<hr>\n"));
                let counted = u32::try_from(words_in(&text[head..])).unwrap();
                assert_eq!(counted, crate::domain::body::word_count(&text[head..]), "{}", &text[head..]);
            }
        }
    }

    #[test]
    fn articles_of_a_story_are_more_alike_than_others() {
        let words = |text: &str| text.split(|c: char| !c.is_alphabetic()).map(str::to_owned).collect::<HashSet<_>>();
        let shared = |a: &str, b: &str| words(a).intersection(&words(b)).count();
        let (first, same, other) = (body(1, 1), body(1, 2), body(2, 3));
        assert_ne!(first, same);
        assert!(shared(&first, &same) > shared(&first, &other) + 10, "{} {}", shared(&first, &same), shared(&first, &other));
        assert_eq!(first, body(1, 1));
    }
}
