//! Shortcodes (`[gallery ids="1,2"]`): those that show content become HTML, the others are removed and counted.
//!
//! WordPress knows which names its plugins registered; a file does not say. Words in brackets are common in news
//! (`[sic]`, `[1]`, `[Update]`), so that what is removed must look like a shortcode: a name in small letters that is
//! known here, or is one of a known plugin (`vc_row`), or has a closing tag, or attributes `name="…"`, or ends in `/]`, or has an
//! underscore or hyphen in it and a paragraph of its own. Everything else stays text. Names are never looked for inside tags,
//! comments, `<pre>`, `<code>`, `<script>` and the like; a doubled `[[gallery]]` is text, as in WordPress.

use std::collections::{BTreeMap, HashSet};

use super::library::Library;
use super::markup::{element_end, tag_end, tag_name};
use super::shortcode_html as html;

/// What was met in bodies and could not be taken over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Shortcodes removed, by name.
    pub shortcodes: BTreeMap<String, u64>,
    /// Blocks that only WordPress can fill, by name.
    pub blocks: BTreeMap<String, u64>,
    /// Attachments that galleries and players ask for and the file does not hold.
    pub missing_attachments: u64,
}

/// One tag: `[name …]`, `[name … /]` or `[/name]`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tag<'t> {
    pub name: &'t str,
    /// What stands between the name and the bracket.
    pub rest: &'t str,
    pub is_closing: bool,
    pub is_self_closing: bool,
    /// Bytes of the whole tag.
    pub length: usize,
}

/// Where a shortcode is met.
pub(super) struct Scene<'s> {
    pub library: &'s Library,
    /// The id of the post.
    pub post: u64,
    pub findings: &'s mut Findings,
}

/// How deep shortcodes may stand in each other.
const DEEPEST: usize = 16;

/// Names that show content here.
const SHOWN: &[&str] = &[
    "audio",
    "blockquote",
    "button",
    "caption",
    "code",
    "dailymotion",
    "efn_note",
    "embed",
    "facebook",
    "flickr",
    "fn",
    "footnote",
    "gallery",
    "gist",
    "googlemaps",
    "instagram",
    "mfn",
    "playlist",
    "pullquote",
    "quote",
    "ref",
    "soundcloud",
    "sourcecode",
    "spotify",
    "ted",
    "tiktok",
    "tweet",
    "twitter",
    "video",
    "vimeo",
    "wp_caption",
    "wpvideo",
    "youtube",
];

/// Of those, the ones that mean nothing without attributes or content, so that the bare word in brackets is a word.
const NEEDS_MORE: &[&str] = &[
    "audio",
    "blockquote",
    "button",
    "caption",
    "code",
    "dailymotion",
    "embed",
    "facebook",
    "flickr",
    "fn",
    "footnote",
    "gist",
    "googlemaps",
    "instagram",
    "quote",
    "pullquote",
    "ref",
    "soundcloud",
    "sourcecode",
    "spotify",
    "ted",
    "tiktok",
    "tweet",
    "twitter",
    "video",
    "vimeo",
    "wp_caption",
    "wpvideo",
    "youtube",
];

/// Names of plugins that are often written bare.
const PLUGINS: &[&str] = &[
    "ad",
    "adrotate",
    "adsense",
    "advertisement",
    "archives",
    "contact-form",
    "contact-form-7",
    "mailpoet_form",
    "mc4wp_form",
    "newsletter",
    "ninja_form",
    "poll",
    "products",
    "rev_slider",
    "searchform",
    "share",
    "shareaholic",
    "sitemap",
    "subscribe",
    "tableofcontents",
    "toc",
    "wpforms",
    "yop_poll",
];

/// How the names of page builders begin.
const BUILDERS: &[&str] = &[
    "av_",
    "cs_",
    "dt_",
    "et_",
    "fl_",
    "fusion_",
    "mk_",
    "nectar_",
    "su_",
    "td_",
    "tdb_",
    "tdc_",
    "tve_",
    "us_",
    "vc_",
    "woocommerce_",
    "wpb_",
    "x_",
];

/// Expands the shortcodes of a body.
pub(super) fn expand(text: &str, scene: &mut Scene<'_>) -> String {
    expand_to(text, scene, 0)
}

pub(super) fn expand_to(text: &str, scene: &mut Scene<'_>, depth: usize) -> String {
    if !text.contains('[') {
        return text.to_owned();
    }
    let closed = closed_names(text);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(found) = text[at..].find(['[', '<']) {
        let here = at + found;
        out.push_str(&text[at..here]);
        let rest = &text[here..];
        if rest.starts_with('<') {
            at = passed_over(text, here);
            out.push_str(&text[here..at]);
            continue;
        }
        // `[[gallery]]` is how one writes about shortcodes.
        if let Some(tag) = rest.strip_prefix('[').filter(|rest| rest.starts_with('[')).and_then(parse_tag)
            && rest[1 + tag.length..].starts_with(']')
            && is_shortcode(&tag, &closed, false)
        {
            out.push_str(&rest[1..=tag.length]);
            at = here + tag.length + 2;
            continue;
        }
        let is_alone = || is_alone(text, here, rest);
        let Some(tag) = parse_tag(rest).filter(|tag| is_shortcode(tag, &closed, is_alone())) else {
            out.push('[');
            at = here + 1;
            continue;
        };
        at = here + tag.length;
        if tag.is_closing {
            // Its opening was counted, or never was.
            continue;
        }
        let is_source_code = html::is_source_code(tag.name) && !tag.is_self_closing && closed.contains(tag.name);
        if !is_source_code && (!SHOWN.contains(&tag.name) || depth >= DEEPEST) {
            *scene.findings.shortcodes.entry(tag.name.to_owned()).or_default() += 1;
            continue;
        }
        let mut content = None;
        if !tag.is_self_closing
            && closed.contains(tag.name)
            && let Some((inner, length)) = content_of(&text[at..], tag.name)
        {
            content = Some(inner);
            at += length;
        }
        html::show(&mut out, &tag, content, scene, depth);
    }
    out.push_str(&text[at..]);
    out
}

/// The text up to the closing tag of `name`, and the length with that tag.
fn content_of<'t>(text: &'t str, name: &str) -> Option<(&'t str, usize)> {
    let mut at = 0;
    while let Some(found) = text[at..].find("[/") {
        let here = at + found;
        if let Some(tag) = parse_tag(&text[here..]).filter(|tag| tag.is_closing && tag.name == name) {
            return Some((&text[..here], here + tag.length));
        }
        at = here + 2;
    }
    None
}

/// Names with a closing tag in the text.
fn closed_names(text: &str) -> HashSet<&str> {
    text.match_indices("[/").filter_map(|(at, _)| parse_tag(&text[at..])).map(|tag| tag.name).collect()
}

/// Past the tag, comment or verbatim element at a `<`, or past the `<` itself.
fn passed_over(text: &str, here: usize) -> usize {
    let Some(end) = tag_end(text, here) else { return here + 1 };
    let tag = &text[here..end];
    let name = tag_name(tag);
    if !tag.starts_with("</")
        && !tag.ends_with("/>")
        && matches!(name.as_str(), "pre" | "code" | "script" | "style" | "textarea" | "svg" | "math")
    {
        return element_end(text, end, &name);
    }
    end
}

/// The tag at the beginning of `text`.
pub(super) fn parse_tag(text: &str) -> Option<Tag<'_>> {
    let inner = text.strip_prefix('[')?;
    let is_closing = inner.starts_with('/');
    let inner = inner.strip_prefix('/').unwrap_or(inner);
    let length = inner.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')).count();
    let (name, after) = inner.split_at(length);
    // Registered names are small letters by custom, and words of a text begin with a capital after a full stop.
    if !name.starts_with(|first: char| first.is_ascii_lowercase()) || name.len() > 60 || name.bytes().any(|byte| byte.is_ascii_uppercase())
    {
        return None;
    }
    if !after.starts_with(|next: char| next.is_whitespace() || matches!(next, ']' | '/' | '=' | '\u{a0}')) {
        return None;
    }
    let end = after.bytes().take(32 * 1024).position(|byte| byte == b']')?;
    let rest = &after[..end];
    if rest.contains('[') {
        return None;
    }
    let is_self_closing = rest.trim_end().ends_with('/') && !rest.starts_with('=');
    let total = text.len() - inner.len() + length + end + 1;
    let rest = if is_self_closing { rest.trim_end().trim_end_matches('/') } else { rest };
    Some(Tag { name, rest, is_closing, is_self_closing, length: total })
}

fn is_shortcode(tag: &Tag<'_>, closed: &HashSet<&str>, is_alone: bool) -> bool {
    let is_closed = closed.contains(tag.name);
    if tag.is_closing {
        // A closing tag of a word that is nowhere opened is still one: nobody writes `[/word]` in prose.
        return tag.rest.trim().is_empty();
    }
    if SHOWN.contains(&tag.name) {
        return !NEEDS_MORE.contains(&tag.name) || is_closed || (!tag.rest.trim().is_empty() && (!Attributes::parse(tag.rest).is_prose()));
    }
    is_closed
        || tag.is_self_closing
        || PLUGINS.contains(&tag.name) && (tag.rest.trim().is_empty() || has_pair(tag.rest))
        || BUILDERS.iter().any(|prefix| tag.name.starts_with(prefix))
        || has_pair(tag.rest)
        || is_alone && tag.name.contains(['_', '-']) && tag.rest.trim().is_empty()
}

/// Whether it has a paragraph (or a line) to itself.
fn is_alone(text: &str, here: usize, rest: &str) -> bool {
    let before = text[..here].trim_end_matches([' ', '\t', '\u{a0}']);
    let after = rest.find(']').map_or("", |end| &rest[end + 1..]).trim_start_matches([' ', '\t', '\u{a0}']);
    (before.is_empty() || before.ends_with(['\n', '>'])) && (after.is_empty() || after.starts_with(['\n', '<']))
}

/// Whether there are attributes `name="…"` and little else: a sentence in brackets may hold a link.
fn has_pair(rest: &str) -> bool {
    let attributes = Attributes::parse(rest);
    let named = attributes.named.iter().filter(|(name, _)| !name.is_empty()).count();
    named > 0 && attributes.positional.len() <= named && !rest.contains(['<', '>'])
}

/// The attributes of a tag, decoded.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Attributes {
    pub named: Vec<(String, String)>,
    pub positional: Vec<String>,
}

impl Attributes {
    /// Reads `a="1" b='2' c=3 "4" 5`; typographic quotes, which editors paste, count as quotes.
    pub fn parse(text: &str) -> Self {
        let straight: String = text
            .replace("&quot;", "\"")
            .replace("&#34;", "\"")
            .replace("&#8220;", "\"")
            .replace("&#8221;", "\"")
            .replace("&#8243;", "\"")
            .chars()
            .map(|character| {
                if matches!(character, '“' | '”' | '″' | '„') {
                    '"'
                } else if character == '\u{a0}' {
                    ' '
                } else {
                    character
                }
            })
            .collect();
        let mut attributes = Self::default();
        let mut rest = straight.trim();
        // `[youtube=https://…]`
        if let Some(value) = rest.strip_prefix('=') {
            let (value, after) = take_value(value.trim_start());
            attributes.positional.push(value);
            rest = after.trim_start();
        }
        while !rest.is_empty() {
            let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')).count();
            if length > 0
                && let Some(value) = rest[length..].trim_start().strip_prefix('=')
            {
                let name = rest[..length].to_ascii_lowercase();
                let (value, after) = take_value(value.trim_start());
                attributes.named.push((name, value));
                rest = after.trim_start();
            } else {
                let (value, after) = take_value(rest);
                attributes.positional.push(value);
                rest = after.trim_start();
            }
        }
        attributes
    }

    /// An attribute that says something.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.named.iter().find(|(key, value)| key == name && !value.trim().is_empty()).map(|(_, value)| value.trim())
    }

    /// `[video of the day]`: several words, and no more.
    fn is_prose(&self) -> bool {
        self.named.is_empty()
            && !self.positional.iter().any(|value| value.contains(['/', ':', '.', '_']) || value.bytes().any(|byte| byte.is_ascii_digit()))
    }
}

/// A quoted or bare value at the beginning, and what follows it.
fn take_value(text: &str) -> (String, &str) {
    if let Some(quote) = text.chars().next().filter(|quote| matches!(quote, '"' | '\''))
        && let Some(length) = text[1..].find(quote)
    {
        return (unescaped(&text[1..=length]), &text[length + 2..]);
    }
    let length = text.find(char::is_whitespace).unwrap_or(text.len()).max(text.chars().next().map_or(0, char::len_utf8));
    (unescaped(text[..length].trim_matches(['"', '\''])), &text[length..])
}

/// The entities that editors write into attributes.
fn unescaped(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#039;", "'")
        .replace("&#39;", "'")
        .replace("&#038;", "&")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::super::library::Attachment;
    use super::*;

    fn expanded(text: &str) -> (String, Findings) {
        let mut library = Library::default();
        for id in [50, 51, 52] {
            library.add(Attachment {
                id,
                parent: 7,
                url: format!("https://gazette.example/{id}.jpg"),
                alt: format!("Alt {id}"),
                caption: if id == 51 { String::new() } else { format!("Caption <{id}>") },
                width: Some(1600),
                height: Some(900),
                ..Attachment::default()
            });
        }
        let mut findings = Findings::default();
        let html = expand(text, &mut Scene { library: &library, post: 7, findings: &mut findings });
        (html.split_whitespace().collect::<Vec<_>>().join(" "), findings)
    }

    #[test]
    fn words_in_brackets_survive() {
        for text in [
            "as shown [1] and [2, 3]",
            "he said [sic] that [the minister] would",
            "[Update] and [update: later] and [VIDEO]",
            "[video] Storm hits port",
            "[video of the day] Storm",
            "a[i] = b[j]",
            "[link](https://a.example)",
            "[…] and [...]",
            "the field [user_id] of the table",
            "thanks to him [and the one who wrote <a href=\"https://a.example\">this</a>]",
            "he [the minister, speed=fast, was asked] left",
            "<a href=\"/x[vc_row]\">y</a>",
            "<pre>[gallery]</pre><code>[vc_row a=\"1\"]</code>",
            "<!-- [gallery] -->",
            "[",
            "[]",
            "[[double]]",
            "[unclosed",
        ] {
            assert_eq!(expanded(text), (text.to_owned(), Findings::default()), "{text}");
        }
    }

    #[test]
    fn unknown_shortcodes_go_their_content_stays_and_they_are_counted() {
        let (html, findings) =
            expanded("a [vc_row][vc_column width=\"1/2\"]b[/vc_column][/vc_row] c [foo bar=\"1\"] d [toc] [x-form /] [b]bold[/b]");
        assert_eq!(html, "a b c d bold");
        let counted: Vec<(&str, u64)> = findings.shortcodes.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        assert_eq!(counted, [("b", 1), ("foo", 1), ("toc", 1), ("vc_column", 1), ("vc_row", 1), ("x-form", 1)]);
        assert_eq!(expanded("one\n[recent_posts]\ntwo").1.shortcodes.len(), 1);
        assert_eq!(expanded("<p>[recent_posts]</p>").0, "<p></p>");
    }

    #[test]
    fn a_doubled_shortcode_is_text() {
        assert_eq!(expanded("write [[gallery ids=\"1\"]] here").0, "write [gallery ids=\"1\"] here");
    }

    #[test]
    fn captions_of_both_forms_become_figures() {
        let new =
            "[caption id=\"attachment_50\" width=\"300\"]<a href=\"/q\"><img src=\"q.jpg\" /></a> The <em>quay</em>\nat dawn. [/caption]";
        assert_eq!(
            expanded(new).0,
            "<figure><a href=\"/q\"><img src=\"q.jpg\" /></a><figcaption>The <em>quay</em> at dawn.</figcaption></figure>"
        );
        let old = "[wp_caption width='300' caption='The &lt;em&gt;quay&lt;/em&gt;']<img src=\"q.jpg\" />[/wp_caption]";
        assert_eq!(expanded(old).0, "<figure><img src=\"q.jpg\" /><figcaption>The <em>quay</em></figcaption></figure>");
        assert_eq!(expanded("[caption]<img src=\"q.jpg\">[/caption]").0, "<figure><img src=\"q.jpg\"></figure>");
        assert_eq!(expanded("[caption width=\"1\"]no picture[/caption]").0, "no picture");
    }

    #[test]
    fn a_gallery_shows_its_pictures_in_order() {
        let (html, findings) = expanded("[gallery ids=\"51,50,99\"]");
        assert!(html.starts_with("<figure class=\"gallery\"><figure><img src=\"https://gazette.example/51.jpg\" alt=\"Alt 51\""), "{html}");
        assert!(html.contains("<figcaption>Caption &lt;50&gt;</figcaption>"), "{html}");
        assert_eq!(findings.missing_attachments, 1);
        assert_eq!(expanded("[gallery]").0.matches("<img").count(), 3, "all that were uploaded to the post");
        assert_eq!(expanded("[gallery exclude=\"50\"]").0.matches("<img").count(), 2);
    }

    #[test]
    fn embeds_in_all_their_spellings() {
        for text in [
            "[embed width=\"100\"]https://youtu.be/abc[/embed]",
            "[youtube https://www.youtube.com/watch?v=abc&amp;w=500]",
            "[youtube=http://www.youtube.com/watch?v=abc]",
            "[youtube id=\"abc\"]",
            "[youtube]abc[/youtube]",
        ] {
            let (html, findings) = expanded(text);
            assert!(html.contains("src=\"https://www.youtube.com/embed/abc\""), "{text}: {html}");
            assert_eq!(findings, Findings::default());
        }
        assert!(expanded("[vimeo 123]").0.contains("https://player.vimeo.com/video/123"));
        assert!(expanded("[tweet 123]").0.contains("twitter-tweet"));
        assert!(expanded("[embed]https://example.org/x[/embed]").0.contains("<a href=\"https://example.org/x\">"));
        assert!(expanded("[audio mp3=\"https://a.example/s.mp3\"][/audio]").0.contains("<audio src=\"https://a.example/s.mp3\" controls>"));
        assert!(expanded("[video src=\"https://a.example/s.mp4\" poster=\"https://a.example/p.jpg\"]").0.contains("poster="));
    }

    #[test]
    fn code_keeps_its_brackets() {
        let (html, findings) = expanded("[sourcecode language=\"php\"]if ($a[0] < 1) { [gallery] }[/sourcecode]");
        assert_eq!(html, "<pre><code class=\"language-php\">if ($a[0] &lt; 1) { [gallery] }</code></pre>");
        assert_eq!(findings, Findings::default());
    }

    #[test]
    fn attributes_are_read_in_all_their_forms() {
        let attributes = Attributes::parse(r#" a="1 x" B='2' c=3 "4 5" 6 d=“7” e=&quot;8&quot; f="#);
        let named: Vec<(&str, &str)> = attributes.named.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(named, [("a", "1 x"), ("b", "2"), ("c", "3"), ("d", "7"), ("e", "8"), ("f", "")]);
        assert_eq!(attributes.positional, ["4 5", "6"]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_expanded_in_peace(text in "(\\[|\\]|/|caption|gallery|embed| ids=\"50\"|<img>|<|>|\"|=|é|\n|x|\\[/caption\\]|<pre>|<!--){0,40}") {
            let _ = expanded(&text);
        }

        #[test]
        fn text_without_brackets_is_untouched(text in "[^\\[]{0,80}") {
            let library = Library::default();
            let mut findings = Findings::default();
            proptest::prop_assert_eq!(expand(&text, &mut Scene { library: &library, post: 0, findings: &mut findings }), text);
        }
    }
}
