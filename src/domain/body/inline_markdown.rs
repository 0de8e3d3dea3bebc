//! Runs of text and inline elements → Markdown.

use super::allow;
use super::dom::{Data, Dom, Id};
use super::embed;
use super::tidy::{self, Role, role};

/// Writes some nodes as one run; `line_break` stands for `<br>`, and for the ends of blocks that stand where none may.
pub(super) fn inline(dom: &Dom, nodes: &[Id], line_break: &str) -> String {
    let mut writer = Inline { dom, out: String::new(), line_break, has_space: false, breaks: 0, emphasis: None };
    for &node in nodes {
        writer.node(node);
    }
    writer.settle(None);
    writer.out
}

/// An emphasis that is closed, but might still have to be written as tags: asterisks mean something only where
/// what follows lets them.
struct Emphasis {
    open: usize,
    close: usize,
    mark: &'static str,
    tag: &'static str,
}

struct Inline<'d, 'b> {
    dom: &'d Dom,
    out: String,
    line_break: &'b str,
    has_space: bool,
    breaks: usize,
    /// The one that ends where the text ends now.
    emphasis: Option<Emphasis>,
}

impl<'d> Inline<'d, '_> {
    fn children(&mut self, id: Id) {
        let dom = self.dom;
        for child in dom.children(id) {
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
        match &**name {
            "br" => self.breaks += 1,
            "wbr" => {}
            "img" => self.image(id),
            "picture" => self.children(id),
            "strong" | "b" => self.emphasis(id, "**", "strong"),
            "em" | "i" => self.emphasis(id, "*", "em"),
            "del" | "s" => self.emphasis(id, "~~", "del"),
            "code" => self.code(id),
            "a" => self.link(id),
            "iframe" => self.frame(id),
            name => match role(name) {
                Role::Dropped => {}
                Role::Inline => self.tagged(id, name),
                Role::Transparent => self.children(id),
                // A block where none may stand.
                _ => {
                    self.breaks = self.breaks.max(1);
                    self.children(id);
                    self.breaks = self.breaks.max(1);
                }
            },
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
            let word = &rest[..end];
            rest = &rest[end..];
            self.begin(Some(c));
            self.escaped(word);
        }
    }

    fn escaped(&mut self, word: &str) {
        for c in word.chars().filter(|&c| allow::is_text(c)) {
            // An `!` is escaped because a link might follow it, an `&` because it might begin a reference.
            if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '~' | '|' | '!' | '^') {
                self.out.push('\\');
            }
            if c == '\u{A0}' {
                self.out.push_str("&nbsp;");
            } else {
                self.out.push(c);
            }
        }
    }

    /// Writes what is due before something visible; `next` is its first character, if it is text.
    fn begin(&mut self, next: Option<char>) {
        if self.out.is_empty() {
            self.has_space = false;
            self.breaks = 0;
        }
        let is_parted = self.has_space || self.breaks > 0;
        self.settle(if is_parted { None } else { Some(next.unwrap_or('*')) });
        if self.breaks > 0 {
            // A second break in a row would end the paragraph.
            self.out.push_str(self.line_break);
        } else if self.has_space {
            self.out.push(' ');
        }
        self.has_space = false;
        self.breaks = 0;
    }

    /// Decides about the emphasis that ends here, now that it is known what follows: nothing that matters, or this
    /// character.
    fn settle(&mut self, next: Option<char>) {
        let Some(Emphasis { open, close, mark, tag }) = self.emphasis.take() else { return };
        let ends_plain = self.out[..close].ends_with(char::is_alphanumeric);
        let may_close = next.is_none_or(|c| ends_plain && !c.is_alphanumeric() && c.is_ascii_punctuation() && !"*_~\\`<[!".contains(c));
        if !may_close {
            self.out.replace_range(close..close + mark.len(), &format!("</{tag}>"));
            self.out.replace_range(open..open + mark.len(), &format!("<{tag}>"));
        }
    }

    fn emphasis(&mut self, id: Id, mark: &'static str, tag: &'static str) {
        let content = {
            let dom = self.dom;
            let nodes: Vec<Id> = dom.children(id).collect();
            inline(dom, &nodes, self.line_break)
        };
        self.leading_space(id);
        if content.is_empty() {
            return;
        }
        self.begin(None);
        let is_parted = self.out.is_empty() || self.out.ends_with(char::is_whitespace) || self.out.ends_with("<br>");
        let may_open = is_parted || self.out.ends_with(['(', '"', '“', '«', '‘', '—', '–']) && content.starts_with(char::is_alphanumeric);
        // Marks inside marks, and lines that break inside them, are where readers of Markdown disagree.
        let is_simple = !content.contains(['*', '~', '\n', '<']) && !content.ends_with('\\');
        let open = self.out.len();
        if may_open && is_simple {
            self.out.push_str(mark);
            self.out.push_str(&content);
            let close = self.out.len();
            self.out.push_str(mark);
            self.emphasis = Some(Emphasis { open, close, mark, tag });
        } else {
            self.out.push_str(&format!("<{tag}>{content}</{tag}>"));
        }
        self.trailing_space(id);
    }

    /// White space at an element's edges stands outside its marks.
    fn leading_space(&mut self, id: Id) {
        self.has_space |= self.edge(id, |text| text.starts_with(|c: char| c.is_ascii_whitespace()), true);
    }

    fn trailing_space(&mut self, id: Id) {
        self.has_space |= self.edge(id, |text| text.ends_with(|c: char| c.is_ascii_whitespace()), false);
    }

    fn edge(&self, id: Id, has_space: fn(&str) -> bool, is_first: bool) -> bool {
        let mut at = id;
        loop {
            let children = self.dom.children(at);
            let Some(next) = (if is_first { children.into_iter().next() } else { children.last() }) else { return false };
            if let Data::Text(text) = self.dom.data(next) {
                return has_space(text);
            }
            at = next;
        }
    }

    fn tagged(&mut self, id: Id, name: &str) {
        let dom = self.dom;
        let nodes: Vec<Id> = dom.children(id).collect();
        let content = inline(dom, &nodes, self.line_break);
        self.leading_space(id);
        if !content.is_empty() {
            self.begin(None);
            self.out.push_str(&tidy::opening(dom, id, name));
            self.out.push_str(&content);
            self.out.push_str(&format!("</{name}>"));
        }
        self.trailing_space(id);
    }

    fn code(&mut self, id: Id) {
        let text = super::text::text_of(self.dom, self.dom.children(id)).replace('\n', " ");
        self.leading_space(id);
        if text.trim().is_empty() {
            return;
        }
        self.begin(None);
        if text.contains(['|', '\u{A0}']) || self.out.ends_with('`') {
            // In a table a stroke would end the cell even here.
            self.out.push_str("<code>");
            self.escaped(&text);
            self.out.push_str("</code>");
        } else {
            let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
            let fence = "`".repeat(longest + 1);
            let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
            self.out.push_str(&format!("{fence}{pad}{text}{pad}{fence}"));
        }
        self.trailing_space(id);
    }

    fn link(&mut self, id: Id) {
        let dom = self.dom;
        let nodes: Vec<Id> = dom.children(id).collect();
        let content = inline(dom, &nodes, self.line_break);
        self.leading_space(id);
        if content.is_empty() {
            return;
        }
        self.begin(None);
        match dom.attribute(id, "href").and_then(|raw| allow::value(allow::Value::Link, raw)) {
            Some(address) => {
                self.out.push('[');
                self.out.push_str(&content);
                self.out.push_str("](");
                self.destination(&address, dom.attribute(id, "title"));
                self.out.push(')');
            }
            None => self.out.push_str(&content),
        }
        self.trailing_space(id);
    }

    fn image(&mut self, id: Id) {
        let dom = self.dom;
        let source = dom.attribute(id, "src").and_then(|raw| allow::value(allow::Value::Resource, raw));
        let other = dom.attribute(id, "srcset").and_then(|raw| allow::value(allow::Value::Candidates, raw));
        let address = match (&source, &other) {
            (Some(source), _) => source,
            (None, Some(other)) => other.split([' ', ',']).next().unwrap_or_default(),
            (None, None) => return,
        };
        self.begin(None);
        self.out.push_str("![");
        let alt = dom.attribute(id, "alt").unwrap_or_default();
        self.escaped(&alt.split_whitespace().collect::<Vec<_>>().join(" "));
        self.out.push_str("](");
        // A title would be read back as a caption.
        self.destination(address, None);
        self.out.push(')');
    }

    fn frame(&mut self, id: Id) {
        let dom = self.dom;
        let is_known = dom.attribute(id, "src").is_some_and(|address| embed::frame_provider(address).is_some());
        if is_known {
            self.begin(None);
            self.out.push_str(&tidy::flow(dom, &[id]));
        }
    }

    fn destination(&mut self, address: &str, title: Option<&str>) {
        for c in address.chars() {
            match c {
                '<' => self.out.push_str("%3C"),
                '>' => self.out.push_str("%3E"),
                '|' => self.out.push_str("%7C"),
                '(' | ')' | '\\' | '&' | '*' | '_' | '[' | ']' | '`' | '~' => {
                    self.out.push('\\');
                    self.out.push(c);
                }
                _ if c.is_whitespace() => self.out.push_str("%20"),
                _ => self.out.push(c),
            }
        }
        if let Some(title) = title.filter(|title| !title.trim().is_empty()) {
            self.out.push_str(" \"");
            for c in title.chars() {
                match c {
                    '"' | '\\' | '&' | '|' | '*' | '_' | '`' | '[' | ']' | '<' | '>' | '~' => {
                        self.out.push('\\');
                        self.out.push(c);
                    }
                    '\n' | '\r' => self.out.push(' '),
                    _ => self.out.push(c),
                }
            }
            self.out.push('"');
        }
    }
}
