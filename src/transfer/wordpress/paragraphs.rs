//! Classic bodies have no paragraphs: a blank line parts them, a line end breaks the line. WordPress adds the tags when
//! it shows a post (`wpautop`); so is done here, once.
//!
//! A body is read as tags and text. Blocks stand as they are and end a paragraph; text between them is cut at blank
//! lines; `pre`, `script`, `style` and their like are copied untouched; an address alone on its line becomes an embed or
//! a link. What is nested wrongly is left to the sanitiser, which parses the result.

use super::embeds;
use super::markup::{element_end, is_address, tag_end, tag_name};

/// A line end inside a paragraph, until it is written. No XML text can hold it.
const BREAK: char = '\u{1}';

/// Adds the paragraphs of a classic body.
pub(super) fn paragraphs(text: &str) -> String {
    let mut writer = Writer { out: String::with_capacity(text.len() + text.len() / 8), run: String::new(), open: Vec::new() };
    let mut at = 0;
    while let Some(found) = text[at..].find('<') {
        let here = at + found;
        writer.text(&text[at..here]);
        let Some(end) = tag_end(text, here) else {
            writer.run.push_str("&lt;");
            at = here + 1;
            continue;
        };
        let tag = &text[here..end];
        let name = tag_name(tag);
        let is_closing = tag.starts_with("</");
        at = end;
        if name.is_empty() {
            // A comment; those that part a text do so.
            if matches!(tag, "<!--nextpage-->" | "<!--noteaser-->") || tag.starts_with("<!--more") {
                writer.text("\n\n");
            }
        } else if is_verbatim(&name) && !is_closing {
            at = if tag.ends_with("/>") { end } else { element_end(text, end, &name) };
            if matches!(name.as_str(), "object" | "audio" | "video" | "svg" | "math" | "select" | "textarea" | "iframe" | "canvas") {
                writer.run.push_str(&text[here..at]);
            } else {
                writer.block(&text[here..at]);
            }
        } else if name == "br" {
            writer.line_break();
        } else if is_block(&name) {
            writer.tag(tag, name, is_closing);
        } else {
            writer.run.push_str(tag);
        }
    }
    writer.text(&text[at..]);
    writer.end_run(false);
    writer.out
}

/// An element around the place that is being written.
struct Open {
    name: String,
    /// Whether its text was cut, so that each piece is a paragraph.
    is_cut: bool,
}

struct Writer {
    out: String,
    run: String,
    open: Vec<Open>,
}

impl Writer {
    /// Text between tags: blank lines end a run, other line ends break it.
    fn text(&mut self, text: &str) {
        let mut lines = text.split('\n');
        if let Some(first) = lines.next() {
            self.run.push_str(first);
        }
        for line in lines {
            self.line_break();
            self.run.push_str(line);
        }
    }

    /// Two with nothing between are a blank line.
    fn line_break(&mut self) {
        let kept = self.run.trim_end_matches([' ', '\t', '\u{a0}']).len();
        if self.run[..kept].ends_with(BREAK) {
            self.run.truncate(kept);
            self.end_run(true);
        } else if !self.run[..kept].is_empty() {
            self.run.push(BREAK);
        }
    }

    fn block(&mut self, html: &str) {
        self.end_run(false);
        self.out.push_str(html);
        self.out.push('\n');
    }

    fn tag(&mut self, tag: &str, name: String, is_closing: bool) {
        self.end_run(false);
        if name == "p" {
            // A run is a paragraph anyhow, where it may be one; what it says of its language would be lost.
            let says_more = !is_closing && (tag.contains(" lang=") || tag.contains(" dir="));
            if is_closing {
                if self.open.last().is_some_and(|open| open.name == "p") {
                    self.open.pop();
                    self.out.push_str("</p>\n");
                }
            } else if says_more {
                self.out.push_str(tag);
                self.open.push(Open { name, is_cut: false });
            } else if let Some(open) = self.open.last_mut() {
                open.is_cut = true;
            }
            return;
        }
        self.out.push_str(tag);
        if is_closing {
            if let Some(at) = self.open.iter().rposition(|open| open.name == name) {
                self.open.truncate(at);
            }
            self.out.push('\n');
        } else if name != "hr" && !tag.ends_with("/>") {
            self.open.push(Open { name, is_cut: false });
        }
    }

    /// Writes the run. `is_cut`: a blank line ends it, so that what follows is another paragraph.
    fn end_run(&mut self, is_cut: bool) {
        let run = std::mem::take(&mut self.run);
        let run = run.trim_matches(|character: char| character == BREAK || character.is_ascii_whitespace());
        if run.is_empty() || run == "&nbsp;" || run.chars().all(|character| character.is_whitespace() || character == BREAK) {
            return;
        }
        // Two runs that a stray tag parted must not stick together.
        if !self.out.is_empty() && !self.out.ends_with(['>', '\n']) {
            self.out.push('\n');
        }
        let is_paragraph = match self.open.last_mut() {
            None => true,
            Some(open) if is_line(&open.name) => {
                if is_cut {
                    // A heading or a line of its own cannot be two.
                    self.out.push_str(&written(run));
                    self.out.push_str("<br>\n");
                    return;
                }
                false
            }
            Some(open) => {
                open.is_cut |= is_cut;
                open.is_cut || !matches!(open.name.as_str(), "li" | "td" | "th" | "dd")
            }
        };
        if !is_paragraph {
            self.out.push_str(&written(run));
            return;
        }
        self.paragraph(run);
    }

    /// A paragraph; lines of it that are addresses stand for what is there.
    fn paragraph(&mut self, run: &str) {
        let mut lines: Vec<&str> = Vec::new();
        for line in run.split(BREAK) {
            let address = line.trim().replace("&amp;", "&");
            let shown = if is_address(&address) { embeds::embed(&address) } else { None };
            match shown {
                Some(html) => {
                    self.lines(&mut lines);
                    self.out.push_str(&html);
                    self.out.push('\n');
                }
                None => lines.push(line),
            }
        }
        if let [line] = lines.as_slice()
            && is_address(line.trim())
        {
            self.out.push_str(&embeds::link(&line.trim().replace("&amp;", "&")));
            self.out.push('\n');
            return;
        }
        self.lines(&mut lines);
    }

    fn lines(&mut self, lines: &mut Vec<&str>) {
        let text = lines.join("\u{1}");
        let text = text.trim_matches(|character: char| character == BREAK || character.is_ascii_whitespace());
        if !text.is_empty() {
            self.out.push_str("<p>");
            self.out.push_str(&written(text));
            self.out.push_str("</p>\n");
        }
        lines.clear();
    }
}

fn written(run: &str) -> String {
    run.replace(BREAK, "<br>\n")
}

/// Copied as they stand, whatever line ends are in them.
fn is_verbatim(name: &str) -> bool {
    matches!(
        name,
        "pre"
            | "script"
            | "style"
            | "textarea"
            | "object"
            | "audio"
            | "video"
            | "svg"
            | "math"
            | "select"
            | "iframe"
            | "noscript"
            | "template"
            | "canvas"
            | "figure"
    )
}

fn is_block(name: &str) -> bool {
    is_line(name)
        || matches!(
            name,
            "address"
                | "article"
                | "aside"
                | "blockquote"
                | "center"
                | "col"
                | "colgroup"
                | "dd"
                | "details"
                | "dir"
                | "div"
                | "dl"
                | "fieldset"
                | "footer"
                | "form"
                | "header"
                | "hgroup"
                | "hr"
                | "li"
                | "main"
                | "menu"
                | "nav"
                | "ol"
                | "section"
                | "table"
                | "tbody"
                | "td"
                | "tfoot"
                | "th"
                | "thead"
                | "tr"
                | "ul"
        )
}

/// Blocks that hold one run of text.
fn is_line(name: &str) -> bool {
    matches!(name, "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "dt" | "figcaption" | "caption" | "summary" | "legend")
}

/// Makes embeds of the paragraphs of block markup that hold nothing but an address.
pub(super) fn embed_lonely_addresses(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut at = 0;
    while let Some(found) = html[at..].find("<p") {
        let here = at + found;
        let embed = tag_end(html, here).filter(|end| tag_name(&html[here..*end]) == "p").and_then(|end| {
            let length = html[end..].find('<')?;
            let address = html[end..end + length].trim().replace("&amp;", "&");
            let close = end + length;
            (html[close..].starts_with("</p>") && is_address(&address))
                .then(|| embeds::embed(&address))
                .flatten()
                .map(|embed| (embed, close + 4))
        });
        match embed {
            Some((embed, end)) => {
                out.push_str(&html[at..here]);
                out.push_str(&embed);
                at = end;
            }
            None => {
                out.push_str(&html[at..here + 2]);
                at = here + 2;
            }
        }
    }
    out.push_str(&html[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(given: &str, expected: &str) {
        assert_eq!(paragraphs(given).replace(">\n", ">"), expected.replace(">\n", ">"), "\n from {given:?}");
    }

    #[test]
    fn blank_lines_part_paragraphs_and_line_ends_break_lines() {
        check("one\ntwo\n\nthree\n \n\n\nfour", "<p>one<br>two</p><p>three</p><p>four</p>");
        check("one<br/>two<br><br />three", "<p>one<br>two</p><p>three</p>");
        check("\n\n  \n", "");
        check("a <b>b\nc</b> d", "<p>a <b>b<br>c</b> d</p>");
        check("1 < 2 & 3", "<p>1 &lt; 2 & 3</p>");
        check("&nbsp;\n\ntext", "<p>text</p>");
    }

    #[test]
    fn blocks_stand_for_themselves() {
        check("one\n<h2>Head</h2>\ntwo", "<p>one</p><h2>Head</h2><p>two</p>");
        check("<ul>\n<li>a</li>\n<li>b\nc</li>\n</ul>\nafter", "<ul><li>a</li><li>b<br>c</li></ul><p>after</p>");
        check("<blockquote>one\n\ntwo</blockquote>", "<blockquote><p>one</p><p>two</p></blockquote>");
        check("<blockquote>one</blockquote>", "<blockquote><p>one</p></blockquote>");
        check("<p>one</p>\n<p>two\nthree</p>", "<p>one</p><p>two<br>three</p>");
        check("<p lang=\"fr\">un</p>deux", "<p lang=\"fr\">un</p><p>deux</p>");
        check("a<hr />b", "<p>a</p><hr /><p>b</p>");
        check("<table><tr><td>a\nb</td></tr></table>", "<table><tr><td>a<br>b</td></tr></table>");
        check("<div>a\n\nb</div>", "<div><p>a</p><p>b</p></div>");
    }

    #[test]
    fn verbatim_elements_keep_their_lines() {
        check("a\n<pre>x\n\n y</pre>\nb", "<p>a</p><pre>x\n\n y</pre><p>b</p>");
        check("<script>\n\nx\n</script>", "<script>\n\nx\n</script>");
        check(
            "a\n\n<figure><img src=\"x\">\n\n<figcaption>c</figcaption></figure>",
            "<p>a</p><figure><img src=\"x\">\n\n<figcaption>c</figcaption></figure>",
        );
        check("<a href=\"x\"\ntitle=\"y\">z</a>", "<p><a href=\"x\"\ntitle=\"y\">z</a></p>");
    }

    #[test]
    fn marks_of_pages_and_of_more_part_paragraphs() {
        check("one<!--more-->two", "<p>one</p><p>two</p>");
        check("one\n<!--nextpage-->\ntwo<!-- note -->", "<p>one</p><p>two</p>");
        check("one<!--more Read on-->two", "<p>one</p><p>two</p>");
    }

    #[test]
    fn an_address_alone_on_its_line_is_shown() {
        let html = paragraphs("before\nhttps://www.youtube.com/watch?v=abc&amp;t=5\nafter");
        assert!(html.starts_with("<p>before</p>\n<figure><iframe src=\"https://www.youtube.com/embed/abc?start=5\""), "{html}");
        assert!(html.ends_with("<p>after</p>\n"), "{html}");
        check("https://example.org/x", "<p><a href=\"https://example.org/x\">https://example.org/x</a></p>");
        check("see https://youtu.be/abc", "<p>see https://youtu.be/abc</p>");
        assert!(embed_lonely_addresses("<p>a</p><p class=\"x\"> https://youtu.be/abc </p><pre>b</pre>").contains("/embed/abc"));
        assert_eq!(embed_lonely_addresses("<p>https://a.example</p><p>x"), "<p>https://a.example</p><p>x");
    }

    proptest::proptest! {
        #[test]
        fn no_word_is_lost(words in proptest::collection::vec("[a-z]{1,6}", 0..12), joins in proptest::collection::vec("( |\n|\n\n|<br>|<b>|</b>|</p>|<p>|<div>|</li>|<h2>|<!--more-->|<td>)", 12)) {
            let text: String = words.iter().zip(&joins).map(|(word, join)| format!("{word}{join}")).collect();
            let html = paragraphs(&text);
            let kept: Vec<String> = super::super::markup::plain(&html.replace('<', " <")).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
            proptest::prop_assert_eq!(kept, words);
        }

        #[test]
        fn any_text_is_taken(text in "(<|>|/|p|br|pre|figure|blockquote|!--|--|\n|é|\"|a|=){0,30}") {
            let _ = paragraphs(&text);
            let _ = embed_lonely_addresses(&text);
        }
    }
}
