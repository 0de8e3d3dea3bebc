//! How long a body is.

use super::dom::{Dom, ROOT};
use super::parse::parse;
use super::text::text_of;

/// Words that an adult reads in a minute.
const WORDS_A_MINUTE: u32 = 230;

/// The number of words in a body.
///
/// A word is what stands between white space or dashes and holds a letter or digit; inline tags do not part it.
/// Scripts that write no spaces are counted by characters: two Han, kana or similar characters count as one word,
/// and five Thai, Lao, Khmer or Burmese ones, rounded up for each run. That is near the length of their words, and
/// makes [`reading_minutes`] right for them too.
pub fn word_count(html: &str) -> u32 {
    words_in(&parse(html))
}

fn words_in(dom: &Dom) -> u32 {
    let text = text_of(dom, dom.children(ROOT));
    let words: usize = text.split(|c: char| c.is_whitespace() || matches!(c, '\u{2013}' | '\u{2014}' | '/')).map(words_in_token).sum();
    u32::try_from(words).unwrap_or(u32::MAX)
}

/// Minutes that it takes to read so many words: 230 a minute, rounded to the nearest; at least 1 where there is
/// anything to read, 0 where there is nothing.
pub fn reading_minutes(words: u32) -> u32 {
    match words {
        0 => 0,
        _ => (words.saturating_add(WORDS_A_MINUTE / 2) / WORDS_A_MINUTE).max(1),
    }
}

/// Characters to a word in scripts without spaces; `None` in all others.
fn characters_a_word(c: char) -> Option<usize> {
    match c {
        // Hiragana, katakana, Han with its extensions and compatibility forms, half-width katakana.
        '\u{3041}'..='\u{30FF}'
        | '\u{31F0}'..='\u{31FF}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{FF66}'..='\u{FF9F}'
        | '\u{20000}'..='\u{323AF}' => Some(2),
        // Thai, Lao, Burmese, Khmer.
        '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' => Some(5),
        _ => None,
    }
}

fn words_in_token(token: &str) -> usize {
    if token.is_ascii() {
        return usize::from(token.bytes().any(|byte| byte.is_ascii_alphanumeric()));
    }
    let mut words = 0;
    let mut run = (0_usize, None);
    let mut in_word = false;
    let close = |(length, per): (usize, Option<usize>)| per.map_or(0, |per| length.div_ceil(per));
    for c in token.chars() {
        let per = characters_a_word(c);
        if per.is_some() {
            if run.1 != per {
                words += close(run);
                run = (0, per);
            }
            run.0 += 1;
            in_word = false;
        } else if c.is_alphanumeric() {
            words += close(run) + usize::from(!in_word);
            run = (0, None);
            in_word = true;
        }
    }
    words + close(run)
}

#[cfg(test)]
mod tests {
    use super::{reading_minutes, word_count};

    #[test]
    fn words_are_what_readers_call_words() {
        for (html, words) in [
            ("", 0),
            ("<p> – … </p>", 0),
            ("<p>It's a well-known port.</p>", 4),
            ("<p>one</p><p>two</p><b>H</b>arbour", 3),
            ("<ol><li>a</li><li>b</li></ol>", 2),
            ("<p>storm—again and/or 1,000.5</p>", 5),
            ("<p>Əlaqə üçün yazın</p>", 3),
            ("<p>हिन्दी में</p>", 2),
            ("<p>서울 날씨</p>", 2),
            ("<p>港口重新开放</p>", 3),
            ("<p>港口 OK</p>", 2),
        ] {
            assert_eq!(word_count(html), words, "{html}");
        }
    }

    #[test]
    fn minutes_are_rounded_and_never_none_for_some_words() {
        let minutes = [0, 1, 230, 344, 345, 575, u32::MAX].map(reading_minutes);
        assert_eq!(minutes[..6], [0, 1, 1, 1, 2, 3]);
        assert!(minutes[6] > 18_000_000);
    }
}
