//! Body → plain text.

use super::allow;
use super::dom::{Data, Dom, Id, ROOT};
use super::parse::parse;
use super::tidy::{Role, role};

/// The text of a body, for search, e-mail and plain readers.
///
/// Paragraphs are separated by blank lines, list items begin with `- ` or their number and are indented by their
/// depth, a table has a line a row with tabs between the cells, a link is its text alone. Pictures, embeds and their
/// addresses leave nothing behind; captions do.
pub fn to_text(html: &str) -> String {
    let dom = parse(html);
    let mut writer = Plain::new(&dom, true);
    writer.children(ROOT);
    writer.out
}

/// The text of some nodes, without marks for lists.
pub(super) fn text_of(dom: &Dom, nodes: impl IntoIterator<Item = Id>) -> String {
    let mut writer = Plain::new(dom, false);
    for node in nodes {
        writer.node(node);
    }
    writer.out
}

/// A list item that is open.
struct Level {
    /// What its first line begins with, until that is written.
    mark: Option<String>,
    width: usize,
}

struct Plain<'d> {
    dom: &'d Dom,
    out: String,
    levels: Vec<Level>,
    has_marks: bool,
    /// Line breaks that are due before the next character.
    gap: usize,
    has_space: bool,
    has_tab: bool,
}

impl<'d> Plain<'d> {
    fn new(dom: &'d Dom, has_marks: bool) -> Self {
        Self { dom, out: String::new(), levels: Vec::new(), has_marks, gap: 0, has_space: false, has_tab: false }
    }

    fn children(&mut self, parent: Id) {
        let dom = self.dom;
        for child in dom.children(parent) {
            self.node(child);
        }
    }

    fn node(&mut self, id: Id) {
        let dom = self.dom;
        match dom.data(id) {
            Data::Text(text) => return self.text(text),
            Data::Nothing => return,
            Data::Element(..) => {}
        }
        let Some(name) = dom.name(id) else { return };
        match role(name) {
            Role::Dropped => {}
            Role::Inline | Role::Transparent => self.children(id),
            _ => match &**name {
                "br" => self.gap = self.gap.max(1),
                "img" | "wbr" | "iframe" => {}
                "picture" => self.children(id),
                "pre" | "listing" | "xmp" => self.block(id, 2, Self::preformatted),
                "ul" | "ol" | "menu" | "dir" => {
                    let gap = if self.levels.is_empty() { 2 } else { 1 };
                    self.block(id, gap, Self::list);
                }
                // Items outside a list, and rows and cells, have their distance from their neighbours alone.
                "li" | "dd" | "tr" => self.block(id, 1, Self::children),
                "td" | "th" => {
                    self.children(id);
                    self.has_tab = true;
                    self.has_space = false;
                    self.gap = 0;
                }
                "thead" | "tbody" | "tfoot" => self.children(id),
                _ => self.block(id, 2, Self::children),
            },
        }
    }

    fn block(&mut self, id: Id, gap: usize, inside: fn(&mut Self, Id)) {
        self.break_by(gap);
        inside(self, id);
        self.break_by(gap);
    }

    fn break_by(&mut self, gap: usize) {
        self.gap = self.gap.max(gap);
        self.has_space = false;
        self.has_tab = false;
    }

    fn list(&mut self, id: Id) {
        let dom = self.dom;
        let is_ordered = dom.name(id).is_some_and(|name| &**name == "ol");
        let mut number = start(dom, id);
        for child in dom.children(id) {
            if dom.name(child).is_none_or(|name| &**name != "li") {
                self.node(child);
                continue;
            }
            self.break_by(1);
            if self.has_marks {
                let mark = if is_ordered { format!("{number}. ") } else { "- ".to_owned() };
                self.levels.push(Level { width: mark.len(), mark: Some(mark) });
            }
            self.children(child);
            if self.has_marks {
                self.levels.pop();
            }
            self.break_by(1);
            number += 1;
        }
    }

    fn preformatted(&mut self, id: Id) {
        let text: String = preformatted(self.dom, id);
        for line in text.lines() {
            if line.trim().is_empty() {
                self.gap += 1;
            } else {
                self.begin();
                self.out.push_str(line.trim_end());
                self.gap = 1;
            }
        }
    }

    fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if c.is_ascii_whitespace() {
                self.has_space = true;
                rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace());
                continue;
            }
            let end = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
            self.begin();
            let word = &rest[..end];
            if allow::is_plain(word) {
                self.out.push_str(word);
            } else {
                self.out.extend(word.chars().filter(|&c| allow::is_text(c)));
            }
            rest = &rest[end..];
        }
    }

    /// Writes the line breaks, marks and spaces that are due.
    fn begin(&mut self) {
        let is_first = self.out.is_empty();
        if self.gap > 0 || is_first {
            if !is_first {
                self.out.extend(std::iter::repeat_n('\n', self.gap));
            }
            for level in &mut self.levels {
                match level.mark.take() {
                    Some(mark) => self.out.push_str(&mark),
                    None => self.out.extend(std::iter::repeat_n(' ', level.width)),
                }
            }
        } else if self.has_tab {
            self.out.push('\t');
        } else if self.has_space {
            self.out.push(' ');
        }
        self.gap = 0;
        self.has_space = false;
        self.has_tab = false;
    }
}

/// The number of a list's first item.
pub(super) fn start(dom: &Dom, list: Id) -> i64 {
    dom.attribute(list, "start").and_then(|start| start.trim().parse().ok()).unwrap_or(1)
}

/// The text of a `<pre>`, its white space as it stands.
pub(super) fn preformatted(dom: &Dom, id: Id) -> String {
    let mut text = String::new();
    for node in dom.descendants(id) {
        match dom.data(node) {
            Data::Text(more) => text.extend(more.chars().filter(|&c| allow::is_text(c))),
            Data::Element(name, _) if &*name.local == "br" => text.push('\n'),
            _ => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::to_text;

    #[test]
    fn blocks_are_parted_by_blank_lines() {
        assert_eq!(
            to_text("<h2>Storm</h2><p>One <b>two</b>\n three.<br>Four</p><figure><img src=a alt=x><figcaption>Pier</figcaption></figure>"),
            "Storm\n\nOne two three.\nFour\n\nPier"
        );
    }

    #[test]
    fn lists_are_marked_and_indented() {
        assert_eq!(
            to_text("<p>a</p><ul><li>b<ol start=9><li>c</li><li>d<br>e</li></ol></li><li>f</li></ul><p>g</p>"),
            "a\n\n- b\n  9. c\n  10. d\n      e\n- f\n\ng"
        );
    }

    #[test]
    fn tables_and_code_keep_their_lines() {
        assert_eq!(
            to_text("<table><caption>T</caption><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2 3</td></tr></table><pre>x\n\n  y</pre>"),
            "T\n\na\tb\n1\t2 3\n\nx\n\n  y"
        );
    }

    #[test]
    fn words_stay_whole_across_inline_tags_and_apart_across_blocks() {
        assert_eq!(to_text("<b>H</b>arbour<div>a</div>b<script>c</script>"), "Harbour\n\na\n\nb");
    }
}
