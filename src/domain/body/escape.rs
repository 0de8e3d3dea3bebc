//! Text and attribute values as HTML, spelt as html5ever's serialiser spells them: what the tidier has
//! written, the sanitiser writes again byte for byte.

use super::allow::{is_plain, is_text};

/// Appends text.
pub(super) fn push_text(out: &mut String, text: &str) {
    if is_plain(text) && !text.bytes().any(|byte| matches!(byte, b'&' | b'<' | b'>')) {
        return out.push_str(text);
    }
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\u{A0}' => out.push_str("&nbsp;"),
            // A lone carriage return would come back as a line feed.
            '\r' => out.push('\n'),
            _ if is_text(c) => out.push(c),
            _ => {}
        }
    }
}

/// Appends ` name="value"`.
pub(super) fn push_attribute(out: &mut String, name: &str, value: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    for c in value.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\u{A0}' => out.push_str("&nbsp;"),
            _ if is_text(c) => out.push(c),
            _ => {}
        }
    }
    out.push('"');
}
