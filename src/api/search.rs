//! What a search finds.

use serde::Serialize;
use utoipa::ToSchema;

use super::article::CardMembers;
use crate::store::search::{Highlights as Row, MARK, UNMARK};

/// A card with how well it goes with the words, and where they stand.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SearchHit {
    #[serde(flatten)]
    #[expect(missing_docs, reason = "its members have theirs")]
    pub card: CardMembers,
    /// How well it goes with the words, from 0 to 1; to be compared within one search only.
    #[schema(minimum = 0, maximum = 1)]
    pub score: f64,
    /// Where the words stand.
    pub highlights: Highlights,
}

/// Texts in which what was found stands in `<mark>`: safe HTML without other elements. Null where nothing was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Highlights {
    /// The headline.
    #[schema(required, example = "<mark>Port</mark> reopens after storm")]
    pub title: Option<String>,
    /// The standfirst.
    #[schema(required)]
    pub standfirst: Option<String>,
    /// Up to two fragments of the text.
    #[schema(required)]
    pub body: Option<String>,
}

impl From<Row> for Highlights {
    fn from(Row { title, standfirst, body }: Row) -> Self {
        Self { title: marked(&title, true), standfirst: marked(&standfirst, true), body: marked(body.trim(), false) }
    }
}

/// The text as HTML. What stood in HTML keeps its references (`&amp;`); angle brackets are text in either case.
fn marked(text: &str, is_plain: bool) -> Option<String> {
    if !text.contains(MARK) {
        return None;
    }
    let mut html = String::with_capacity(text.len() + 32);
    let mut was_space = false;
    for letter in text.chars() {
        let is_space = letter.is_whitespace();
        match letter {
            MARK => html.push_str("<mark>"),
            UNMARK => html.push_str("</mark>"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '&' if is_plain => html.push_str("&amp;"),
            _ if is_space => {
                if !was_space {
                    html.push(' ');
                }
            }
            letter => html.push(letter),
        }
        was_space = is_space;
    }
    Some(html)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_marks_are_elements() {
        let text = format!("<script>alert(1)</script> {MARK}port{UNMARK} & \"more\"");
        assert_eq!(marked(&text, true).as_deref(), Some("&lt;script&gt;alert(1)&lt;/script&gt; <mark>port</mark> &amp; &quot;more&quot;"));
        assert_eq!(
            marked(&format!("R&amp;D {MARK}port{UNMARK} <img src=x onerror="), false).as_deref(),
            Some("R&amp;D <mark>port</mark> &lt;img src=x onerror=")
        );
    }

    #[test]
    fn a_text_without_a_find_is_no_highlight() {
        assert_eq!(marked("nothing here", true), None);
    }
}
