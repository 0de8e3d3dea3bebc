//! Markdown → body.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};

use super::escape::push_attribute;
use super::sanitise::sanitise;

/// Reads `CommonMark` with tables, strikethrough and footnotes (as GitHub writes them), and sanitises the result.
///
/// A picture alone in its paragraph becomes a figure, its title the caption. Footnotes are gathered in a numbered list at
/// the end. HTML in the text counts, within what a body may hold.
pub fn from_markdown(text: &str) -> String {
    let text: String = text.chars().filter(|&c| c != '\0').collect();
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES;
    let mut notes = Footnotes::default();
    let body = figures(notes.taken_from(Parser::new_ext(&text, options)));
    let mut written = String::with_capacity(text.len() * 3 / 2);
    html::push_html(&mut written, body.into_iter());
    notes.push_html(&mut written);
    sanitise(&written)
}

/// The footnotes of a text, numbered in the order in which they are referred to.
#[derive(Default)]
struct Footnotes<'t> {
    labels: Vec<CowStr<'t>>,
    definitions: Vec<(CowStr<'t>, Vec<Event<'t>>)>,
}

impl<'t> Footnotes<'t> {
    /// The events without the definitions, and with links in place of the references.
    fn taken_from(&mut self, events: impl Iterator<Item = Event<'t>>) -> Vec<Event<'t>> {
        let mut body = Vec::new();
        let mut open: Vec<(CowStr<'t>, Vec<Event<'t>>)> = Vec::new();
        for event in events {
            let event = match event {
                Event::Start(Tag::FootnoteDefinition(label)) => {
                    open.push((label, Vec::new()));
                    continue;
                }
                Event::End(TagEnd::FootnoteDefinition) => {
                    self.definitions.extend(open.pop());
                    continue;
                }
                Event::FootnoteReference(label) => {
                    let number = self.number(&label);
                    Event::InlineHtml(format!("<sup><a href=\"#fn-{number}\">{number}</a></sup>").into())
                }
                event => event,
            };
            match open.last_mut() {
                Some((_, inside)) => inside.push(event),
                None => body.push(event),
            }
        }
        body
    }

    fn number(&mut self, label: &CowStr<'t>) -> usize {
        let known = self.labels.iter().position(|earlier| earlier == label);
        1 + known.unwrap_or_else(|| {
            self.labels.push(label.clone());
            self.labels.len() - 1
        })
    }

    fn push_html(mut self, out: &mut String) {
        if self.definitions.is_empty() {
            return;
        }
        // What nobody refers to comes last: it was written, so it is kept.
        let definitions = std::mem::take(&mut self.definitions);
        let mut numbered: Vec<_> = definitions.into_iter().map(|(label, events)| (self.number(&label), events)).collect();
        numbered.sort_by_key(|(number, _)| *number);
        out.push_str("<hr><ol>");
        for (number, events) in numbered {
            out.push_str("<li");
            push_attribute(out, "id", &format!("fn-{number}"));
            out.push('>');
            html::push_html(out, figures(events).into_iter());
            out.push_str("</li>");
        }
        out.push_str("</ol>");
    }
}

/// Makes figures of the paragraphs that are one picture.
fn figures(events: Vec<Event<'_>>) -> Vec<Event<'_>> {
    let mut made = Vec::with_capacity(events.len());
    let mut rest = events.into_iter().peekable();
    while let Some(event) = rest.next() {
        let is_start = matches!(event, Event::Start(Tag::Paragraph)) && matches!(rest.peek(), Some(Event::Start(Tag::Image { .. })));
        if !is_start {
            made.push(event);
            continue;
        }
        let from = made.len();
        made.push(event);
        let mut caption = None;
        let mut depth = 0_usize;
        // The picture with its alternative text, which is events of its own.
        for event in rest.by_ref() {
            match &event {
                Event::Start(Tag::Image { title, .. }) => {
                    if depth == 0 {
                        caption = Some(title.clone());
                    }
                    depth += 1;
                }
                Event::End(TagEnd::Image) => depth = depth.saturating_sub(1),
                _ => {}
            }
            made.push(event);
            if depth == 0 {
                break;
            }
        }
        if !matches!(rest.peek(), Some(Event::End(TagEnd::Paragraph))) {
            continue;
        }
        rest.next();
        made[from] = Event::Html("<figure>".into());
        if let Some(title) = caption.filter(|title| !title.is_empty()) {
            if let Some(Event::Start(Tag::Image { title, .. })) = made.get_mut(from + 1) {
                *title = "".into();
            }
            made.push(Event::Html("<figcaption>".into()));
            made.push(Event::Text(title));
            made.push(Event::Html("</figcaption>".into()));
        }
        made.push(Event::Html("</figure>\n".into()));
    }
    made
}

#[cfg(test)]
mod tests {
    use super::from_markdown;

    #[test]
    fn common_markdown_is_read() {
        for (text, html) in [
            ("# A\n\nb *c* **d** ~~e~~ `f`", "<h2>A</h2>\n<p>b <em>c</em> <strong>d</strong> <del>e</del> <code>f</code></p>"),
            ("a  \nb\nc", "<p>a<br>b c</p>"),
            ("3. x\n4. y\n   - z", "<ol start=\"3\"><li>x</li><li>y<ul><li>z</li></ul></li></ol>"),
            ("> q", "<blockquote><p>q</p></blockquote>"),
            ("```rust\na\n\n  b\n```", "<pre><code class=\"language-rust\">a\n\n  b</code></pre>"),
            (
                "|a|b|\n|-|-|\n|1|2|",
                "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>",
            ),
            ("![x](/a.jpg)", "<figure><img src=\"/a.jpg\" alt=\"x\"></figure>"),
            ("![x](/a.jpg \"The *pier*\")", "<figure><img src=\"/a.jpg\" alt=\"x\"><figcaption>The *pier*</figcaption></figure>"),
            ("a ![x](/a.jpg) b", "<p>a <img src=\"/a.jpg\" alt=\"x\"> b</p>"),
        ] {
            assert_eq!(from_markdown(text), html, "{text}");
        }
    }

    #[test]
    fn footnotes_are_gathered_and_linked() {
        assert_eq!(
            from_markdown("a[^x] b[^1]\n\n[^1]: one\n[^x]: ex\n\nend"),
            "<p>a<sup><a href=\"#fn-1\">1</a></sup> b<sup><a href=\"#fn-2\">2</a></sup></p>\n<p>end</p>\n<hr>\n<ol><li id=\"fn-1\"><p>ex</p></li><li id=\"fn-2\"><p>one</p></li></ol>"
        );
    }

    #[test]
    fn html_in_it_is_sanitised() {
        assert_eq!(from_markdown("a <script>x</script><b onclick=x>b</b> [c](javascript:x)"), "<p>a <b>b</b> c</p>");
        assert_eq!(
            from_markdown("<iframe src=\"https://www.youtube.com/embed/a\"></iframe>\0"),
            "<iframe src=\"https://www.youtube.com/embed/a\"></iframe>"
        );
    }
}
