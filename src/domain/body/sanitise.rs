//! Any HTML → HTML that may be stored and shown.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::allow::{self, ELEMENTS, EVERYWHERE};
use super::dom::{Data, ROOT};
use super::escape::push_text;
use super::parse::parse;
use super::tidy::tidy;

/// The gate: whatever the tidier wrote, nothing passes that is not in the table.
static GATE: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let tags: HashSet<&str> = ELEMENTS.iter().map(|(name, _)| *name).collect();
    let attributes: HashMap<&str, HashSet<&str>> =
        ELEMENTS.iter().map(|(name, own)| (*name, own.iter().map(|(attribute, _)| *attribute).collect())).collect();
    let mut gate = ammonia::Builder::empty();
    gate.tags(tags)
        .tag_attributes(attributes)
        .generic_attributes(EVERYWHERE.iter().map(|(attribute, _)| *attribute).collect())
        .clean_content_tags(HashSet::from(["script", "style", "svg", "math", "template"]))
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .link_rel(None)
        .strip_comments(true)
        .attribute_filter(|element, attribute, value| {
            let own = allow::attributes(element)?;
            let (_, kind) = own.iter().chain(EVERYWHERE).find(|(name, _)| *name == attribute)?;
            allow::value(*kind, value)
        });
    gate
});

/// How often a body may change under cleaning before its markup is given up.
const MAX_ROUNDS: usize = 4;

/// Cleans an HTML fragment, so that it may be stored and handed to any reader.
///
/// Kept: paragraphs, headings (`h1` becomes `h2`), links, inline markup, lists, quotes, figures, pictures,
/// tables, code, audio and video, `details`, frames of known providers over https, and the placeholders of known
/// script embeds. A frame of anybody else becomes a link to its address. Removed: scripts, styles, event
/// handlers, forms, SVG, `MathML`, comments, `data:` images, links of any scheme but http, https,
/// mailto and tel. Wrappers without meaning (`div`, `span`) lose their tags; the text stays.
///
/// `target` is dropped, since whether a link opens a tab is the front end's choice, and so `rel` keeps only what it
/// says about the target (`nofollow`, `sponsored`, `ugc`…), never `noopener`.
///
/// The result is in one canonical form, a line for each outermost block, and idempotent: `sanitise(sanitise(x)) ==
/// sanitise(x)`.
pub fn sanitise(html: &str) -> String {
    let mut clean = tidy(&parse(html));
    for _ in 0..MAX_ROUNDS {
        clean = GATE.clean(&in_pieces(&clean)).to_string();
        let again = tidy(&parse(&clean));
        if again == clean {
            return clean;
        }
        clean = again;
    }
    // No input is known that gets here. Markup that means something else at each reading is not worth keeping.
    plain(html)
}

/// Parts very long texts by empty comments, which the gate removes. Its serialiser looks from each `&` to the
/// text's end, so that a text of a megabyte would take it minutes.
fn in_pieces(html: &str) -> Cow<'_, str> {
    const LONGEST: usize = 4_096;
    if html.len() <= LONGEST {
        return Cow::Borrowed(html);
    }
    let mut out = String::with_capacity(html.len() + html.len() / 256);
    let (mut copied, mut text_from) = (0, 0);
    let (mut is_in_tag, mut is_in_reference) = (false, false);
    for (at, c) in html.char_indices() {
        match c {
            '<' => is_in_tag = true,
            '>' => (is_in_tag, text_from) = (false, at),
            '&' => is_in_reference = true,
            ';' => is_in_reference = false,
            _ => {}
        }
        if !is_in_tag && !is_in_reference && at - text_from > LONGEST {
            let end = at + c.len_utf8();
            out.push_str(&html[copied..end]);
            out.push_str("<!---->");
            (copied, text_from) = (end, end);
        }
    }
    out.push_str(&html[copied..]);
    Cow::Owned(out)
}

/// The text alone, as one paragraph a text node.
fn plain(html: &str) -> String {
    let dom = parse(html);
    let mut out = String::new();
    for node in dom.descendants(ROOT) {
        if let Data::Text(text) = dom.data(node) {
            let words: Vec<&str> = text.split_whitespace().collect();
            if !words.is_empty() {
                out.push_str(if out.is_empty() { "<p>" } else { "\n<p>" });
                push_text(&mut out, &words.join(" "));
                out.push_str("</p>");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::sanitise;

    fn check(given: &str, expected: &str) {
        let clean = sanitise(given);
        assert_eq!(clean, expected, "\n from {given}");
        assert_eq!(sanitise(&clean), clean, "not idempotent for {given}");
    }

    #[test]
    fn what_a_news_body_needs_is_kept() {
        for body in [
            r#"<p>Ferries <em>ran</em> <strong>again</strong> on <a href="https://example.org/a?b=1&amp;c=2" title="Port">Tuesday</a>.</p>"#,
            r#"<h2 id="winds">Winds</h2>"#,
            r#"<p>a<br>b<sub>2</sub><sup>3</sup> <del datetime="2026-01-01">x</del><ins>y</ins> <mark>z</mark></p>"#,
            r#"<ol start="3"><li>one</li><li>two<ul><li>in</li></ul></li></ol>"#,
            r#"<blockquote cite="https://example.org/"><p>said</p></blockquote>"#,
            r#"<figure><picture><source srcset="/a.webp 1x, /b.webp 2x" type="image/webp"><img src="/a.jpg" srcset="/a.jpg 640w, /b.jpg 1280w" sizes="100vw" alt="A pier" width="640" height="360" loading="lazy" data-media-id="0197"></picture><figcaption>The pier. <small>M. Aydin</small></figcaption></figure>"#,
            r#"<table><caption>Sailings</caption><thead><tr><th scope="col">Day</th><th scope="col">Trips</th></tr></thead><tbody><tr><td colspan="2">none</td></tr></tbody></table>"#,
            r#"<pre><code class="language-rust">fn main() {
    let x = 1 &lt; 2;
}</code></pre>"#,
            r#"<hr>"#,
            r#"<details><summary>More</summary><p>text</p></details>"#,
            r#"<video src="/a.mp4" poster="/a.jpg" controls=""><track src="/a.vtt" kind="captions" srclang="en"></video>"#,
            r#"<audio controls=""><source src="https://example.org/a.mp3" type="audio/mpeg"></audio>"#,
            r#"<iframe src="https://www.youtube.com/embed/abc" title="Storm" width="560" height="315" allowfullscreen=""></iframe>"#,
            r#"<blockquote class="twitter-tweet"><p dir="ltr" lang="en">Wind is up</p><p>— A (@a) <a href="https://twitter.com/a/status/1">1 March</a></p></blockquote>"#,
            r#"<dl><dt>Knot</dt><dd>1.852 km/h</dd></dl>"#,
            r#"<aside class="pullquote"><p>Never again</p></aside>"#,
            "<p>one</p>\n<p>two</p>",
        ] {
            check(body, body);
        }
    }

    #[test]
    fn active_content_is_removed() {
        check("<p onclick=alert(1)>a<script>alert(1)</script>b</p>", "<p>ab</p>");
        check("<a href=\"java\nscript:alert(1)\">x</a>", "<p>x</p>");
        check("<a href=' &#1; javascript:alert(1)'>x</a>", "<p>x</p>");
        check("<img src=data:image/png;base64,AAAA>text", "<p>text</p>");
        check("<form action=/x><input name=a>Name <button>Go</button></form>", "<p>Name</p>\n<p>Go</p>");
        check("<svg><script>alert(1)</script><text>x</text></svg><p>a</p>", "<p>a</p>");
        check("<p style='x:expression(1)'>a</p><style>p{}</style><!-- c -->", "<p>a</p>");
    }

    #[test]
    fn a_strange_frame_becomes_a_link() {
        check(
            "<p>See</p><iframe src='https://example.org/widget?a=1&b=2'></iframe>",
            "<p>See</p>\n<p><a href=\"https://example.org/widget?a=1&amp;b=2\">https://example.org/widget?a=1&amp;b=2</a></p>",
        );
        check("<iframe srcdoc='<p>x'></iframe>", "");
        check("<iframe src='javascript:alert(1)'></iframe>", "");
    }

    #[test]
    fn structure_is_made_sound() {
        check("<h1>Title</h1>", "<h2>Title</h2>");
        check("plain <b>text</b>", "<p>plain <b>text</b></p>");
        check("<div>one</div><div>two</div>", "<p>one</p>\n<p>two</p>");
        check("<b><p>one</p><p>two</p></b>", "<p><b>one</b></p>\n<p><b>two</b></p>");
        check("<p>a</p><p>&nbsp;</p><p> </p><p>b</p>", "<p>a</p>\n<p>b</p>");
        check("<p>a <b> </b><i></i>b </p>", "<p>a b</p>");
        check("<li>lone</li>", "<p>lone</p>");
        check("<ul>loose<li>item</li></ul>", "<ul><li>loose</li><li>item</li></ul>");
        check("<li><div>a</div><div>b</div></li>", "<p>a</p>\n<p>b</p>");
        check("<ul><li><div>a</div><div>b</div></li></ul>", "<ul><li>a<br>b</li></ul>");
        check("<h2>a<p>b</p></h2>", "<h2>a<br>b</h2>");
        check("a\0b\u{1}c&#2;d\u{FEFF}", "<p>abcd</p>");
        check("<pre>\n\n  a\n</pre>", "<pre>  a</pre>");
        check("<a href=/x><figure><img src=/a.jpg></figure></a>", "<figure><a href=\"/x\"><img src=\"/a.jpg\"></a></figure>");
        check("<table><tr><td>a<td>b</table>", "<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>");
    }
}
