//! Body → the same body without pictures, sound and video: for who has the right to the text alone.

use super::dom::{Dom, Id, ROOT};
use super::parse::parse;
use super::tidy::tidy;

const MEDIA: [&str; 6] = ["img", "picture", "video", "audio", "source", "track"];

/// Takes media out of a stored body. A figure of media goes with its caption; one of a table, a quote or code stays.
pub fn without_media(html: &str) -> String {
    if !MEDIA.iter().any(|name| html.contains(&format!("<{name}"))) {
        return html.to_owned();
    }
    let mut dom = parse(html);
    let media: Vec<Id> = dom.descendants(ROOT).filter(|id| is_media(&dom, *id)).collect();
    let figures: Vec<Id> = dom.descendants(ROOT).filter(|id| is_figure_of_media(&dom, *id)).collect();
    for id in figures.into_iter().chain(media) {
        dom.detach(id);
    }
    tidy(&dom)
}

fn is_media(dom: &Dom, id: Id) -> bool {
    dom.name(id).is_some_and(|name| MEDIA.contains(&&**name))
}

fn is_figure_of_media(dom: &Dom, id: Id) -> bool {
    let has = |wanted: &dyn Fn(Id) -> bool| dom.descendants(id).any(wanted);
    let is_text = |id| dom.name(id).is_some_and(|name| matches!(&**name, "table" | "blockquote" | "pre"));
    dom.name(id).is_some_and(|name| &**name == "figure") && has(&|id| is_media(dom, id)) && !has(&is_text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::body::sanitise;

    fn check(html: &str, expected: &str) {
        assert_eq!(without_media(&sanitise(html)), sanitise(expected), "{html}");
    }

    #[test]
    fn a_picture_goes_with_its_caption_and_the_text_stays() {
        check(
            "<p>One</p><figure><img src=\"https://example.org/a.jpg\" alt=\"A\"><figcaption>Photo: A</figcaption></figure><p>Two</p>",
            "<p>One</p><p>Two</p>",
        );
        check("<p>See <img src=\"https://example.org/a.jpg\" alt=\"A\"> here</p>", "<p>See here</p>");
        check("<video src=\"https://example.org/a.mp4\"></video><p>Two</p>", "<p>Two</p>");
        check("<figure><figure><img src=\"https://example.org/a.jpg\" alt=\"\"></figure></figure><p>Two</p>", "<p>Two</p>");
    }

    #[test]
    fn what_is_text_stays_as_it_is() {
        let table = "<figure><table><tbody><tr><td>1</td></tr></tbody></table><figcaption>Numbers</figcaption></figure>";
        check(table, table);
        check("<p>One</p>", "<p>One</p>");
    }

    #[test]
    fn no_medium_is_left() {
        let html = sanitise(
            "<ul><li><a href=\"https://example.org/\"><img src=\"https://example.org/a.jpg\" alt=\"\"></a></li></ul><picture><source srcset=\"https://example.org/b.webp\"><img src=\"https://example.org/b.jpg\"></picture>",
        );
        let left = without_media(&html);
        assert!(!MEDIA.iter().any(|name| left.contains(&format!("<{name}"))), "{left}");
    }
}
