//! The HTML that each shown shortcode becomes.

use super::embeds;
use super::library::Attachment;
use super::markup::{attribute, element_end, escaped, is_address, plain, quoted, tag_end, tag_name};
use super::shortcode::{Attributes, Scene, Tag, expand_to};

/// Languages that syntax highlighters register as shortcodes of their own.
const LANGUAGES: &[&str] = &[
    "actionscript3",
    "bash",
    "clojure",
    "coldfusion",
    "cpp",
    "csharp",
    "css",
    "delphi",
    "diff",
    "erlang",
    "fsharp",
    "go",
    "groovy",
    "html",
    "java",
    "javafx",
    "javascript",
    "js",
    "latex",
    "matlab",
    "objc",
    "perl",
    "php",
    "powershell",
    "python",
    "ruby",
    "scala",
    "shell",
    "sql",
    "vb",
    "xml",
    "yaml",
];

/// Whether a shortcode holds source code, in which nothing else is one.
pub(super) fn is_source_code(name: &str) -> bool {
    matches!(name, "code" | "sourcecode") || LANGUAGES.contains(&name)
}

/// Writes a shortcode, with the content up to its closing tag if it has one.
pub(super) fn show(out: &mut String, tag: &Tag<'_>, content: Option<&str>, scene: &mut Scene<'_>, depth: usize) {
    let attributes = Attributes::parse(tag.rest);
    if is_source_code(tag.name) {
        return source_code(out, tag.name, &attributes, content.unwrap_or_default());
    }
    match tag.name {
        "caption" | "wp_caption" => caption(out, &attributes, content.unwrap_or_default(), scene, depth),
        "gallery" => gallery(out, &attributes, scene),
        "playlist" => playlist(out, &attributes, scene),
        "audio" | "video" | "wpvideo" => player(out, tag.name, &attributes, content, scene),
        "blockquote" | "pullquote" | "quote" => {
            let inner = expand_to(content.unwrap_or_default(), scene, depth + 1);
            let source = attributes
                .get("author")
                .or_else(|| attributes.get("cite"))
                .map(|name| format!("\n\n<cite>{}</cite>", escaped(name)))
                .unwrap_or_default();
            let (open, close) =
                if tag.name == "pullquote" { ("<aside class=\"pullquote\">", "</aside>") } else { ("<blockquote>", "</blockquote>") };
            block(out, &format!("{open}\n\n{}{source}\n\n{close}", inner.trim()));
        }
        "button" => {
            let inner = expand_to(content.unwrap_or_default(), scene, depth + 1);
            match ["link", "url", "href"].into_iter().find_map(|name| attributes.get(name)) {
                Some(link) => out.push_str(&format!("<a href=\"{}\">{}</a>", quoted(link), inner.trim())),
                None => out.push_str(&inner),
            }
        }
        "ref" | "fn" | "footnote" | "mfn" | "efn_note" => {
            let inner = expand_to(content.unwrap_or_default(), scene, depth + 1);
            if !inner.trim().is_empty() {
                out.push_str(&format!(" ({})", inner.trim()));
            }
        }
        service => match address(service, &attributes, content) {
            Some(address) => block(out, &embeds::embed(&address).unwrap_or_else(|| embeds::link(&address))),
            None => *scene.findings.shortcodes.entry(service.to_owned()).or_default() += 1,
        },
    }
}

/// A block has blank lines around it, so that the text beside it gets paragraphs of its own.
fn block(out: &mut String, html: &str) {
    out.push_str("\n\n");
    out.push_str(html);
    out.push_str("\n\n");
}

/// What a service's shortcode points at: an address, or the id of one.
fn address(service: &str, attributes: &Attributes, content: Option<&str>) -> Option<String> {
    let content = content.map(plain).filter(|content| !content.is_empty());
    let given = ["url", "src", "href", "link", "id", "v"]
        .into_iter()
        .find_map(|name| attributes.get(name).map(str::to_owned))
        .or_else(|| attributes.positional.first().cloned())
        .or(content)?;
    let given = given.trim().trim_matches(['"', '\'']);
    if is_address(given) {
        return Some(given.to_owned());
    }
    if !given.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) || given.is_empty() {
        return None;
    }
    match service {
        "youtube" => Some(format!("https://www.youtube.com/watch?v={given}")),
        "vimeo" => Some(format!("https://vimeo.com/{given}")),
        "dailymotion" => Some(format!("https://www.dailymotion.com/video/{given}")),
        "tweet" | "twitter" => given.bytes().all(|byte| byte.is_ascii_digit()).then(|| format!("https://twitter.com/i/status/{given}")),
        "instagram" => Some(format!("https://www.instagram.com/p/{given}/")),
        "gist" => Some(format!("https://gist.github.com/{given}")),
        "ted" => Some(format!("https://www.ted.com/talks/{given}")),
        _ => None,
    }
}

fn caption(out: &mut String, attributes: &Attributes, content: &str, scene: &mut Scene<'_>, depth: usize) {
    let content = expand_to(content, scene, depth + 1);
    let content = content.trim();
    let (picture, text) = match picture_end(content) {
        Some(end) => content.split_at(end),
        None => (content, ""),
    };
    let text = match text.trim() {
        "" => attributes.get("caption").unwrap_or_default(),
        text => text,
    };
    if picture_end(content).is_none() && text.is_empty() {
        return out.push_str(content);
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = if text.is_empty() { text } else { format!("<figcaption>{text}</figcaption>") };
    block(out, &format!("<figure>{picture}{text}</figure>"));
}

/// Where the picture at the beginning ends, with the link around it.
fn picture_end(content: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        at += content[at..].len() - content[at..].trim_start().len();
        let end = tag_end(content, at)?;
        match tag_name(&content[at..end]).as_str() {
            "a" | "picture" if !content[at..].starts_with("</") => {
                let name = tag_name(&content[at..end]);
                let end = element_end(content, end, &name);
                return content[at..end].contains("<img").then_some(end);
            }
            "img" => return Some(end),
            "iframe" | "video" | "audio" | "object" => return Some(element_end(content, end, &tag_name(&content[at..end]))),
            // A paragraph around the picture, which some editors leave.
            "p" | "div" | "span" => at = end,
            _ => return None,
        }
    }
}

fn gallery(out: &mut String, attributes: &Attributes, scene: &mut Scene<'_>) {
    let numbers =
        |name: &str| attributes.get(name).map(|ids| ids.split([',', ' ']).filter_map(|id| id.trim().parse().ok()).collect::<Vec<u64>>());
    let asked = numbers("ids").or_else(|| numbers("include"));
    let mut pictures: Vec<&Attachment> = Vec::new();
    match &asked {
        Some(ids) => {
            for id in ids {
                match scene.library.attachment(*id) {
                    Some(picture) => pictures.push(picture),
                    None => scene.findings.missing_attachments += 1,
                }
            }
        }
        None => {
            let post = attributes.get("id").and_then(|id| id.parse().ok()).unwrap_or(scene.post);
            let without = numbers("exclude").unwrap_or_default();
            pictures = scene
                .library
                .attached_to(post)
                .into_iter()
                .filter(|picture| picture.is_image() && !without.contains(&picture.id))
                .collect();
        }
    }
    if attributes.get("order").is_some_and(|order| order.eq_ignore_ascii_case("desc")) {
        pictures.reverse();
    }
    if pictures.is_empty() {
        if asked.is_none() {
            *scene.findings.shortcodes.entry("gallery".into()).or_default() += 1;
        }
        return;
    }
    let figures: String = pictures.into_iter().map(figure).collect();
    block(out, &format!("<figure class=\"gallery\">{figures}</figure>"));
}

/// A figure of an attachment.
pub(super) fn figure(picture: &Attachment) -> String {
    let mut image = format!("<img src=\"{}\" alt=\"{}\"", quoted(&picture.url), quoted(&picture.alt));
    if let (Some(width), Some(height)) = (picture.width, picture.height) {
        image.push_str(&format!(" width=\"{width}\" height=\"{height}\""));
    }
    if let Some(id) = picture.media_id {
        image.push_str(&format!(" data-media-id=\"{id}\""));
    }
    let caption =
        if picture.caption.is_empty() { String::new() } else { format!("<figcaption>{}</figcaption>", escaped(&picture.caption)) };
    format!("<figure>{image}>{caption}</figure>")
}

fn player(out: &mut String, name: &str, attributes: &Attributes, content: Option<&str>, scene: &mut Scene<'_>) {
    let kinds: &[&str] = if name == "audio" {
        &["src", "mp3", "m4a", "ogg", "wav", "flac", "wma"]
    } else {
        &["src", "mp4", "m4v", "webm", "ogv", "mov", "flv", "wmv"]
    };
    let given = kinds
        .iter()
        .find_map(|kind| attributes.get(kind).map(str::to_owned))
        .or_else(|| content.map(str::trim).filter(|content| is_address(content)).map(str::to_owned))
        .or_else(|| content.and_then(link_in))
        .or_else(|| attributes.positional.iter().find(|value| is_address(value)).cloned());
    // A player without a source plays what was uploaded to the post.
    let found = given.or_else(|| {
        let kind = if name == "audio" { "audio/" } else { "video/" };
        scene
            .library
            .attached_to(scene.post)
            .into_iter()
            .find(|item| item.mime_type.is_some_and(|mime| mime.starts_with(kind)))
            .map(|item| item.url.clone())
    });
    let Some(source) = found else {
        *scene.findings.shortcodes.entry(name.to_owned()).or_default() += 1;
        return;
    };
    if let Some(embed) = embeds::embed(&source) {
        return block(out, &embed);
    }
    if name == "audio" {
        return block(out, &format!("<figure><audio src=\"{}\" controls></audio></figure>", quoted(&source)));
    }
    let poster = attributes.get("poster").map(|poster| format!(" poster=\"{}\"", quoted(poster))).unwrap_or_default();
    block(out, &format!("<figure><video src=\"{}\"{poster} controls></video></figure>", quoted(&source)));
}

/// The first link's address.
fn link_in(content: &str) -> Option<String> {
    let at = content.find("<a ")?;
    attribute(&content[at..tag_end(content, at)?], "href").filter(|address| is_address(address))
}

fn playlist(out: &mut String, attributes: &Attributes, scene: &mut Scene<'_>) {
    let kind = if attributes.get("type") == Some("video") { "video" } else { "audio" };
    let items: Vec<&Attachment> = match attributes.get("ids") {
        Some(ids) => ids.split(',').filter_map(|id| scene.library.attachment(id.trim().parse().ok()?)).collect(),
        None => scene
            .library
            .attached_to(scene.post)
            .into_iter()
            .filter(|item| item.mime_type.is_some_and(|mime| mime.starts_with(kind)))
            .collect(),
    };
    if items.is_empty() {
        *scene.findings.shortcodes.entry("playlist".into()).or_default() += 1;
    }
    for item in items {
        let caption = if item.title.is_empty() { String::new() } else { format!("<figcaption>{}</figcaption>", escaped(&item.title)) };
        block(out, &format!("<figure><{kind} src=\"{}\" controls></{kind}>{caption}</figure>", quoted(&item.url)));
    }
}

/// Code stands escaped or raw in posts, as the editor of the day left it.
fn source_code(out: &mut String, name: &str, attributes: &Attributes, content: &str) {
    let language =
        attributes.get("language").or_else(|| attributes.get("lang")).unwrap_or(if LANGUAGES.contains(&name) { name } else { "" });
    let is_escaped = content.contains("&lt;") || content.contains("&gt;") || content.contains("&amp;");
    let code = content.trim_matches('\n');
    let code = if is_escaped { code.replace('<', "&lt;").replace('>', "&gt;") } else { escaped(code) };
    let class = if language.is_empty() || !language.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        String::new()
    } else {
        format!(" class=\"language-{}\"", language.to_ascii_lowercase())
    };
    block(out, &format!("<pre><code{class}>{code}</code></pre>"));
}
