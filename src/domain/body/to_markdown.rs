//! Body → `CommonMark` with GitHub's tables and strikethrough.

use super::dom::{Dom, Id, ROOT};
use super::embed;
use super::inline_markdown::inline;
use super::parse::parse;
use super::text::{preformatted, start};
use super::tidy::{self, Role, role};

/// Writes a body as Markdown, so that [`from_markdown`](super::from_markdown) reads the same text from it.
///
/// What Markdown has no sign for stays HTML: players, embeds, definitions, `<sub>` and the like. Pictures come as
/// `![alt](url)` with their caption as the paragraph behind; sizes and media ids are not carried over.
pub fn to_markdown(html: &str) -> String {
    let dom = parse(html);
    let mut writer = Markdown { dom: &dom, out: String::new(), levels: Vec::new(), gap: 0, last: Last::Other };
    writer.blocks(&dom.children(ROOT).collect::<Vec<_>>());
    writer.out
}

/// What stands before each line of a quotation or a list item.
struct Level {
    /// Before the first line, until that is written.
    first: Option<String>,
    rest: String,
}

/// What was written last at the present level: two lists in a row need different marks to stay two.
#[derive(Clone, Copy, PartialEq)]
enum Last {
    List { ordered: bool, is_second: bool },
    Other,
}

struct Markdown<'d> {
    dom: &'d Dom,
    out: String,
    levels: Vec<Level>,
    /// Line breaks that are due before the next line.
    gap: usize,
    last: Last,
}

impl<'d> Markdown<'d> {
    fn name(&self, id: Id) -> &'d str {
        let dom = self.dom;
        dom.name(id).map_or("", |name| &**name)
    }

    fn children(&self, id: Id) -> Vec<Id> {
        self.dom.children(id).collect()
    }

    fn blocks(&mut self, nodes: &[Id]) {
        let mut line = Vec::new();
        for &node in nodes {
            let name = self.name(node);
            let is_inline = name.is_empty()
                || matches!(role(name), Role::Inline | Role::Transparent)
                || matches!(name, "br" | "wbr" | "img" | "picture");
            if is_inline {
                line.push(node);
                continue;
            }
            self.paragraph(&std::mem::take(&mut line));
            self.block(node, name);
        }
        self.paragraph(&line);
    }

    fn block(&mut self, id: Id, name: &str) {
        let children = self.children(id);
        match name {
            "p" => self.paragraph(&children),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.heading(&children, name),
            "ul" | "ol" | "menu" | "dir" => return self.list(id, name == "ol"),
            "blockquote" | "div" if self.dom.attribute(id, "class").is_some_and(|c| embed::class_provider(c).is_some()) => self.raw(id, ""),
            "blockquote" => self.within("> ".to_owned(), "> ".to_owned(), &children),
            "pre" | "listing" | "xmp" => self.code(id),
            "hr" => {
                // In a list item, hyphens alone would be more of its mark.
                self.lines(if self.levels.is_empty() { "---" } else { "___" });
            }
            "table" => self.table(id),
            "figcaption" | "caption" | "summary" | "dt" => self.paragraph(&children),
            "details" => self.details(&children),
            "aside" => {
                self.lines(&tidy::opening(self.dom, id, "aside"));
                self.blocks(&children);
                self.break_by(2);
                self.lines("</aside>");
            }
            "dl" | "iframe" => self.raw(id, ""),
            // These two begin an HTML block only if a tag of block level stands before them.
            "video" | "audio" => self.raw(id, "div"),
            _ if role(name) == Role::Dropped => {}
            // A figure too: its picture, then its caption as a paragraph.
            _ => self.blocks(&children),
        }
        self.last = Last::Other;
    }

    fn break_by(&mut self, gap: usize) {
        self.gap = self.gap.max(gap);
    }

    /// Writes lines as a block of their own.
    fn lines(&mut self, text: &str) {
        self.break_by(2);
        for line in text.split('\n') {
            self.line(line);
            self.gap = 1;
        }
        self.gap = 2;
    }

    fn line(&mut self, text: &str) {
        if self.out.is_empty() {
            self.gap = 0;
        } else {
            for rest in (0..self.gap).rev() {
                self.out.push('\n');
                // A blank line within a quotation belongs to it; before a new item's mark it does not.
                if rest > 0 {
                    let from = self.out.len();
                    for level in self.levels.iter().take_while(|level| level.first.is_none()) {
                        self.out.push_str(&level.rest);
                    }
                    let end = self.out[from..].trim_end().len();
                    self.out.truncate(from + end);
                }
            }
        }
        for level in &mut self.levels {
            match level.first.take() {
                Some(first) => self.out.push_str(&first),
                None => self.out.push_str(&level.rest),
            }
        }
        self.out.push_str(text);
        if text.is_empty() {
            let end = self.out.trim_end_matches(' ').len();
            self.out.truncate(end);
        }
        self.gap = 0;
    }

    fn paragraph(&mut self, nodes: &[Id]) {
        let text = inline(self.dom, nodes, "\\\n");
        if !text.is_empty() {
            let lines: Vec<String> = text.split('\n').map(guarded).collect();
            self.lines(&lines.join("\n"));
            self.last = Last::Other;
        }
    }

    fn heading(&mut self, nodes: &[Id], name: &str) {
        let text = inline(self.dom, nodes, "<br>");
        if text.is_empty() {
            return;
        }
        let level = name.as_bytes().get(1).map_or(2, |digit| usize::from(digit - b'0').max(2));
        // Hashes at the end would be taken for a closing sequence.
        let text = match text.strip_suffix('#') {
            Some(front) => format!("{front}\\#"),
            None => text,
        };
        self.lines(&format!("{} {text}", "#".repeat(level)));
    }

    fn within(&mut self, first: String, rest: String, nodes: &[Id]) {
        self.break_by(2);
        self.levels.push(Level { first: Some(first), rest });
        let before = std::mem::replace(&mut self.last, Last::Other);
        self.blocks(nodes);
        self.last = before;
        self.levels.pop();
        self.break_by(2);
    }

    fn list(&mut self, id: Id, ordered: bool) {
        let is_second = matches!(self.last, Last::List { ordered: earlier, is_second: false } if earlier == ordered);
        let mut number = start(self.dom, id);
        // Directly under an item's line only what may interrupt a paragraph: bullets, and numbers from 1.
        let is_tight = self.levels.last().is_some_and(|level| level.first.is_none()) && self.gap <= 1 && (!ordered || number == 1);
        if !is_tight {
            self.break_by(2);
        }
        for item in self.children(id) {
            if self.name(item).is_empty() && inline(self.dom, &[item], " ").is_empty() {
                continue;
            }
            // Nine digits are the most that Markdown counts with.
            let mark = match (ordered, is_second) {
                (true, false) => format!("{}. ", number.clamp(0, 999_999_999)),
                (true, true) => format!("{}) ", number.clamp(0, 999_999_999)),
                (false, false) => "- ".to_owned(),
                (false, true) => "* ".to_owned(),
            };
            number += 1;
            let rest = " ".repeat(mark.len());
            let nodes = if self.name(item) == "li" { self.children(item) } else { vec![item] };
            let depth = self.levels.len();
            self.levels.push(Level { first: Some(mark), rest });
            self.last = Last::Other;
            self.item(&nodes);
            self.levels.truncate(depth);
            self.gap = 1;
        }
        self.gap = 2;
        self.last = Last::List { ordered, is_second };
    }

    /// An item's first line stands behind its mark, a list below it directly under that.
    fn item(&mut self, nodes: &[Id]) {
        // `lines` parts blocks by blank lines; the mark's own line has none before it.
        self.gap = self.gap.max(1);
        let mut line = Vec::new();
        let mut is_first = true;
        for &node in nodes {
            let name = self.name(node);
            let is_inline = name.is_empty()
                || matches!(role(name), Role::Inline | Role::Transparent)
                || matches!(name, "br" | "wbr" | "img" | "picture");
            if is_inline {
                line.push(node);
                continue;
            }
            is_first &= !self.item_line(&std::mem::take(&mut line), is_first);
            if matches!(name, "ul" | "ol") {
                self.list(node, name == "ol");
            } else {
                self.first_block(node, name, is_first);
            }
            is_first = false;
        }
        self.item_line(&line, is_first);
    }

    /// Writes a run of an item; tells whether it held anything.
    fn item_line(&mut self, nodes: &[Id], is_first: bool) -> bool {
        let text = inline(self.dom, nodes, "\\\n");
        if text.is_empty() {
            return false;
        }
        if !is_first {
            self.break_by(2);
        }
        for line in text.split('\n') {
            self.line(&guarded(line));
            self.gap = 1;
        }
        self.last = Last::Other;
        true
    }

    /// Writes a block of an item; the first stands behind the mark.
    fn first_block(&mut self, id: Id, name: &str, is_first: bool) {
        if is_first && name == "p" {
            self.item_line(&self.children(id), true);
        } else {
            self.block(id, name);
        }
        self.gap = 2;
    }

    fn code(&mut self, id: Id) {
        let text = preformatted(self.dom, id);
        let text = text.trim_matches('\n');
        let code = self.dom.children(id).next().unwrap_or(id);
        let language = [id, code].iter().find_map(|&node| self.dom.attribute(node, "class")?.strip_prefix("language-"));
        let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        self.lines(&format!("{fence}{}\n{text}\n{fence}", language.unwrap_or_default()));
    }

    fn details(&mut self, children: &[Id]) {
        let summary = children.iter().find(|&&child| self.name(child) == "summary");
        let rest: Vec<Id> = children.iter().copied().filter(|child| Some(child) != summary).collect();
        self.lines("<details>");
        if let Some(&summary) = summary {
            self.gap = 1;
            let inside = tidy::inline(self.dom, &self.children(summary));
            self.line(&format!("<summary>{inside}</summary>"));
            self.gap = 2;
        }
        self.blocks(&rest);
        self.break_by(2);
        self.lines("</details>");
    }

    /// The markup itself, on one line: a blank one would end it.
    fn raw(&mut self, id: Id, around: &str) {
        let html = tidy::flow(self.dom, &[id]).replace('\n', "&#10;");
        if html.is_empty() {
            return;
        }
        if around.is_empty() {
            self.lines(&html);
        } else {
            self.lines(&format!("<{around}>{html}</{around}>"));
        }
    }

    fn table(&mut self, id: Id) {
        let mut rows: Vec<Vec<String>> = Vec::new();
        let mut has_head = false;
        let mut captions = Vec::new();
        for part in self.children(id) {
            match self.name(part) {
                "caption" => captions.push(part),
                "tr" => rows.extend(self.row(part)),
                name => {
                    has_head |= name == "thead" && rows.is_empty();
                    let inside = self.children(part).into_iter().filter_map(|row| self.row(row)).collect::<Vec<_>>();
                    rows.extend(inside);
                }
            }
        }
        for caption in captions {
            self.paragraph(&self.children(caption));
        }
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        if columns == 0 {
            return;
        }
        if !has_head && !self.first_row_is_head(id) {
            // A table of Markdown has a head; an empty one says that this has none.
            rows.insert(0, Vec::new());
        }
        let mut lines = Vec::with_capacity(rows.len() + 1);
        for (place, mut row) in rows.into_iter().enumerate() {
            row.resize(columns, String::new());
            lines.push(format!("| {} |", row.join(" | ")));
            if place == 0 {
                lines.push(format!("|{}", " --- |".repeat(columns)));
            }
        }
        self.lines(&lines.join("\n"));
    }

    fn first_row_is_head(&self, table: Id) -> bool {
        let first = self.dom.descendants(table).find(|&node| self.name(node) == "tr");
        first.is_some_and(|row| {
            let mut cells = self.dom.children(row).filter(|&cell| !self.name(cell).is_empty()).peekable();
            cells.peek().is_some() && cells.all(|cell| self.name(cell) == "th")
        })
    }

    fn row(&self, id: Id) -> Option<Vec<String>> {
        let cells = self.dom.children(id).filter(|&cell| matches!(self.name(cell), "td" | "th"));
        let row: Vec<String> = cells.map(|cell| inline(self.dom, &self.children(cell), "<br>")).collect();
        (!row.is_empty()).then_some(row)
    }
}

/// A line whose beginning could be taken for a block's mark, with a backslash before that.
fn guarded(line: &str) -> String {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    match line.as_bytes().get(digits) {
        Some(b'#' | b'-' | b'+' | b'=' | b'>' | b':') if digits == 0 => format!("\\{line}"),
        Some(b'.' | b')') if digits > 0 => format!("{}\\{}", &line[..digits], &line[digits..]),
        _ => line.to_owned(),
    }
}
