//! HTML text → [`Dom`], with bounds: nesting, formatting elements and attributes are what make the
//! standard's parser slower than linear, so they are limited before it sees them. What exceeds a bound loses its
//! tag, never its text.

use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts, TreeSink};
use html5ever::{QualName, local_name, ns};

use super::dom::{Builder, Dom, Id};

/// The deepest nesting that is kept. Bodies in use have about 12 levels; the walks over a tree are
/// recursive, and this many levels fit any thread's stack.
const MAX_DEPTH: usize = 96;

/// How many `<b>`, `<font>` and the like may be open at once. The parser opens all of them again in every
/// following paragraph, so an input of some kilobytes could otherwise grow to gigabytes.
const MAX_FORMATTING: usize = 12;

/// How many attributes of a tag are read. The tokeniser compares each with all before it.
const MAX_ATTRIBUTES: usize = 64;

/// Reads a fragment as the inside of a `<body>`, as a browser would with scripting off.
pub(super) fn parse(html: &str) -> Dom {
    let sink = Builder::new();
    let context = html5ever::tree_builder::create_element(&sink, QualName::new(None, ns!(html), local_name!("body")), Vec::new());
    let options = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
    let builder = TreeBuilder::new_for_fragment(sink, context, None, options);
    let initial_state = Some(builder.tokenizer_state_for_context_elem(false));
    let bounded = Bounded { builder, formatting: std::cell::Cell::new(0) };
    let tokenizer = Tokenizer::new(bounded, TokenizerOpts { initial_state, ..TokenizerOpts::default() });
    let input = BufferQueue::default();
    input.push_back(prepared(html));
    // The tokeniser pauses after each `</script>`; nothing is run, it goes on at once.
    while !matches!(tokenizer.feed(&input), html5ever::TokenizerResult::Done) {}
    tokenizer.end();
    let mut dom = tokenizer.sink.builder.sink.finish();
    dom.flatten_below(MAX_DEPTH);
    dom
}

/// The text without NULs, which the tokeniser would turn into U+FFFD inside names and values, and
/// without the attributes that exceed the bound.
fn prepared(html: &str) -> StrTendril {
    let mut text = std::borrow::Cow::Borrowed(html);
    if html.contains('\0') {
        text = html.replace('\0', "").into();
    }
    if let Some(shorter) = bound_attributes(&text) {
        text = shorter.into();
    }
    StrTendril::from_slice(&text)
}

/// Cuts the attributes beyond [`MAX_ATTRIBUTES`] out of every tag, or `None` when there are none.
///
/// It follows the tokeniser's states inside a tag. In comments and scripts it may cut what is no tag;
/// both are dropped anyway.
fn bound_attributes(html: &str) -> Option<String> {
    let bytes = html.as_bytes();
    let mut kept = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(|&byte| byte == b'<') {
        at += found + 1;
        if !bytes.get(at).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'/') {
            continue;
        }
        let mut count = 0;
        let mut cut_from = None;
        while at < bytes.len() && !is_separator(bytes[at]) && bytes[at] != b'>' {
            at += 1;
        }
        loop {
            while at < bytes.len() && is_separator(bytes[at]) {
                at += 1;
            }
            if at >= bytes.len() || bytes[at] == b'>' {
                break;
            }
            count += 1;
            if count > MAX_ATTRIBUTES && cut_from.is_none() {
                cut_from = Some(at);
            }
            at = end_of_attribute(bytes, at);
        }
        if let Some(from) = cut_from {
            kept.push_str(&html[copied..from]);
            copied = at;
        }
    }
    (copied > 0).then(|| {
        kept.push_str(&html[copied..]);
        kept
    })
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0C' | b'/')
}

/// The place after the attribute that begins at `at`: always beyond `at`, always a character's boundary.
fn end_of_attribute(bytes: &[u8], mut at: usize) -> usize {
    let end = bytes.len();
    // A leading `=` belongs to the name.
    at += 1;
    while at < end && !is_separator(bytes[at]) && bytes[at] != b'>' && bytes[at] != b'=' {
        at += 1;
    }
    let mut value = at;
    while value < end && bytes[value].is_ascii_whitespace() {
        value += 1;
    }
    if value >= end || bytes[value] != b'=' {
        return at;
    }
    value += 1;
    while value < end && bytes[value].is_ascii_whitespace() {
        value += 1;
    }
    match bytes.get(value) {
        Some(quote @ (b'"' | b'\'')) => {
            bytes[value + 1..].iter().position(|byte| byte == quote).map_or(end, |length| value + 1 + length + 1)
        }
        _ => {
            while value < end && !bytes[value].is_ascii_whitespace() && bytes[value] != b'>' {
                value += 1;
            }
            value
        }
    }
}

/// Stands between tokeniser and tree builder, and lets no start tag through that would exceed a bound.
struct Bounded {
    builder: TreeBuilder<Id, Builder>,
    /// Formatting elements that were opened and not closed.
    formatting: std::cell::Cell<usize>,
}

impl Bounded {
    fn admits(&self, tag: &Tag) -> bool {
        let is_formatting = matches!(
            &*tag.name,
            "a" | "b" | "big" | "code" | "em" | "font" | "i" | "nobr" | "s" | "small" | "strike" | "strong" | "tt" | "u"
        );
        let open = self.formatting.get();
        match tag.kind {
            TagKind::EndTag => {
                self.builder.sink.leave();
                if is_formatting {
                    self.formatting.set(open.saturating_sub(1));
                }
                true
            }
            TagKind::StartTag => {
                if is_formatting {
                    if open >= MAX_FORMATTING {
                        return false;
                    }
                    self.formatting.set(open + 1);
                }
                // Raw text must be let in, or the tokeniser would read a script as markup.
                self.builder.sink.depth() < MAX_DEPTH
                    || matches!(
                        &*tag.name,
                        "script" | "style" | "textarea" | "title" | "xmp" | "iframe" | "noembed" | "noframes" | "img" | "br"
                    )
            }
        }
    }
}

impl TokenSink for Bounded {
    type Handle = Id;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<Id> {
        if let Token::TagToken(tag) = &token
            && !self.admits(tag)
        {
            return TokenSinkResult::Continue;
        }
        self.builder.process_token(token, line)
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}
