//! The texts of the files, made the HTML that is stored.

use super::publication::Media;
use crate::domain::{body, id::MediaId};

/// Markdown to HTML as bodies are stored. An address `scheme:name` is replaced by what `address` gives for it; a line
/// that is `![](media:name)` alone, by what `figure` gives.
pub fn render(text: &str, address: impl Fn(&str, &str) -> Option<String>, figure: impl Fn(&str) -> Option<String>) -> String {
    let mut replaced = String::with_capacity(text.len() * 2);
    for line in text.lines() {
        let name = line.strip_prefix("![](media:").and_then(|rest| rest.strip_suffix(')'));
        match name.and_then(&figure) {
            Some(figure) => replaced.push_str(&figure),
            None => replace_addresses(line, &address, &mut replaced),
        }
        replaced.push('\n');
    }
    body::from_markdown(&replaced)
}

fn replace_addresses(line: &str, address: impl Fn(&str, &str) -> Option<String>, into: &mut String) {
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("](") {
        into.push_str(before);
        into.push_str("](");
        let end = after.find(')').unwrap_or(after.len());
        let (written, after) = after.split_at(end);
        match written.split_once(':').and_then(|(scheme, name)| address(scheme, name)) {
            Some(found) => into.push_str(&found),
            None => into.push_str(written),
        }
        rest = after;
    }
    into.push_str(rest);
}

/// A picture or film as it stands in a text, on one line.
pub fn figure(id: MediaId, media: &Media) -> String {
    let Media { url, alt, caption, credit, width, height, renditions, .. } = media;
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let poster = renditions[0]["url"].as_str().unwrap_or_default();
    let shown = match media.kind {
        crate::domain::media::MediaKind::Video => {
            format!(
                "<video src=\"{url}\" poster=\"{poster}\" width=\"{width}\" height=\"{height}\" controls data-media-id=\"{id}\"></video>"
            )
        }
        _ => format!("<img src=\"{url}\" alt=\"{}\" width=\"{width}\" height=\"{height}\" data-media-id=\"{id}\">", escaped(alt)),
    };
    let parts = [caption.as_deref().map(escaped), credit.as_deref().map(|credit| format!("<small>{}</small>", escaped(credit)))];
    let caption: Vec<String> = parts.into_iter().flatten().collect();
    format!("<figure>{shown}<figcaption>{}</figcaption></figure>", caption.join(" "))
}

#[cfg(test)]
mod tests {
    use super::render;

    #[test]
    fn links_and_pictures_find_their_targets() {
        let html = render(
            "See [the *port*](article:port), [out](https://example.org/a?b:c) and ![](media:x).\n\n![](media:gull)\n\n| a |\n| --- |\n| 1 |\n",
            |scheme, name| (scheme == "article").then(|| format!("https://paper.example/{name}")),
            |name| (name == "gull").then(|| "<figure><img src=\"/gull.jpg\" alt=\"A gull\"></figure>".to_owned()),
        );
        assert!(html.contains("<a href=\"https://paper.example/port\">the <em>port</em></a>"), "{html}");
        assert!(html.contains("<a href=\"https://example.org/a?b:c\">out</a>"), "{html}");
        assert!(html.contains("\n<figure><img src=\"/gull.jpg\" alt=\"A gull\"></figure>\n<table>"), "{html}");
    }
}
