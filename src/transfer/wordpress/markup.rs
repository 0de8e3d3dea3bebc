//! Small readings of HTML source: where a tag ends, what it is called, what an attribute says, the text of it all.
//! Bodies are not parsed here, since shortcodes and missing paragraphs make them HTML only at the end; the sanitiser
//! parses the result.

use html5ever::tendril::TendrilSink;
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// How far a quoted attribute may reach before its quote is taken for a stray one.
const LONGEST_TAG: usize = 64 * 1024;

/// The end (exclusive) of the tag or comment that begins at the `<` at `start`; `None` when that begins none.
pub(super) fn tag_end(text: &str, start: usize) -> Option<usize> {
    let rest = text.get(start..)?;
    if rest.starts_with("<!--") {
        return rest.find("-->").map(|at| start + at + 3);
    }
    let after = rest.as_bytes().get(1)?;
    if !(after.is_ascii_alphabetic() || matches!(after, b'/' | b'!' | b'?')) {
        return None;
    }
    let mut quote = None;
    let mut first = None;
    for (at, byte) in rest.bytes().enumerate().take(LONGEST_TAG) {
        match (byte, quote) {
            (b'>', None) => return Some(start + at + 1),
            (b'>', Some(_)) if first.is_none() => first = Some(start + at + 1),
            (b'"' | b'\'', None) => quote = Some(byte),
            (_, Some(open)) if open == byte => quote = None,
            _ => {}
        }
    }
    first
}

/// The name in `<name …>` or `</name>`, in lower case; empty for comments and the like.
pub(super) fn tag_name(tag: &str) -> String {
    let name = tag.trim_start_matches('<').trim_start_matches('/');
    name.chars().take_while(|character| character.is_ascii_alphanumeric()).collect::<String>().to_ascii_lowercase()
}

/// The end (exclusive) of the element whose start tag ends at `from`: after the first `</name>`, or the end of all.
pub(super) fn element_end(text: &str, from: usize, name: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(found) = text[at..].find("</") {
        let begin = at + found;
        let named = begin + 2;
        if bytes.get(named..named + name.len()).is_some_and(|word| word.eq_ignore_ascii_case(name.as_bytes())) {
            return tag_end(text, begin).unwrap_or(text.len());
        }
        at = named;
    }
    text.len()
}

/// The decoded value of an attribute of one tag.
pub(super) fn attribute(tag: &str, name: &str) -> Option<String> {
    let bytes = tag.as_bytes();
    let mut at = 1 + tag_name(tag).len();
    loop {
        while bytes.get(at).is_some_and(|byte| byte.is_ascii_whitespace() || *byte == b'/') {
            at += 1;
        }
        let begin = at;
        while bytes.get(at).is_some_and(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'=' | b'>' | b'/')) {
            at += 1;
        }
        if begin == at {
            return None;
        }
        let key = &tag[begin..at];
        while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
            at += 1;
        }
        let mut value = "";
        if bytes.get(at) == Some(&b'=') {
            at += 1;
            while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
                at += 1;
            }
            let (begin, end) = match bytes.get(at) {
                Some(quote @ (b'"' | b'\'')) => {
                    let begin = at + 1;
                    let end = tag[begin..].find(char::from(*quote)).map_or(tag.len(), |length| begin + length);
                    at = (end + 1).min(tag.len());
                    (begin, end)
                }
                _ => {
                    let begin = at;
                    while bytes.get(at).is_some_and(|byte| !byte.is_ascii_whitespace() && *byte != b'>') {
                        at += 1;
                    }
                    (begin, at)
                }
            };
            value = &tag[begin..end];
        }
        if key.eq_ignore_ascii_case(name) {
            return Some(plain(value));
        }
    }
}

/// The text of an HTML fragment: tags and comments gone, entities decoded, blanks of any kind made one space.
pub(super) fn plain(html: &str) -> String {
    if !html.contains(['<', '&']) {
        return words(html);
    }
    let context = html5ever::QualName::new(None, html5ever::ns!(html), html5ever::local_name!("body"));
    let dom = html5ever::parse_fragment(RcDom::default(), html5ever::ParseOpts::default(), context, Vec::new(), false).one(html);
    let mut text = String::new();
    // By hand, not by recursion: markup nests as deep as its author likes.
    let mut open: Vec<Handle> = vec![dom.document.clone()];
    while let Some(node) = open.pop() {
        match &node.data {
            NodeData::Text { contents } => text.push_str(&contents.borrow()),
            NodeData::Element { name, .. } if matches!(&*name.local, "script" | "style" | "template") => continue,
            NodeData::Element { name, .. } if !is_inline(&name.local) => text.push(' '),
            _ => {}
        }
        open.extend(node.children.borrow().iter().rev().cloned());
    }
    words(&text)
}

fn words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split(|character: char| character.is_whitespace() || character.is_control()).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "a" | "abbr"
            | "b"
            | "bdi"
            | "bdo"
            | "cite"
            | "code"
            | "del"
            | "dfn"
            | "em"
            | "font"
            | "i"
            | "ins"
            | "kbd"
            | "mark"
            | "q"
            | "s"
            | "samp"
            | "small"
            | "span"
            | "strong"
            | "sub"
            | "sup"
            | "time"
            | "u"
            | "var"
            | "wbr"
    )
}

/// Text as it stands between tags.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Text as it stands in a double-quoted attribute.
pub(super) fn quoted(text: &str) -> String {
    escaped(text).replace('"', "&quot;")
}

/// Whether all of `text` is one web address.
pub(super) fn is_address(text: &str) -> bool {
    text.strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .is_some_and(|rest| rest.len() > 3 && rest.starts_with(|first: char| first.is_alphanumeric()))
        && !text.contains(|character: char| character.is_whitespace() || matches!(character, '<' | '>' | '"' | '[' | ']' | '\u{1}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_end_after_their_quotes() {
        let text = r#"<a title="a > b" href='x'>y</a> 1 < 2 <!-- > --> z"#;
        assert_eq!(tag_end(text, 0).map(|end| &text[..end]), Some(r#"<a title="a > b" href='x'>"#));
        let less = text.find("< 2").unwrap_or(0);
        assert_eq!(tag_end(text, less), None);
        let comment = text.find("<!--").unwrap_or(0);
        assert_eq!(tag_end(text, comment).map(|end| &text[end..]), Some(" z"));
        assert_eq!(tag_end(r#"<a title="stray>x"#, 0), Some(16));
    }

    #[test]
    fn attributes_are_decoded_whatever_their_quotes() {
        let tag = "<IMG src=/a.jpg Alt='Tom &amp; Jo' data-x title = \"q\" />";
        assert_eq!(attribute(tag, "src").as_deref(), Some("/a.jpg"));
        assert_eq!(attribute(tag, "alt").as_deref(), Some("Tom & Jo"));
        assert_eq!(attribute(tag, "title").as_deref(), Some("q"));
        assert_eq!(attribute(tag, "data-x").as_deref(), Some(""));
        assert_eq!(attribute(tag, "class"), None);
    }

    #[test]
    fn text_is_what_a_reader_sees() {
        assert_eq!(plain("<p>It&#8217;s <b>o</b>k&nbsp;&amp; done</p><p>Next<script>x</script></p>"), "It’s ok & done Next");
        assert_eq!(plain("a  b\n c"), "a b c");
        assert_eq!(plain(&"<div>".repeat(5000)), "");
    }

    #[test]
    fn only_whole_addresses_count() {
        assert!(is_address("https://youtu.be/abc?t=1"));
        for text in ["see https://a.example", "https://", "ftp://a.example", "https://a.example/<b>"] {
            assert!(!is_address(text), "{text}");
        }
    }
}
