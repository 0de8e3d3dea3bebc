//! Text → pieces of which the server's text search parser makes the same wherever they stand: tags, and what stands
//! between tags and white space.

/// A piece in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Piece<'t> {
    /// Its text; never empty, and white space in it only within a tag.
    pub text: &'t str,
    /// What stands around it.
    pub setting: Setting,
}

/// Whether a tag touches a piece; otherwise white space or nothing does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Setting {
    /// Before it.
    pub after_tag: bool,
    /// After it.
    pub before_tag: bool,
}

impl Piece<'_> {
    /// A text in which the piece stands as it does here, between words that are none. Ends with white space.
    pub fn in_its_setting(&self) -> String {
        let before = if self.setting.after_tag { "<b>" } else { " " };
        let after = if self.setting.before_tag { "<b> " } else { " " };
        [before, self.text, after].concat()
    }
}

/// Takes a text apart, or gives `None` where the bounds of a piece would not be sure: a `<` that begins no tag of the kind that the
/// sanitiser writes (quoted attributes, no comments).
pub(super) fn pieces(text: &str) -> Option<Vec<Piece<'_>>> {
    let bytes = text.as_bytes();
    let mut pieces = Vec::with_capacity(text.len() / 6 + 1);
    let mut at = 0;
    let mut after_tag = false;
    while let Some(&byte) = bytes.get(at) {
        if is_blank(byte) {
            after_tag = false;
            at += 1;
        } else if byte == b'<' {
            let end = tag_end(bytes, at)?;
            let before_tag = bytes.get(end) == Some(&b'<');
            pieces.push(Piece { text: text.get(at..end)?, setting: Setting { after_tag, before_tag } });
            after_tag = true;
            at = end;
        } else {
            let length = bytes[at..].iter().position(|&byte| is_blank(byte) || byte == b'<').unwrap_or(bytes.len() - at);
            let end = at + length;
            let before_tag = bytes.get(end) == Some(&b'<');
            pieces.push(Piece { text: text.get(at..end)?, setting: Setting { after_tag, before_tag } });
            after_tag = false;
            at = end;
        }
    }
    Some(pieces)
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// The end (exclusive) of the tag that begins at `start`.
fn tag_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    if bytes.get(at) == Some(&b'/') {
        at += 1;
    }
    if !bytes.get(at)?.is_ascii_alphabetic() {
        return None;
    }
    loop {
        at += 1;
        match bytes.get(at)? {
            b'>' => return Some(at + 1),
            b'"' => at += 1 + bytes.get(at + 1..)?.iter().position(|&byte| byte == b'"')?,
            byte if byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'=' | b'-') => {}
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn texts(text: &str) -> Option<Vec<&str>> {
        pieces(text).map(|pieces| pieces.into_iter().map(|piece| piece.text).collect())
    }

    #[test]
    fn tags_and_blanks_part_pieces() {
        assert_eq!(
            texts("<p>The <a href=\"/x?a=1\" title=\"a > b\">well-known</a>, port\n— 5&nbsp;km</p>").unwrap(),
            ["<p>", "The", "<a href=\"/x?a=1\" title=\"a > b\">", "well-known", "</a>", ",", "port", "—", "5&nbsp;km", "</p>"]
        );
        let found = pieces("<b>a</b> c").unwrap();
        assert_eq!(found[1].in_its_setting(), "<b>a<b> ");
        assert_eq!(found[2].in_its_setting(), " </b> ");
        assert_eq!(found[3].in_its_setting(), " c ");
    }

    #[test]
    fn what_is_no_tag_of_ours_is_left_to_the_server() {
        for text in ["1 < 2", "<!-- c -->", "<p", "<a href='x'>", "<p title=\"x>", "<", "a</", "<?x>"] {
            assert_eq!(texts(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_but_blanks_is_lost(text in "(<p>|</p>|<a href=\"x y\">|[a-zé.&;/-]|[ \n]){0,40}") {
            let found: String = pieces(&text).unwrap().iter().map(|piece| piece.text).collect();
            proptest::prop_assert_eq!(found.replace([' ', '\n'], ""), text.replace([' ', '\n'], ""));
        }
    }
}
