//! Tree → the one way in which a body is written: paragraphs, headings, lists, figures and tables at block level,
//! nothing of block level inside inline elements, no wrappers without meaning, no empty elements, single spaces.
//!
//! Parsing the result gives the tree that it was written from, which is what makes the sanitiser
//! idempotent and leaves mutation tricks nothing to mutate.

use super::allow::{self, Value};
use super::dom::{Data, Dom, Id, ROOT};
use super::embed;
use super::escape::{push_attribute, push_text};

/// What an element is to the writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Written inside a run of text.
    Inline,
    /// A paragraph, heading or the like: holds a run of text, no blocks.
    Line,
    /// Holds blocks.
    Container,
    /// Has a writer of its own.
    Special,
    /// Its tags go, its content stays; a block for what stands around it.
    Unwrapped,
    /// Its tags go and leave no trace.
    Transparent,
    /// It goes with all that it holds.
    Dropped,
}

pub(super) fn role(name: &str) -> Role {
    match name {
        "a" | "abbr" | "b" | "bdi" | "bdo" | "cite" | "code" | "del" | "dfn" | "em" | "i" | "ins" | "kbd" | "mark" | "q" | "rp" | "rt"
        | "ruby" | "s" | "samp" | "small" | "strong" | "sub" | "sup" | "time" | "u" | "var" => Role::Inline,
        "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "figcaption" | "summary" | "caption" | "dt" => Role::Line,
        "aside" | "blockquote" | "details" | "figure" => Role::Container,
        "audio" | "br" | "dl" | "embed" | "hr" | "iframe" | "img" | "ol" | "picture" | "pre" | "object" | "table" | "ul" | "video"
        | "wbr" | "listing" | "xmp" | "menu" | "dir" => Role::Special,
        "big" | "data" | "font" | "label" | "nobr" | "span" | "tt" | "acronym" | "strike" | "output" | "meter" | "progress" | "rb"
        | "rtc" | "slot" | "blink" => Role::Transparent,
        "applet" | "base" | "basefont" | "bgsound" | "canvas" | "col" | "colgroup" | "datalist" | "frame" | "frameset" | "head"
        | "input" | "link" | "meta" | "noembed" | "noframes" | "optgroup" | "option" | "param" | "script" | "select" | "source"
        | "style" | "template" | "textarea" | "title" | "track" => Role::Dropped,
        _ => Role::Unwrapped,
    }
}

/// Writes a whole tree.
pub(super) fn tidy(dom: &Dom) -> String {
    let mut writer = Writer::new(dom);
    writer.flow(ROOT, &Frame::paragraphs());
    writer.end_run();
    writer.out
}

/// Writes the inline content of some nodes, without any block around it.
pub(super) fn inline(dom: &Dom, nodes: &[Id]) -> String {
    let mut writer = Writer::new(dom);
    let frame = Frame { line: None, is_bare: true, has_blocks: false };
    for &node in nodes {
        writer.node(node, &frame);
    }
    writer.end_run();
    writer.out
}

/// Writes some nodes as blocks.
pub(super) fn flow(dom: &Dom, nodes: &[Id]) -> String {
    let mut writer = Writer::new(dom);
    let frame = Frame::paragraphs();
    for &node in nodes {
        writer.node(node, &frame);
    }
    writer.end_run();
    writer.out
}

/// Writes an element's opening tag with the attributes that it may carry.
pub(super) fn opening(dom: &Dom, id: Id, name: &str) -> String {
    format!("<{name}{}>", Writer::new(dom).attributes(id, name))
}

/// Where text stands: what is written around a run of it.
#[derive(Clone, Debug)]
struct Frame {
    /// The element that a run is wrapped in, with its attributes written.
    line: Option<(&'static str, String)>,
    /// Whether a run stands as it is, without an element of its own.
    is_bare: bool,
    /// Whether blocks may stand here. Where they may not, their content stays with line breaks around it.
    has_blocks: bool,
}

impl Frame {
    fn paragraphs() -> Self {
        Self { line: Some(("p", String::new())), is_bare: false, has_blocks: true }
    }

    fn bare() -> Self {
        Self { line: None, is_bare: true, has_blocks: true }
    }
}

struct Wrapper {
    name: &'static str,
    tag: String,
    is_open: bool,
}

struct Writer<'d> {
    dom: &'d Dom,
    out: String,
    /// Inline elements around the place that is being written, outermost first; the open ones come first.
    wrappers: Vec<Wrapper>,
    /// Where the present run began, if it has begun.
    run: Option<usize>,
    /// The element to close at the run's end.
    line: &'static str,
    /// Whether the run holds something to read or to see.
    is_visible: bool,
    has_space: bool,
    breaks: usize,
    /// The place just after a bare run: another one there would stick to it.
    after_bare: Option<usize>,
    is_bare: bool,
    /// How many containers are open: line breaks are written between outermost blocks alone.
    level: usize,
}

impl<'d> Writer<'d> {
    fn new(dom: &'d Dom) -> Self {
        Self {
            dom,
            out: String::new(),
            wrappers: Vec::new(),
            run: None,
            line: "",
            is_visible: false,
            has_space: false,
            breaks: 0,
            after_bare: None,
            is_bare: false,
            level: 0,
        }
    }

    fn flow(&mut self, parent: Id, frame: &Frame) {
        let dom = self.dom;
        for child in dom.children(parent) {
            self.node(child, frame);
        }
    }

    fn node(&mut self, id: Id, frame: &Frame) {
        let dom = self.dom;
        match dom.data(id) {
            Data::Text(text) => return self.text(text, frame),
            Data::Nothing => return,
            Data::Element(..) => {}
        }
        // Elements of SVG and MathML have no HTML name: they go with all they hold.
        let Some(name) = dom.name(id) else { return };
        match role(name) {
            Role::Dropped => {}
            Role::Transparent => self.flow(id, frame),
            Role::Inline => self.inline(id, frame),
            Role::Special if matches!(&**name, "br" | "wbr" | "img" | "picture") => {
                self.phrasing(id, name, frame);
            }
            _ if !frame.has_blocks => self.flattened(id, name, frame),
            Role::Unwrapped => self.unwrapped(id, name, frame),
            Role::Line => self.line(id, name),
            Role::Container => self.container(id, name),
            Role::Special => self.special(id, name, frame),
        }
    }

    /// A block where none may stand.
    fn flattened(&mut self, id: Id, name: &str, frame: &Frame) {
        self.line_break();
        match name {
            "audio" | "iframe" | "embed" | "object" | "video" | "hr" => {
                self.special(id, name, frame);
            }
            _ => self.flow(id, frame),
        }
        self.line_break();
    }

    fn unwrapped(&mut self, id: Id, name: &str, frame: &Frame) {
        let class = self.dom.attribute(id, "class").unwrap_or_default();
        if name == "div" && embed::class_provider(class).is_some() {
            return self.container(id, "div");
        }
        self.end_run();
        self.flow(id, frame);
        self.end_run();
    }

    fn line(&mut self, id: Id, name: &str) {
        let name = match name {
            "h1" => "h2",
            _ => name,
        };
        self.end_run();
        let Some(name) = known(name) else { return self.flow(id, &Frame::paragraphs()) };
        let frame = Frame { line: Some((name, self.attributes(id, name))), is_bare: false, has_blocks: name == "p" };
        self.flow(id, &frame);
        self.end_run();
    }

    fn container(&mut self, id: Id, name: &str) {
        self.end_run();
        let Some(name) = known(name) else { return };
        let frame = if name == "figure" { Frame::bare() } else { Frame::paragraphs() };
        let start = self.open(id, name);
        self.flow(id, &frame);
        self.close(name, start, name == "div");
    }

    fn special(&mut self, id: Id, name: &str, frame: &Frame) {
        if frame.has_blocks {
            self.end_run();
        }
        match name {
            "ul" | "ol" | "menu" | "dir" => self.list(id, if name == "ol" { "ol" } else { "ul" }),
            "dl" => self.definitions(id),
            "table" => self.table(id),
            "pre" | "listing" | "xmp" => self.preformatted(id),
            "hr" if frame.has_blocks => {
                self.separate();
                self.out.push_str("<hr>");
            }
            "iframe" => self.frame(id, frame),
            "embed" | "object" => {
                let source = if name == "embed" { "src" } else { "data" };
                self.plain_link(id, source, frame);
                self.flow(id, frame);
            }
            "audio" => self.player(id, "audio", frame),
            "video" => self.player(id, "video", frame),
            _ => {}
        }
    }

    /// Writes an opening tag; gives the place to return to if nothing follows, and the place after it.
    fn open(&mut self, id: Id, name: &'static str) -> (usize, usize) {
        let start = self.out.len();
        self.separate();
        let attributes = self.attributes(id, name);
        self.out.push('<');
        self.out.push_str(name);
        self.out.push_str(&attributes);
        self.out.push('>');
        self.level += 1;
        (start, self.out.len())
    }

    fn close(&mut self, name: &str, (start, inside): (usize, usize), keep_empty: bool) {
        self.end_run();
        self.level -= 1;
        if self.out.len() == inside && !keep_empty {
            self.out.truncate(start);
            return;
        }
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    /// A line break between the outermost blocks: bodies are compared line by line.
    fn separate(&mut self) {
        if self.level == 0 && !self.out.is_empty() {
            self.out.push('\n');
        }
    }

    fn list(&mut self, id: Id, name: &'static str) {
        let start = self.open(id, name);
        self.items(id);
        self.close(name, start, false);
    }

    fn items(&mut self, list: Id) {
        let dom = self.dom;
        let mut loose = None;
        for child in dom.children(list) {
            let name = dom.name(child).map_or("", |name| &**name);
            if name == "li" || name == "div" {
                if let Some(start) = loose.take() {
                    self.close("li", start, false);
                }
                if name == "div" {
                    self.items(child);
                } else {
                    let start = self.open(child, "li");
                    self.flow(child, &Frame::bare());
                    self.close("li", start, false);
                }
            } else if loose.is_some() || self.says_something(child) {
                // What stands in a list outside its items becomes an item.
                if loose.is_none() {
                    loose = Some(self.open(ROOT, "li"));
                }
                self.node(child, &Frame::bare());
            }
        }
        if let Some(start) = loose {
            self.close("li", start, false);
        }
    }

    fn definitions(&mut self, id: Id) {
        let start = self.open(id, "dl");
        self.terms(id);
        self.close("dl", start, false);
    }

    fn terms(&mut self, list: Id) {
        let dom = self.dom;
        for child in dom.children(list) {
            match dom.name(child).map_or("", |name| &**name) {
                "dt" => self.line(child, "dt"),
                "div" => self.terms(child),
                "dd" => {
                    let start = self.open(child, "dd");
                    self.flow(child, &Frame::bare());
                    self.close("dd", start, false);
                }
                _ if self.says_something(child) => {
                    let start = self.open(ROOT, "dd");
                    self.node(child, &Frame::bare());
                    self.close("dd", start, false);
                }
                _ => {}
            }
        }
    }

    fn table(&mut self, id: Id) {
        let has_content = self.dom.descendants(id).any(|node| {
            !matches!(self.dom.data(node), Data::Element(..)) && self.says_something(node)
                || self.dom.name(node).is_some_and(|name| is_seen(name))
        });
        if !has_content {
            return;
        }
        let start = self.open(id, "table");
        self.rows(id, true);
        self.close("table", start, false);
    }

    fn rows(&mut self, parent: Id, is_table: bool) {
        let dom = self.dom;
        let mut body = None;
        for child in dom.children(parent) {
            let name = dom.name(child).map_or("", |name| &**name);
            if is_table
                && name != "tr"
                && let Some(start) = body.take()
            {
                self.close("tbody", start, false);
            }
            match name {
                "caption" if is_table => self.line(child, "caption"),
                "thead" | "tbody" | "tfoot" if is_table => {
                    let Some(name) = known(name) else { continue };
                    let start = self.open(child, name);
                    self.rows(child, false);
                    self.close(name, start, false);
                }
                "tr" => {
                    if is_table && body.is_none() {
                        body = Some(self.open(ROOT, "tbody"));
                    }
                    let start = self.open(child, "tr");
                    for cell in dom.children(child) {
                        if let Some(name @ ("td" | "th")) = dom.name(cell).and_then(|name| known(name)) {
                            let start = self.open(cell, name);
                            self.flow(cell, &Frame::bare());
                            self.close(name, start, true);
                        }
                    }
                    self.close("tr", start, false);
                }
                _ => {}
            }
        }
        if let Some(start) = body {
            self.close("tbody", start, false);
        }
    }

    fn preformatted(&mut self, id: Id) {
        let dom = self.dom;
        let mut text = String::new();
        self.verbatim(id, &mut text);
        // The parser drops a line break after `<pre>`; leading blank lines would be lost one by one.
        let text = text.trim_matches(['\n', '\r']).trim_end();
        if text.is_empty() {
            return;
        }
        // A language is told by the class of `<code>`, or of `<pre>` itself.
        let code = dom.children(id).find(|&child| dom.name(child).is_some_and(|name| &**name == "code"));
        let class = [code, Some(id)].into_iter().flatten().find_map(|node| {
            let class = dom.attribute(node, "class")?;
            let word = class.split_ascii_whitespace().find(|word| word.starts_with("language-"))?;
            allow::value(Value::Class, word)
        });
        self.separate();
        self.out.push_str("<pre>");
        if code.is_some() || class.is_some() {
            self.out.push_str("<code");
            if let Some(class) = class {
                push_attribute(&mut self.out, "class", &class);
            }
            self.out.push('>');
            push_text(&mut self.out, text);
            self.out.push_str("</code>");
        } else {
            push_text(&mut self.out, text);
        }
        self.out.push_str("</pre>");
    }

    fn verbatim(&self, parent: Id, text: &mut String) {
        let dom = self.dom;
        for child in dom.children(parent) {
            match dom.data(child) {
                Data::Text(more) => text.extend(more.chars().filter(|&c| allow::is_text(c))),
                Data::Element(..) => match dom.name(child) {
                    Some(name) if &**name == "br" => text.push('\n'),
                    Some(name) if role(name) != Role::Dropped => {
                        let is_block = !matches!(role(name), Role::Inline | Role::Transparent);
                        if is_block && !text.is_empty() && !text.ends_with('\n') {
                            text.push('\n');
                        }
                        self.verbatim(child, text);
                        if is_block && !text.ends_with('\n') {
                            text.push('\n');
                        }
                    }
                    _ => {}
                },
                Data::Nothing => {}
            }
        }
    }

    fn frame(&mut self, id: Id, frame: &Frame) {
        let source = self.dom.attribute(id, "src").and_then(|raw| allow::value(Value::Resource, raw));
        if source.is_some_and(|source| embed::frame_provider(&source).is_some()) {
            self.element(id, "iframe", frame);
            self.out.push_str("</iframe>");
        } else {
            self.plain_link(id, "src", frame);
        }
    }

    /// Instead of a frame that may not be shown: its address, so that nothing disappears unseen.
    fn plain_link(&mut self, id: Id, attribute: &str, frame: &Frame) {
        let raw = self.dom.attribute(id, attribute).unwrap_or_default();
        let raw = if raw.starts_with("//") { format!("https:{raw}") } else { raw.to_owned() };
        let Some(address) = allow::value(Value::Resource, &raw) else { return };
        if !address.starts_with("http") {
            return;
        }
        let mut tag = String::from("<a");
        push_attribute(&mut tag, "href", &address);
        tag.push('>');
        let is_nested = self.wrappers.iter().any(|wrapper| wrapper.name == "a");
        if !is_nested {
            self.wrappers.push(Wrapper { name: "a", tag, is_open: false });
        }
        self.text(&address, frame);
        if !is_nested {
            self.leave();
        }
        if frame.has_blocks {
            self.end_run();
        }
    }

    fn player(&mut self, id: Id, name: &'static str, frame: &Frame) {
        let dom = self.dom;
        let is_file = |child: &Id| {
            dom.name(*child).is_some_and(|name| &**name == "source")
                && dom.attribute(*child, "src").and_then(|raw| allow::value(Value::Resource, raw)).is_some()
        };
        let own = dom.attribute(id, "src").and_then(|raw| allow::value(Value::Resource, raw));
        if own.is_some() || dom.children(id).any(|child| is_file(&child)) {
            self.element(id, name, frame);
            for child in dom.children(id).filter(is_file) {
                self.tag(child, "source");
            }
            let tracks = dom.children(id).filter(|&child| {
                dom.name(child).is_some_and(|name| &**name == "track")
                    && dom.attribute(child, "src").and_then(|raw| allow::value(Value::Resource, raw)).is_some()
            });
            for track in tracks.collect::<Vec<_>>() {
                self.tag(track, "track");
            }
            self.out.push_str("</");
            self.out.push_str(name);
            self.out.push('>');
        }
        // The fallback is for readers whose browser plays nothing; its text is not lost.
        self.flow(id, frame);
    }

    /// The opening tag of something that is seen: between blocks where they may stand, else in the run.
    fn element(&mut self, id: Id, name: &'static str, frame: &Frame) {
        if frame.has_blocks {
            self.separate();
        } else {
            self.begin(frame);
            self.is_visible = true;
        }
        self.tag(id, name);
    }

    fn phrasing(&mut self, id: Id, name: &str, frame: &Frame) {
        let dom = self.dom;
        match name {
            "br" => self.breaks += usize::from(self.run.is_some()),
            "wbr" => {
                if self.run.is_some() && !self.has_space && self.breaks == 0 {
                    self.out.push_str("<wbr>");
                }
            }
            "img" => self.image(id, frame),
            _ => {
                let image =
                    dom.descendants(id).find(|&child| dom.name(child).is_some_and(|name| &**name == "img") && self.is_loadable(child));
                let Some(image) = image else { return self.flow(id, frame) };
                self.begin(frame);
                self.is_visible = true;
                self.out.push_str("<picture>");
                let sources = dom.children(id).filter(|&child| {
                    dom.name(child).is_some_and(|name| &**name == "source")
                        && dom.attribute(child, "srcset").and_then(|raw| allow::value(Value::Candidates, raw)).is_some()
                });
                for source in sources.collect::<Vec<_>>() {
                    self.tag(source, "source");
                }
                self.tag(image, "img");
                self.out.push_str("</picture>");
            }
        }
    }

    fn is_loadable(&self, image: Id) -> bool {
        [("src", Value::Resource), ("srcset", Value::Candidates)]
            .iter()
            .any(|&(name, kind)| self.dom.attribute(image, name).is_some_and(|raw| allow::value(kind, raw).is_some()))
    }

    fn image(&mut self, id: Id, frame: &Frame) {
        if self.is_loadable(id) {
            self.begin(frame);
            self.is_visible = true;
            self.tag(id, "img");
        }
    }

    fn inline(&mut self, id: Id, frame: &Frame) {
        let Some(name) = self.dom.name(id).and_then(|name| known(name)) else { return };
        let attributes = self.attributes(id, name);
        let tag = format!("<{name}{attributes}>");
        let is_needless = match name {
            // A link that leads nowhere is text; a link inside a link is no HTML.
            "a" => !attributes.contains(" href=") || self.wrappers.iter().any(|wrapper| wrapper.name == "a"),
            _ => self.wrappers.iter().any(|wrapper| wrapper.tag == tag),
        };
        if is_needless {
            return self.flow(id, frame);
        }
        self.wrappers.push(Wrapper { name, tag, is_open: false });
        self.flow(id, frame);
        self.leave();
    }

    /// Leaves the innermost inline element.
    fn leave(&mut self) {
        if let Some(wrapper) = self.wrappers.pop()
            && wrapper.is_open
        {
            self.out.push_str("</");
            self.out.push_str(wrapper.name);
            self.out.push('>');
        }
    }

    fn text(&mut self, text: &str, frame: &Frame) {
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if c.is_ascii_whitespace() {
                self.has_space = self.run.is_some();
                rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace());
                continue;
            }
            let end = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
            let word = &rest[..end];
            rest = &rest[end..];
            if word.chars().any(allow::is_text) {
                self.begin(frame);
                self.is_visible |= word.chars().any(is_ink);
                push_text(&mut self.out, word);
            }
        }
    }

    fn line_break(&mut self) {
        if self.run.is_some() && self.breaks == 0 {
            self.breaks = 1;
        }
    }

    /// Writes whatever is due before something visible: the run's element, breaks, a space, tags.
    fn begin(&mut self, frame: &Frame) {
        if self.run.is_none() {
            self.run = Some(self.out.len());
            self.is_visible = false;
            self.is_bare = frame.is_bare;
            self.has_space = false;
            self.breaks = 0;
            match &frame.line {
                Some((name, attributes)) => {
                    self.separate();
                    self.out.push('<');
                    self.out.push_str(name);
                    self.out.push_str(attributes);
                    self.out.push('>');
                    self.line = name;
                }
                None => {
                    self.line = "";
                    if self.after_bare == Some(self.out.len()) {
                        self.out.push_str("<br>");
                    }
                }
            }
        }
        if self.breaks > 0 {
            for _ in 0..self.breaks.min(2) {
                self.out.push_str("<br>");
            }
        } else if self.has_space {
            self.out.push(' ');
        }
        self.breaks = 0;
        self.has_space = false;
        for wrapper in self.wrappers.iter_mut().filter(|wrapper| !wrapper.is_open) {
            self.out.push_str(&wrapper.tag);
            wrapper.is_open = true;
        }
    }

    fn end_run(&mut self) {
        self.has_space = false;
        self.breaks = 0;
        let Some(start) = self.run.take() else { return };
        let mut closing = String::new();
        for wrapper in self.wrappers.iter_mut().rev().filter(|wrapper| wrapper.is_open) {
            closing.push_str("</");
            closing.push_str(wrapper.name);
            closing.push('>');
            wrapper.is_open = false;
        }
        if !self.is_visible {
            self.out.truncate(start);
            return;
        }
        self.out.push_str(&closing);
        if self.line.is_empty() {
            self.after_bare = Some(self.out.len());
        } else {
            self.out.push_str("</");
            self.out.push_str(self.line);
            self.out.push('>');
        }
    }

    fn tag(&mut self, id: Id, name: &'static str) {
        let attributes = self.attributes(id, name);
        self.out.push('<');
        self.out.push_str(name);
        self.out.push_str(&attributes);
        self.out.push('>');
    }

    /// The allowed attributes of an element, written.
    fn attributes(&self, id: Id, name: &str) -> String {
        let mut written = String::new();
        let Data::Element(_, present) = self.dom.data(id) else { return written };
        if present.is_empty() {
            return written;
        }
        let own = allow::attributes(name).unwrap_or_default();
        for (name, kind) in own.iter().chain(allow::EVERYWHERE) {
            if let Some(value) = self.dom.attribute(id, name).and_then(|raw| allow::value(*kind, raw)) {
                push_attribute(&mut written, name, &value);
            }
        }
        written
    }

    /// Whether a node is more than white space and comments.
    fn says_something(&self, id: Id) -> bool {
        match self.dom.data(id) {
            Data::Text(text) => text.chars().any(is_ink),
            Data::Element(..) => true,
            Data::Nothing => false,
        }
    }
}

/// Whether a character leaves something on the page.
fn is_ink(c: char) -> bool {
    allow::is_text(c) && !c.is_whitespace() && !matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{00AD}')
}

fn is_seen(name: &str) -> bool {
    matches!(name, "img" | "iframe" | "video" | "audio" | "embed" | "object")
}

/// The table's own spelling of an element's name.
fn known(name: &str) -> Option<&'static str> {
    allow::ELEMENTS.binary_search_by(|(known, _)| (*known).cmp(name)).ok().map(|place| allow::ELEMENTS[place].0)
}
