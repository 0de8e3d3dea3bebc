//! What a stored body may consist of: elements, their attributes, and what an attribute's value may be.
//! The tidier writes nothing else, and the sanitiser, which has the last word, is built from the same table.

use std::borrow::Cow;

/// What an attribute's value must be to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// An address that a reader may follow: relative, http, https, mailto or tel.
    Link,
    /// An address that is loaded or referred to: relative, http or https.
    Resource,
    /// Comma-separated resources with descriptors, as in `srcset`.
    Candidates,
    /// A whole number that is not negative; `640px` becomes `640`.
    Number,
    /// A whole number.
    Signed,
    /// Present or not.
    Flag,
    /// Any text of at most 2,000 characters; what is longer is cut.
    Text,
    /// An anchor: letters, digits, `-`, `_`, `.`, `:`, beginning with a letter.
    Anchor,
    /// Letters, digits and `-_.:/=+`, at most 300: the ids that embed scripts look for.
    Token,
    /// Known classes, and `language-…` on code.
    Class,
    /// Link types that say something about the target.
    Rel,
    /// One of these.
    OneOf(&'static [&'static str]),
}

use Value::{Anchor, Candidates, Class, Flag, Link, Number, OneOf, Rel, Resource, Signed, Text, Token};

type Attributes = &'static [(&'static str, Value)];

const CELL: Attributes = &[("colspan", Number), ("rowspan", Number), ("scope", OneOf(&["row", "col", "rowgroup", "colgroup"]))];
const HEADING: Attributes = &[("id", Anchor)];
const PRELOAD: Value = OneOf(&["none", "metadata", "auto"]);

/// Attributes that any element may carry.
pub(super) const EVERYWHERE: Attributes = &[("dir", OneOf(&["ltr", "rtl", "auto"])), ("lang", Token)];

/// The elements of a stored body, each with its own attributes in the order in which they are written.
pub(super) const ELEMENTS: &[(&str, Attributes)] = &[
    ("a", &[("href", Link), ("hreflang", Token), ("title", Text), ("rel", Rel)]),
    ("abbr", &[("title", Text)]),
    ("aside", &[("class", Class)]),
    ("audio", &[("src", Resource), ("controls", Flag), ("loop", Flag), ("preload", PRELOAD)]),
    ("b", &[]),
    ("bdi", &[]),
    ("bdo", &[]),
    (
        "blockquote",
        &[
            ("class", Class),
            ("cite", Resource),
            ("data-instgrm-permalink", Resource),
            ("data-instgrm-version", Number),
            ("data-instgrm-captioned", Flag),
            ("data-video-id", Token),
            ("data-bluesky-uri", Token),
            ("data-bluesky-cid", Token),
            ("data-id", Token),
        ],
    ),
    ("br", &[]),
    ("caption", &[]),
    ("cite", &[]),
    ("code", &[("class", Class)]),
    ("dd", &[]),
    ("del", &[("cite", Resource), ("datetime", Token)]),
    ("details", &[("open", Flag)]),
    ("dfn", &[("title", Text)]),
    ("div", &[("class", Class), ("data-href", Resource), ("data-src", Token), ("data-width", Number)]),
    ("dl", &[]),
    ("dt", &[]),
    ("em", &[]),
    ("figcaption", &[]),
    ("figure", &[("class", Class)]),
    ("h2", HEADING),
    ("h3", HEADING),
    ("h4", HEADING),
    ("h5", HEADING),
    ("h6", HEADING),
    ("hr", &[]),
    ("i", &[]),
    (
        "iframe",
        &[
            ("src", Resource),
            ("title", Text),
            ("width", Number),
            ("height", Number),
            ("loading", OneOf(&["lazy", "eager"])),
            ("allowfullscreen", Flag),
        ],
    ),
    (
        "img",
        &[
            ("src", Resource),
            ("srcset", Candidates),
            ("sizes", Text),
            ("alt", Text),
            ("title", Text),
            ("width", Number),
            ("height", Number),
            ("loading", OneOf(&["lazy", "eager"])),
            ("data-media-id", Token),
        ],
    ),
    ("ins", &[("cite", Resource), ("datetime", Token)]),
    ("kbd", &[]),
    ("li", &[("id", Anchor)]),
    ("mark", &[]),
    ("ol", &[("start", Signed), ("reversed", Flag), ("type", OneOf(&["1", "a", "A", "i", "I"]))]),
    ("p", &[]),
    ("picture", &[]),
    ("pre", &[("class", Class)]),
    ("q", &[("cite", Resource)]),
    ("rp", &[]),
    ("rt", &[]),
    ("ruby", &[]),
    ("s", &[]),
    ("samp", &[]),
    ("small", &[]),
    (
        "source",
        &[
            ("src", Resource),
            ("srcset", Candidates),
            ("sizes", Text),
            ("media", Text),
            ("type", Text),
            ("width", Number),
            ("height", Number),
        ],
    ),
    ("strong", &[]),
    ("sub", &[]),
    ("summary", &[]),
    ("sup", &[("id", Anchor)]),
    ("table", &[]),
    ("tbody", &[]),
    ("td", CELL),
    ("tfoot", &[]),
    ("th", CELL),
    ("thead", &[]),
    ("time", &[("datetime", Token)]),
    ("tr", &[]),
    (
        "track",
        &[
            ("src", Resource),
            ("kind", OneOf(&["subtitles", "captions", "descriptions", "chapters", "metadata"])),
            ("srclang", Token),
            ("label", Text),
            ("default", Flag),
        ],
    ),
    ("u", &[]),
    ("ul", &[]),
    ("var", &[]),
    (
        "video",
        &[
            ("src", Resource),
            ("poster", Resource),
            ("controls", Flag),
            ("loop", Flag),
            ("muted", Flag),
            ("playsinline", Flag),
            ("preload", PRELOAD),
            ("width", Number),
            ("height", Number),
        ],
    ),
    ("wbr", &[]),
];

/// Classes that mean something to whoever shows a body: embeds by their scripts' names, and our own two.
pub(super) const CLASSES: &[&str] = &[
    "bluesky-embed",
    "fb-post",
    "fb-video",
    "flourish-embed",
    "gallery",
    "imgur-embed-pub",
    "instagram-media",
    "mastodon-embed",
    "pullquote",
    "reddit-embed-bq",
    "tiktok-embed",
    "twitter-tweet",
    "twitter-video",
];

/// The attributes of an element, or `None` when a body may not hold it.
pub(super) fn attributes(element: &str) -> Option<Attributes> {
    ELEMENTS.binary_search_by(|(name, _)| (*name).cmp(element)).ok().map(|place| ELEMENTS[place].1)
}

/// The value as it may be written, or `None` when it may not.
pub(super) fn value<'v>(kind: Value, raw: &'v str) -> Option<Cow<'v, str>> {
    match kind {
        Link => address(raw, &["http", "https", "mailto", "tel"]),
        Resource => address(raw, &["http", "https"]),
        Candidates => candidates(raw).map(Cow::Owned),
        Number => digits(raw.trim()).filter(|number| !number.starts_with('-')).map(Cow::Borrowed),
        Signed => digits(raw.trim()).map(Cow::Borrowed),
        Flag => Some(Cow::Borrowed("")),
        Text => Some(match raw.char_indices().nth(2_000) {
            Some((end, _)) => tidied(&raw[..end]),
            None => tidied(raw),
        }),
        Anchor => is_anchor(raw).then_some(Cow::Borrowed(raw)),
        Token => {
            let fits = |c: char| c.is_ascii_alphanumeric() || "-_.:/=+ ".contains(c);
            let raw = raw.trim();
            (!raw.is_empty() && raw.len() <= 300 && raw.chars().all(fits)).then_some(Cow::Borrowed(raw))
        }
        Class => chosen(raw, |word| CLASSES.contains(&word) || word.strip_prefix("language-").is_some_and(is_language)),
        Rel => chosen(raw, |word| matches!(word, "author" | "external" | "license" | "me" | "nofollow" | "sponsored" | "tag" | "ugc")),
        OneOf(choices) => {
            let raw = raw.trim();
            choices
                .iter()
                .find(|&&choice| choice == raw || choice.len() > 1 && choice.eq_ignore_ascii_case(raw))
                .map(|&choice| Cow::Borrowed(choice))
        }
    }
}

/// Whether a character may stand in a body: every one but the controls (except tab and line breaks),
/// the byte order mark, and the noncharacters that XML forbids too.
pub(super) fn is_text(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' => true,
        '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}' => false,
        _ => !c.is_control(),
    }
}

/// A quick look that tells most texts: every character of it [`is_text`], and it holds neither `\r` nor a no-break space. A no
/// says nothing.
pub(super) fn is_plain(text: &str) -> bool {
    // 0xC2 begins U+0080 to U+00BF, 0xEF U+F000 to U+FFFF.
    text.bytes().all(|byte| (byte >= b' ' || byte == b'\n' || byte == b'\t') && !matches!(byte, 0x7F | 0xC2 | 0xEF))
}

/// One line without controls.
fn tidied(raw: &str) -> Cow<'_, str> {
    let is_tidy = |c: char| is_text(c) && !matches!(c, '\t' | '\n' | '\r');
    if raw.chars().all(is_tidy) && !raw.starts_with(' ') && !raw.ends_with(' ') {
        return Cow::Borrowed(raw);
    }
    let visible: String = raw.chars().filter(|&c| is_text(c)).collect();
    Cow::Owned(visible.split(['\t', '\n', '\r', ' ']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "))
}

/// An address without the whitespace and controls that browsers ignore, if its scheme is one of these
/// or it has none.
pub(super) fn address<'v>(raw: &'v str, schemes: &[&str]) -> Option<Cow<'v, str>> {
    let trimmed = raw.trim_matches(|c: char| c <= ' ' || !is_text(c));
    let clean = if trimmed.chars().all(|c| is_text(c) && c > ' ') {
        Cow::Borrowed(trimmed)
    } else {
        // Browsers drop tabs and line breaks *inside* an address before they look for its scheme.
        let kept = trimmed.chars().filter(|&c| is_text(c) && !matches!(c, '\t' | '\n' | '\r'));
        Cow::Owned(kept.collect::<String>().replace(' ', "%20"))
    };
    if clean.is_empty() || clean.len() > 8_192 {
        return None;
    }
    let head = clean.find(['/', '?', '#']).map_or(&*clean, |end| &clean[..end]);
    if let Some(end) = head.find(':') {
        let scheme = &head[..end];
        if !schemes.iter().any(|known| known.eq_ignore_ascii_case(scheme)) {
            return None;
        }
        // The sanitiser drops what is no URL at all, and it is asked here too, lest a link be written
        // that does not survive it.
        url::Url::parse(&clean).ok()?;
    }
    Some(clean)
}

/// The addresses and descriptors of a `srcset` that may stay.
fn candidates(raw: &str) -> Option<String> {
    let mut kept = Vec::new();
    let mut rest = raw;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        if rest.is_empty() {
            break;
        }
        // A comma inside an address belongs to it; one at its end parts the candidates.
        let end = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
        let word = &rest[..end];
        rest = &rest[end..];
        let mut descriptor = "";
        if !word.ends_with(',') {
            let end = rest.find(',').unwrap_or(rest.len());
            descriptor = rest[..end].trim();
            rest = &rest[end..];
        }
        let is_descriptor = descriptor.is_empty()
            || descriptor.strip_suffix(['w', 'x']).is_some_and(|number| number.parse::<f32>().is_ok_and(|n| n > 0.0 && n.is_finite()));
        if is_descriptor && let Some(address) = address(word.trim_end_matches(','), &["http", "https"]) {
            kept.push(if descriptor.is_empty() { address.into_owned() } else { format!("{address} {descriptor}") });
        }
    }
    (!kept.is_empty()).then(|| kept.join(", "))
}

fn digits(raw: &str) -> Option<&str> {
    let number = raw.strip_suffix("px").unwrap_or(raw);
    let plain = number.strip_prefix('-').unwrap_or(number);
    ((1..=9).contains(&plain.len()) && plain.bytes().all(|byte| byte.is_ascii_digit())).then_some(number)
}

fn is_anchor(raw: &str) -> bool {
    raw.len() <= 200 && raw.starts_with(|c: char| c.is_alphabetic()) && raw.chars().all(|c| c.is_alphanumeric() || "-_.:".contains(c))
}

fn is_language(name: &str) -> bool {
    (1..=40).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+#-_.".contains(&byte))
}

/// The words of a space-separated list that may stay.
fn chosen(raw: &str, is_wanted: impl Fn(&str) -> bool) -> Option<Cow<'_, str>> {
    let mut words: Vec<&str> = Vec::new();
    for word in raw.split_ascii_whitespace() {
        if is_wanted(word) && !words.contains(&word) {
            words.push(word);
        }
    }
    (!words.is_empty()).then(|| Cow::Owned(words.join(" ")))
}
