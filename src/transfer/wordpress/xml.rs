//! The XML of an export, one tag at a time: well-formed or refused with its place.
//!
//! quick-xml forgives more than XML does. What it lets pass and XML forbids is refused here, because a file that is
//! broken in one place is usually broken (or cut, or edited by hand) in others: control characters, `]]>` in text,
//! names that are none, a second root, text outside the root, elements left open. Entities are the five of XML and
//! numeric ones; any other (`&nbsp;`) would need the DOCTYPE that is refused.

use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use super::place::{Place, Tracked};

/// Why a file cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The disk failed, not the file.
    #[error("the file cannot be read at {place}")]
    Io {
        /// Where.
        place: Place,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Not a WordPress export at all.
    #[error("not a WordPress export: {0}")]
    Foreign(String),
    /// An export, or what may be one, that is broken.
    #[error("{what}, at {place}")]
    Broken {
        /// Where, as exactly as is known.
        place: Place,
        /// What is wrong there.
        what: String,
    },
}

/// A family of elements. Files differ in the version and the scheme of the URIs, and leave declarations out, so that
/// a URI is recognised by what all its forms share, and an undeclared prefix by its usual meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// RSS's own elements, without a prefix.
    Rss,
    /// `wp:`
    WordPress,
    /// `content:`
    Content,
    /// `excerpt:`
    Excerpt,
    /// `dc:`
    DublinCore,
    /// Any other.
    Other,
}

/// What was met.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// A start tag; its attributes are in [`Events::attributes`].
    Open(Family, String),
    /// An end tag.
    Close,
    /// Some text, added to [`Events::text`].
    Text,
    /// The end of a whole document.
    End,
}

/// An element whose end tag is still to come.
#[derive(Debug)]
struct Open {
    name: String,
    at: Place,
}

/// A pull reader over a document.
pub struct Events<R> {
    xml: Reader<Tracked<R>>,
    buffer: Vec<u8>,
    /// Attributes of the last start tag, decoded.
    pub attributes: Vec<(String, String)>,
    /// Text gathered since it was last cleared.
    pub text: String,
    /// Whether a CDATA section is in it: then blanks around are layout, not content.
    pub has_cdata: bool,
    /// How many forbidden control characters were dropped.
    pub dropped_controls: u64,
    /// What the caller is reading, for messages.
    pub context: String,
    open: Vec<Open>,
    prefixes: Vec<(String, Family)>,
    is_empty_element: bool,
    has_root: bool,
    drop_controls: bool,
}

impl<R: BufRead> Events<R> {
    /// Reads `input`, which is UTF-8 without a mark. An element directly in the channel may hold `budget` bytes.
    /// `drop_controls`: drop the control characters that XML forbids instead of refusing them.
    pub fn new(input: R, budget: u64, drop_controls: bool) -> Self {
        let mut xml = Reader::from_reader(Tracked::new(input, budget));
        xml.config_mut().check_end_names = true;
        Self {
            xml,
            buffer: Vec::new(),
            attributes: Vec::new(),
            text: String::new(),
            has_cdata: false,
            dropped_controls: 0,
            context: String::new(),
            open: Vec::new(),
            prefixes: Vec::new(),
            is_empty_element: false,
            has_root: false,
            drop_controls,
        }
    }

    /// Where the next tag or text begins.
    pub fn place(&self) -> Place {
        self.xml.get_ref().place()
    }

    /// How many elements are open.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// Gives the next element the whole budget.
    pub fn refill(&mut self) {
        self.xml.get_mut().refill();
    }

    /// An attribute of the last start tag.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The next tag or text.
    pub fn step(&mut self) -> Result<Step, ReadError> {
        if self.is_empty_element {
            self.is_empty_element = false;
            self.open.pop();
            return Ok(Step::Close);
        }
        loop {
            let start = self.place();
            self.buffer.clear();
            let mut buffer = std::mem::take(&mut self.buffer);
            let step = match self.xml.read_event_into(&mut buffer) {
                Ok(event) => self.understand(event, start),
                Err(error) => Err(self.explain(&error, start)),
            };
            self.buffer = buffer;
            if let Some(step) = step? {
                return Ok(step);
            }
        }
    }

    /// Passes over the element that was just opened, whatever is in it.
    pub fn skip(&mut self) -> Result<(), ReadError> {
        let depth = self.depth();
        while self.depth() >= depth {
            if self.step()? == Step::Text {
                self.text.clear();
            }
        }
        Ok(())
    }

    /// The text of the element that was just opened, to its end tag.
    pub fn text_of(&mut self) -> Result<String, ReadError> {
        let depth = self.depth();
        self.text.clear();
        self.has_cdata = false;
        while self.depth() >= depth {
            self.step()?;
        }
        Ok(std::mem::take(&mut self.text))
    }

    fn understand(&mut self, event: Event<'_>, start: Place) -> Result<Option<Step>, ReadError> {
        match event {
            Event::Start(tag) => self.open(&tag, start).map(Some),
            Event::Empty(tag) => {
                let step = self.open(&tag, start)?;
                self.is_empty_element = true;
                Ok(Some(step))
            }
            Event::End(_) => {
                self.open.pop();
                Ok(Some(Step::Close))
            }
            Event::Text(text) => self.add_text(&text, start),
            Event::CData(text) => self.add_cdata(&text, start.after(b"<![CDATA[")),
            Event::GeneralRef(reference) => self.add_reference(&reference, start),
            Event::Comment(comment) => {
                std::str::from_utf8(&comment).map_err(|fault| not_utf8(start.after(b"<!--").after(&comment[..fault.valid_up_to()])))?;
                Ok(None)
            }
            // quick-xml gives a declaration wherever it stands; it is refused nowhere else for the few files that begin with an empty line.
            Event::Decl(_) | Event::PI(_) => Ok(None),
            Event::DocType(_) => Err(broken(
                start,
                "the file has a DOCTYPE, which WordPress never writes; it is refused because it can pull in other files".into(),
            )),
            Event::Eof => self.end(start).map(Some),
        }
    }

    fn open(&mut self, tag: &BytesStart<'_>, start: Place) -> Result<Step, ReadError> {
        let name = std::str::from_utf8(tag.name().into_inner()).map_err(|_| not_utf8(start))?.to_owned();
        if !is_name(&name) {
            return Err(broken(start, format!("`<{name}` is no tag; a bare `<` in text must be written `&lt;`")));
        }
        if self.open.is_empty() && self.has_root {
            return Err(broken(start, format!("a second root element <{name}> follows the first (two exports in one file?)")));
        }
        self.has_root = true;
        self.attributes.clear();
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|fault| broken(start, format!("in the tag <{name}>: {fault}")))?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|fault| broken(start, format!("in an attribute of <{name}>: {fault}")))?;
            if let Some(character) = value.chars().find(|character| is_forbidden(*character)) {
                return Err(broken(start, format!("in an attribute of <{name}>: {}", control(character))));
            }
            let key = String::from_utf8_lossy(attribute.key.into_inner()).into_owned();
            if let Some(prefix) = key.strip_prefix("xmlns:") {
                self.prefixes.push((prefix.to_owned(), family_of_uri(&value).unwrap_or_else(|| family_of_prefix(prefix))));
            }
            self.attributes.push((key, value.into_owned()));
        }
        let (family, local) = match name.split_once(':') {
            None => (Family::Rss, name.clone()),
            Some((prefix, local)) => (self.family(prefix), local.to_owned()),
        };
        self.open.push(Open { name, at: start });
        Ok(Step::Open(family, local))
    }

    fn family(&self, prefix: &str) -> Family {
        self.prefixes.iter().rev().find(|(known, _)| known == prefix).map_or_else(|| family_of_prefix(prefix), |(_, family)| *family)
    }

    fn add_text(&mut self, bytes: &[u8], start: Place) -> Result<Option<Step>, ReadError> {
        let text = std::str::from_utf8(bytes).map_err(|fault| not_utf8(start.after(&bytes[..fault.valid_up_to()])))?;
        if let Some(at) = text.find("]]>") {
            return Err(broken(
                start.after(&text.as_bytes()[..at]),
                "`]]>` stands in text, where it must be split or written `]]&gt;`".into(),
            ));
        }
        if self.open.is_empty() {
            return match text.find(|character: char| !character.is_ascii_whitespace()) {
                None => Ok(None),
                Some(at) => {
                    let side = if self.has_root { "after" } else { "before" };
                    Err(broken(start.after(&text.as_bytes()[..at]), format!("there is text {side} the root element")))
                }
            };
        }
        // Layout around a CDATA section is not part of the value that it wraps.
        if self.has_cdata && text.chars().all(|character| character.is_ascii_whitespace()) {
            return Ok(None);
        }
        self.push(text, start)
    }

    fn add_cdata(&mut self, bytes: &[u8], start: Place) -> Result<Option<Step>, ReadError> {
        let text = std::str::from_utf8(bytes).map_err(|fault| not_utf8(start.after(&bytes[..fault.valid_up_to()])))?;
        if self.open.is_empty() {
            return Err(broken(start, "there is text outside the root element".into()));
        }
        if !self.has_cdata && self.text.chars().all(|character| character.is_ascii_whitespace()) {
            self.text.clear();
        }
        self.has_cdata = true;
        self.push(text, start)
    }

    /// Adds text, with its line ends made `\n` (XML 1.0, 2.11).
    fn push(&mut self, text: &str, start: Place) -> Result<Option<Step>, ReadError> {
        // Most texts hold nothing of the kind: one look at the bytes, without a branch for each.
        let is_odd = |byte: u8| (byte < b' ' && byte != b'\n' && byte != b'\t') | (byte == 0xEF);
        if !text.bytes().fold(false, |found, byte| found | is_odd(byte)) {
            self.text.push_str(text);
            return Ok(Some(Step::Text));
        }
        let mut rest = text;
        while let Some(at) = rest.find(|character| character == '\r' || is_forbidden(character)) {
            let (before, after) = rest.split_at(at);
            self.text.push_str(before);
            let mut characters = after.chars();
            match characters.next() {
                Some('\r') => self.text.push_str(if after.starts_with("\r\n") { "" } else { "\n" }),
                Some(_) if self.drop_controls => self.dropped_controls += 1,
                Some(character) => {
                    let read = text.len() - after.len();
                    return Err(broken(start.after(&text.as_bytes()[..read]), control(character)));
                }
                None => {}
            }
            rest = characters.as_str();
        }
        self.text.push_str(rest);
        Ok(Some(Step::Text))
    }

    fn add_reference(&mut self, reference: &quick_xml::events::BytesRef<'_>, start: Place) -> Result<Option<Step>, ReadError> {
        if self.open.is_empty() {
            return Err(broken(start, "there is text outside the root element".into()));
        }
        let name = reference.decode().map_err(|_| not_utf8(start))?;
        if reference.is_char_ref() {
            return match reference.resolve_char_ref() {
                Ok(Some(character)) if is_forbidden(character) => {
                    if !self.drop_controls {
                        return Err(broken(start, control(character)));
                    }
                    self.dropped_controls += 1;
                    Ok(None)
                }
                Ok(Some(character)) => {
                    self.text.push(character);
                    Ok(Some(Step::Text))
                }
                Ok(None) | Err(_) => Err(broken(start, format!("`&{name};` is no character"))),
            };
        }
        match resolve_predefined_entity(&name) {
            Some(text) => {
                self.text.push_str(text);
                Ok(Some(Step::Text))
            }
            None => {
                Err(broken(start, format!("`&{name};` is no entity of XML; outside CDATA write `&amp;{name};` or the character itself")))
            }
        }
    }

    fn end(&self, end: Place) -> Result<Step, ReadError> {
        match self.open.last() {
            Some(_) => Err(self.cut(end)),
            None if self.has_root => Ok(Step::End),
            None => Err(ReadError::Foreign("the file holds no element".into())),
        }
    }

    /// The file ends too early.
    fn cut(&self, end: Place) -> ReadError {
        let inside = match self.open.last() {
            Some(open) => format!("inside <{}>, which begins at {}", open.name, open.at),
            None => "before its first element is complete".into(),
        };
        let context = if self.context.is_empty() { String::new() } else { format!(" ({})", self.context) };
        broken(end, format!("the file is cut off {inside}{context}: it ends"))
    }

    fn explain(&mut self, error: &quick_xml::Error, start: Place) -> ReadError {
        use quick_xml::Error;
        use quick_xml::errors::{IllFormedError, SyntaxError};
        let end = self.place();
        if self.xml.get_ref().is_spent() {
            return broken(start, format!("one element is larger than this importer takes{}; it begins", self.in_context()));
        }
        match error {
            Error::Io(source) => ReadError::Io { place: end, source: std::io::Error::new(source.kind(), source.to_string()) },
            Error::Syntax(SyntaxError::InvalidBangMarkup) if self.is_at_end() => self.cut(self.place()),
            Error::Syntax(SyntaxError::InvalidBangMarkup) => broken(start, "`<!` begins neither a comment nor CDATA".into()),
            // All of these say that the input ended.
            Error::Syntax(_) => self.cut(end),
            Error::IllFormed(IllFormedError::UnclosedReference) => {
                if self.is_at_end() {
                    return self.cut(self.place());
                }
                broken(start, format!("a bare `&`{}, which must be written `&amp;`", self.in_context()))
            }
            Error::IllFormed(IllFormedError::MismatchedEndTag { expected, found }) => {
                let opened = self.open.last().map_or(start, |open| open.at);
                broken(start, format!("</{found}> closes <{expected}>, which begins at {opened}"))
            }
            Error::IllFormed(IllFormedError::UnmatchedEndTag(found)) => broken(start, format!("</{found}> closes nothing")),
            other => broken(start, other.to_string()),
        }
    }

    fn is_at_end(&mut self) -> bool {
        self.xml.get_mut().fill_buf().is_ok_and(<[u8]>::is_empty)
    }

    fn in_context(&self) -> String {
        let element = self.open.last().map(|open| format!(" in <{}>", open.name)).unwrap_or_default();
        if self.context.is_empty() { element } else { format!("{element} ({})", self.context) }
    }
}

/// A broken place.
pub fn broken(place: Place, what: String) -> ReadError {
    ReadError::Broken { place, what }
}

fn not_utf8(place: Place) -> ReadError {
    broken(place, "these bytes are no UTF-8".into())
}

fn control(character: char) -> String {
    format!("a control character (U+{:04X}) that XML forbids; `--drop-control-characters` imports the file without them", character as u32)
}

/// What XML 1.0 forbids in any text (2.2 Char).
fn is_forbidden(character: char) -> bool {
    matches!(character, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// Near enough to XML's own rule: it keeps `<3`, `<br` + junk and `<=` out.
fn is_name(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && characters.all(|next| next.is_alphanumeric() || matches!(next, '_' | '-' | '.' | ':' | '·'))
        && name.matches(':').count() <= 1
        && !name.ends_with(':')
}

fn family_of_uri(uri: &str) -> Option<Family> {
    let uri = uri.to_ascii_lowercase();
    if uri.contains("wordpress.org/export") {
        return Some(if uri.trim_end_matches('/').ends_with("/excerpt") { Family::Excerpt } else { Family::WordPress });
    }
    if uri.contains("purl.org/rss/1.0/modules/content") {
        return Some(Family::Content);
    }
    uri.contains("purl.org/dc/elements").then_some(Family::DublinCore)
}

fn family_of_prefix(prefix: &str) -> Family {
    match prefix {
        "wp" => Family::WordPress,
        "content" => Family::Content,
        "excerpt" => Family::Excerpt,
        "dc" => Family::DublinCore,
        _ => Family::Other,
    }
}
