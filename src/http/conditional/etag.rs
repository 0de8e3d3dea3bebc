//! Entity tags: `"<version>-<hash of the bytes>"`, with a suffix for each content coding.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// The strong tag of these bytes, of a resource whose row has this version (0 where there is no row of its own).
///
/// The hash makes it depend on all that is shown; the version is what `If-Match` is compared by.
#[must_use]
pub fn etag(version: Option<i64>, bytes: &[u8]) -> String {
    let mut tag = format!("\"{}-", version.unwrap_or(0));
    for byte in &Sha256::digest(bytes)[..8] {
        // Writing to a String cannot fail.
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    tag
}

/// The tags in an `If-Match` or `If-None-Match` header, each with whether it is weak; what is no tag is passed over.
pub fn tags(header: &str) -> impl Iterator<Item = (bool, &str)> {
    let mut rest = header;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return None;
        }
        let is_weak = rest.starts_with("W/");
        let start = if is_weak { &rest[2..] } else { rest };
        // A comma within the quotes belongs to the tag.
        let Some(quoted) = start.strip_prefix('"') else {
            rest = start.split_once(',').map_or("", |(_, after)| after);
            return Some((is_weak, ""));
        };
        let (opaque, after) = quoted.split_once('"').unwrap_or((quoted, ""));
        rest = after;
        Some((is_weak, opaque))
    })
    .filter(|(_, opaque)| !opaque.is_empty())
}

/// Codings whose name a tag may end in, because the outermost middleware puts it there.
pub const CODINGS: [&str; 3] = ["br", "gzip", "zstd"];

/// A tag without the suffix of its content coding.
#[must_use]
pub fn without_coding(opaque: &str) -> &str {
    match opaque.rsplit_once('-') {
        Some((plain, coding)) if CODINGS.contains(&coding) => plain,
        _ => opaque,
    }
}

/// A tag (quoted) of the same thing in another content coding.
#[must_use]
pub fn with_coding(tag: &str, coding: &str) -> String {
    format!("{}-{coding}\"", tag.trim_end_matches('"'))
}

/// The listed tag, without its quotes, that is `tag` (quoted) whatever its coding.
#[must_use]
pub fn matching<'a>(header: &'a str, tag: &str) -> Option<&'a str> {
    let opaque = tag.trim_start_matches("W/").trim_matches('"');
    tags(header).map(|(_, listed)| listed).find(|listed| without_coding(listed) == opaque)
}

/// Whether `header`, an `If-None-Match`, names `tag` (quoted) by weak comparison (RFC 9110 §13.1.2), whatever the coding.
#[must_use]
pub fn is_listed(header: &str, tag: &str) -> bool {
    header.trim() == "*" || matching(header, tag).is_some()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_tag_depends_on_version_and_bytes() {
        assert_eq!(etag(Some(3), b"x"), "\"3-2d711642b726b044\"");
        assert_ne!(etag(Some(3), b"x"), etag(Some(4), b"x"));
        assert_ne!(etag(None, b"x"), etag(None, b"y"));
    }

    #[test]
    fn lists_weak_tags_and_codings_are_read() {
        let tag = etag(Some(1), b"x");
        let opaque = tag.trim_matches('"').to_owned();
        for header in [
            tag.clone(),
            format!("W/{tag}"),
            format!("\"a,b\" , {tag}"),
            format!("\"{opaque}-br\""),
            format!("W/\"{opaque}-gzip\",\"x\""),
            format!("junk, {tag}"),
            "*".to_owned(),
        ] {
            assert!(is_listed(&header, &tag), "{header}");
        }
        for header in [String::new(), opaque.clone(), "\"1-\"".to_owned(), format!("\"{opaque}-lzma\""), "\"*\"".to_owned()] {
            assert!(!is_listed(&header, &tag), "{header}");
        }
    }

    proptest! {
        #[test]
        fn any_header_is_read_to_its_end(header in ".{0,200}") {
            prop_assert!(tags(&header).count() <= header.len());
        }
    }
}
