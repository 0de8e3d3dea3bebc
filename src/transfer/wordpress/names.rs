//! Slugs and addresses as WordPress writes them, made into ours.

use percent_encoding::percent_decode_str;
use url::Url;

use crate::domain::slug::{Slug, slugify};

/// A slug of the file: percent-decoded, in small letters; what is none of ours is made one. None when nothing is left.
///
/// WordPress cuts long slugs at 200 bytes, in the middle of a letter if need be.
pub(super) fn slug(text: &str) -> Option<Slug> {
    let decoded = decoded(text.trim());
    let decoded = decoded.trim_matches('-');
    if decoded.is_empty() {
        return None;
    }
    let small = decoded.to_lowercase();
    Slug::parse(&small).ok().or_else(|| slugify(&small))
}

/// Percent-decoded; a letter that is cut at the end goes.
pub(super) fn decoded(text: &str) -> String {
    // A last `%` or `%d` is what is left of an escape.
    let text = match text.rfind('%') {
        Some(at) if at + 3 > text.len() => &text[..at],
        _ => text,
    };
    let bytes: Vec<u8> = percent_decode_str(text).collect();
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(fault) => {
            let valid = fault.utf8_error().valid_up_to();
            // In the middle it is no encoding at all: leave it as it stands.
            if fault.utf8_error().error_len().is_some() {
                text.to_owned()
            } else {
                String::from_utf8_lossy(&fault.as_bytes()[..valid]).into_owned()
            }
        }
    }
}

/// The path of an address of the old site, decoded and without a slash at its end; with `?p=ID` where that is the address.
/// None for the front page and for what is no web address.
pub(super) fn legacy_path(link: &str) -> Option<String> {
    let url = Url::parse(link.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let path = decoded(url.path());
    let path = format!("/{}", path.trim_matches('/'));
    let path = path.trim_end_matches('/');
    let number = url.query_pairs().find(|(key, value)| {
        matches!(&**key, "p" | "page_id" | "attachment_id") && !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit())
    });
    if path.contains('\0') {
        return None;
    }
    match number {
        Some((key, value)) => Some(numbered(path, &key, &value)),
        None if path.is_empty() || path == "/index.php" => None,
        None => Some(path.to_owned()),
    }
}

/// The address by number, as it is looked up: `/?p=12`, `/blog?p=12`.
pub(super) fn numbered(base: &str, key: &str, number: &str) -> String {
    let base = if base.is_empty() { "/" } else { base };
    format!("{base}?{key}={number}")
}

/// A web address, tidied; None for anything else.
pub(super) fn address(text: &str) -> Option<String> {
    let text = text.trim();
    let text = if text.starts_with("//") { format!("https:{text}") } else { text.to_owned() };
    Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some()).map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_keep_their_script() {
        for (given, expected) in [
            ("port-reopens", "port-reopens"),
            ("%d1%88%d1%82%d0%be%d1%80%d0%bc", "шторм"),
            ("caf%C3%A9", "café"),
            ("Upper-Case", "upper-case"),
            ("%d1%88%d1%82%d0", "шт"),
            ("%d1%88%d1%8", "ш"),
            ("a.b c!", "a-b-c"),
        ] {
            assert_eq!(slug(given).as_ref().map(Slug::as_str), Some(expected), "{given}");
        }
        assert_eq!(slug(""), None);
        assert_eq!(slug("---"), None);
    }

    #[test]
    fn links_become_paths() {
        for (link, path) in [
            ("https://gazette.example/2024/04/port-reopens/", Some("/2024/04/port-reopens")),
            ("http://gazette.example/blog/%d1%88%d1%82", Some("/blog/шт")),
            ("https://gazette.example/?p=102", Some("/?p=102")),
            ("https://gazette.example/blog/?page_id=3&preview=true", Some("/blog?page_id=3")),
            ("https://gazette.example/a?utm=x#y", Some("/a")),
            ("https://gazette.example/", None),
            ("https://gazette.example", None),
            ("ftp://gazette.example/a", None),
            ("/a", None),
            ("", None),
        ] {
            assert_eq!(legacy_path(link).as_deref(), path, "{link}");
        }
    }
}
