//! The texts of the files, made the HTML that is stored.

use pulldown_cmark::{Event, Options, Parser, Tag, html};

use super::publication::Media;
use crate::domain::{body, id::MediaId};

/// Markdown to HTML as bodies are stored. An address `scheme:name` is replaced by what `address` gives for it; a line
/// that is `![](media:name)` alone, by what `figure` gives.
pub fn render(text: &str, address: impl Fn(&str, &str) -> Option<String>, figure: impl Fn(&str) -> Option<String>) -> String {
    let mut with_figures = String::with_capacity(text.len() * 2);
    for line in text.lines() {
        let name = line.strip_prefix("![](media:").and_then(|rest| rest.strip_suffix(')'));
        match name.and_then(&figure) {
            Some(figure) => with_figures.push_str(&figure),
            None => with_figures.push_str(line),
        }
        with_figures.push('\n');
    }
    let events = Parser::new_ext(&with_figures, Options::ENABLE_TABLES).map(|event| match event {
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let replaced = dest_url.split_once(':').and_then(|(scheme, name)| address(scheme, name));
            Event::Start(Tag::Link { link_type, dest_url: replaced.map_or(dest_url, Into::into), title, id })
        }
        other => other,
    });
    let mut rendered = String::new();
    html::push_html(&mut rendered, events);
    body::sanitise(&rendered)
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
