//! Block editor markup: HTML with comments around it (`<!-- wp:name {"a": 1} -->`). The comments go; what stands between
//! blocks is classic text; embeds, galleries, pull quotes and reusable blocks become what other bodies have in their place.
//! Blocks that only WordPress can fill (latest posts, search, …) have no content in the file: they are counted.

use serde_json::Value;

use super::embeds;
use super::markup::{is_address, tag_end, tag_name};
use super::paragraphs::{embed_lonely_addresses, paragraphs};
use super::shortcode::Scene;

/// Whether a body was written with the block editor.
pub(super) fn has_blocks(content: &str) -> bool {
    content.contains("<!-- wp:")
}

/// How deep reusable blocks may hold each other.
const DEEPEST: usize = 5;

/// A delimiter of a block.
#[derive(Debug, PartialEq)]
struct Delimiter<'t> {
    name: &'t str,
    attributes: Option<&'t str>,
    is_closing: bool,
    is_void: bool,
    length: usize,
}

/// The plain HTML of a body in blocks.
pub(super) fn unwrapped(content: &str, scene: &mut Scene<'_>) -> String {
    let mut out = String::with_capacity(content.len());
    write(&mut out, content, scene, 0);
    out
}

fn write(out: &mut String, content: &str, scene: &mut Scene<'_>, depth: usize) {
    let mut at = 0;
    let mut open: Vec<&str> = Vec::new();
    while let Some(found) = content[at..].find("<!-- ") {
        let here = at + found;
        let Some(delimiter) = parse(&content[here..]) else {
            text(out, &content[at..here + 5], open.is_empty());
            at = here + 5;
            continue;
        };
        text(out, &content[at..here], open.is_empty());
        at = here + delimiter.length;
        if delimiter.is_closing {
            if let Some(place) = open.iter().rposition(|name| *name == delimiter.name) {
                open.truncate(place);
            }
            out.push('\n');
            continue;
        }
        let name = delimiter.name;
        let attribute = |key: &str| {
            delimiter.attributes.and_then(|json| serde_json::from_str::<Value>(json).ok()).and_then(|json| json.get(key).cloned())
        };
        if name == "block" {
            reusable(out, attribute("ref").as_ref().and_then(Value::as_u64), scene, depth);
            if !delimiter.is_void {
                open.push(name);
            }
            continue;
        }
        if delimiter.is_void {
            if !matches!(name, "more" | "nextpage" | "spacer" | "separator" | "paragraph" | "heading") {
                *scene.findings.blocks.entry(name.to_owned()).or_default() += 1;
            }
            continue;
        }
        let inner_end = closing(&content[at..], name);
        match name {
            _ if name == "embed" || name.starts_with("core-embed/") => {
                let inner = &content[at..at + inner_end];
                let address = attribute("url").as_ref().and_then(Value::as_str).map(str::to_owned).or_else(|| address_in(inner));
                match address {
                    Some(address) => out.push_str(&embed(&address, inner)),
                    None => out.push_str(inner),
                }
                at += inner_end;
            }
            "gallery" | "jetpack/tiled-gallery" | "jetpack/slideshow" => {
                // Its pictures are blocks of their own, so that only the frame is marked.
                open.push(name);
                at += reopened(out, &content[at..], "wp-block-", "<figure class=\"gallery\">");
            }
            "pullquote" => {
                out.push_str("<aside class=\"pullquote\">");
                out.push_str(&without_tags(&content[at..at + inner_end], &["figure", "blockquote"]));
                out.push_str("</aside>");
                at += inner_end;
            }
            _ => open.push(name),
        }
    }
    text(out, &content[at..], open.is_empty());
}

/// Text of the body: between blocks it is classic, inside it is HTML.
fn text(out: &mut String, text: &str, is_classic: bool) {
    if text.trim().is_empty() {
        out.push('\n');
    } else if is_classic {
        out.push_str(&paragraphs(text));
    } else {
        out.push_str(&embed_lonely_addresses(text));
    }
}

fn reusable(out: &mut String, id: Option<u64>, scene: &mut Scene<'_>, depth: usize) {
    let found = id.and_then(|id| scene.library.reusable_block(id)).filter(|_| depth < DEEPEST);
    match found {
        Some(content) => write(out, content, scene, depth + 1),
        None => *scene.findings.blocks.entry("block (reusable, not in the file)".into()).or_default() += 1,
    }
}

fn embed(address: &str, inner: &str) -> String {
    let caption = inner.find("<figcaption").and_then(|at| {
        let end = tag_end(inner, at)?;
        let close = inner[end..].find("</figcaption>")?;
        Some(inner[end..end + close].trim()).filter(|caption| !caption.is_empty())
    });
    let html = embeds::embed(address).unwrap_or_else(|| embeds::link(address));
    match (caption, html.strip_suffix("</figure>")) {
        (None, _) => html,
        (Some(caption), Some(figure)) => format!("{figure}<figcaption>{caption}</figcaption></figure>"),
        (Some(caption), None) => format!("{html}<p>{caption}</p>"),
    }
}

/// The address that stands as text in an embed.
fn address_in(inner: &str) -> Option<String> {
    inner.split(['<', '>']).map(|text| text.trim().replace("&amp;", "&")).find(|text| is_address(text))
}

/// Writes another start tag for the one at the beginning if that names `class`; gives how much was read.
fn reopened(out: &mut String, content: &str, class: &str, tag: &str) -> usize {
    let start = content.len() - content.trim_start().len();
    match tag_end(content, start) {
        Some(end) if tag_name(&content[start..end]) == "figure" && content[start..end].contains(class) => {
            out.push_str(tag);
            end
        }
        _ => 0,
    }
}

/// HTML without the tags of some elements.
fn without_tags(html: &str, names: &[&str]) -> String {
    let mut out = String::with_capacity(html.len());
    let mut at = 0;
    while let Some(found) = html[at..].find('<') {
        let here = at + found;
        out.push_str(&html[at..here]);
        at = tag_end(html, here).unwrap_or(here + 1);
        if !names.contains(&tag_name(&html[here..at]).as_str()) {
            out.push_str(if at == here + 1 { "&lt;" } else { &html[here..at] });
        }
    }
    out.push_str(&html[at..]);
    out
}

/// Up to the delimiter that closes `name`, or to the end.
fn closing(content: &str, name: &str) -> usize {
    let mut at = 0;
    while let Some(found) = content[at..].find("<!-- /wp:") {
        let here = at + found;
        if parse(&content[here..]).is_some_and(|delimiter| delimiter.name == name) {
            return here;
        }
        at = here + 9;
    }
    content.len()
}

/// The delimiter at the beginning of `text`.
fn parse(text: &str) -> Option<Delimiter<'_>> {
    let end = text.find("-->")?;
    let inner = text.get(5..end)?.trim();
    let is_closing = inner.starts_with('/');
    let inner = inner.strip_prefix('/').unwrap_or(inner).strip_prefix("wp:")?;
    let is_void = inner.ends_with('/');
    let inner = inner.strip_suffix('/').unwrap_or(inner).trim();
    let length = inner.find(|character: char| character.is_whitespace() || character == '{').unwrap_or(inner.len());
    let (name, rest) = inner.split_at(length);
    let rest = rest.trim();
    // A custom name is `plugin/name`, one of WordPress's own may be written `core/name`.
    let name = name.strip_prefix("core/").unwrap_or(name);
    if name.is_empty() {
        return None;
    }
    Some(Delimiter { name, attributes: rest.starts_with('{').then_some(rest), is_closing, is_void, length: end + 3 })
}

#[cfg(test)]
mod tests {
    use super::super::library::Library;
    use super::super::shortcode::Findings;
    use super::*;

    fn html(content: &str) -> (String, Findings) {
        let mut library = Library::default();
        library.add_reusable_block(9, "<!-- wp:paragraph --><p>Shared</p><!-- /wp:paragraph --><!-- wp:block {\"ref\":9} /-->".into());
        let mut findings = Findings::default();
        let html = unwrapped(content, &mut Scene { library: &library, post: 0, findings: &mut findings });
        (html.split_whitespace().collect::<Vec<_>>().join(" "), findings)
    }

    #[test]
    fn comments_go_and_their_html_stays() {
        let body = "<!-- wp:heading {\"level\":3} -->\n<h3>Head</h3>\n<!-- /wp:heading -->\n\n<!-- wp:paragraph -->\n<p>One\ntwo</p>\n<!-- /wp:paragraph -->";
        assert_eq!(html(body).0, "<h3>Head</h3> <p>One two</p>");
        let nested = "<!-- wp:group --><div><!-- wp:list --><ul><!-- wp:list-item --><li>a</li><!-- /wp:list-item --></ul><!-- /wp:list --></div><!-- /wp:group -->";
        assert_eq!(html(nested).0, "<div><ul><li>a</li> </ul> </div>");
    }

    #[test]
    fn text_between_blocks_is_classic() {
        assert_eq!(html("a\n\nb\n<!-- wp:paragraph --><p>c</p><!-- /wp:paragraph -->").0, "<p>a</p> <p>b</p> <p>c</p>");
    }

    #[test]
    fn embeds_are_made_of_their_address() {
        let body = "<!-- wp:embed {\"url\":\"https://youtu.be/abc\"} --><figure class=\"wp-block-embed\"><div class=\"wp-block-embed__wrapper\">\nhttps://youtu.be/abc\n</div><figcaption>Storm</figcaption></figure><!-- /wp:embed -->";
        let (out, _) = html(body);
        assert!(
            out.contains("src=\"https://www.youtube.com/embed/abc\"") && out.contains("<figcaption>Storm</figcaption></figure>"),
            "{out}"
        );
        assert!(
            html(&body.replace(" {\"url\":\"https://youtu.be/abc\"}", "").replace("wp:embed", "wp:core-embed/youtube"))
                .0
                .contains("/embed/abc")
        );
        assert!(html("<!-- wp:paragraph --><p>https://youtu.be/abc</p><!-- /wp:paragraph -->").0.contains("/embed/abc"));
    }

    #[test]
    fn galleries_and_pull_quotes_are_marked() {
        let gallery = "<!-- wp:gallery --><figure class=\"wp-block-gallery has-nested-images\"><!-- wp:image --><figure class=\"wp-block-image\"><img src=\"a\"/></figure><!-- /wp:image --></figure><!-- /wp:gallery -->";
        assert_eq!(html(gallery).0, "<figure class=\"gallery\"> <figure class=\"wp-block-image\"><img src=\"a\"/></figure> </figure>");
        let quote = "<!-- wp:pullquote --><figure class=\"wp-block-pullquote\"><blockquote><p>Never</p><cite>A</cite></blockquote></figure><!-- /wp:pullquote -->";
        assert_eq!(html(quote).0, "<aside class=\"pullquote\"><p>Never</p><cite>A</cite></aside>");
    }

    #[test]
    fn what_wordpress_would_fill_is_counted() {
        let (out, findings) =
            html("<!-- wp:latest-posts {\"n\":3} /--><!-- wp:latest-posts /--><!-- wp:more --><!--more--><!-- /wp:more -->");
        assert_eq!(out.replace("<!--more-->", ""), "");
        assert_eq!(findings.blocks.get("latest-posts"), Some(&2));
    }

    #[test]
    fn reusable_blocks_are_put_in_or_counted() {
        let (out, findings) = html("<!-- wp:block {\"ref\":9} /--><!-- wp:block {\"ref\":8} /-->");
        assert!(out.starts_with("<p>Shared</p>"), "{out}");
        assert_eq!(findings.blocks.values().sum::<u64>(), 2, "one is missing, one holds itself");
    }
}
