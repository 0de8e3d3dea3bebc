//! Collecting every fault of a body, so that a client learns them all at once.

use url::Url;

use super::patch::Patch;
use crate::{
    domain::{language, slug::Slug},
    http::{
        self,
        problem::{FieldError, Problem},
    },
};

/// The faults found so far. Each check gives the value when it is good.
#[derive(Debug, Default)]
pub struct Faults(Vec<FieldError>);

impl Faults {
    /// Notes a fault.
    pub fn add(&mut self, pointer: &str, code: &'static str, detail: impl Into<String>) {
        self.0.push(FieldError::new(pointer, code, detail));
    }

    /// What was checked, if all of it is good.
    ///
    /// # Errors
    /// 422 that lists every fault.
    pub fn into_result<T>(self, value: T) -> http::Result<T> {
        if self.0.is_empty() { Ok(value) } else { Err(Problem::validation(self.0)) }
    }

    /// What a type's own `parse` says.
    pub fn parsed<T>(&mut self, pointer: &str, outcome: Result<T, impl ToString>) -> Option<T> {
        outcome.map_err(|detail| self.add(pointer, "invalid", detail.to_string())).ok()
    }

    /// A line of plain text: not blank, no control characters, at most `longest` characters; trimmed.
    pub fn line(&mut self, pointer: &str, text: &str, longest: usize) -> String {
        let text = text.trim();
        if text.is_empty() {
            self.add(pointer, "blank", "It must not be blank.");
        } else if text.chars().any(char::is_control) {
            self.add(pointer, "invalid", "It must be one line of plain text, without control characters.");
        }
        self.length(pointer, text, longest);
        text.to_owned()
    }

    /// Plain text of any number of lines; trimmed.
    pub fn text(&mut self, pointer: &str, text: &str, longest: usize) -> String {
        let text = text.trim();
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            self.add(pointer, "invalid", "It must not hold control characters.");
        }
        self.length(pointer, text, longest);
        text.to_owned()
    }

    /// An absolute address for a browser.
    pub fn web_address(&mut self, pointer: &str, text: &str) -> String {
        let is_web = Url::parse(text.trim()).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if !is_web || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            self.add(pointer, "invalid", "It must be an absolute URL that begins with `https://` or `http://`.");
        }
        self.length(pointer, text, 2000);
        text.trim().to_owned()
    }

    /// A language tag, with its usual capitals.
    pub fn language(&mut self, pointer: &str, tag: &str) -> String {
        language::parse(tag).unwrap_or_else(|detail| {
            self.add(pointer, "invalid", detail);
            String::new()
        })
    }

    /// A slug.
    pub fn slug(&mut self, pointer: &str, text: &str) -> Option<Slug> {
        Slug::parse(text).map_err(|fault| self.add(pointer, "invalid", fault.to_string())).ok()
    }

    /// At most so many items.
    pub fn count(&mut self, pointer: &str, items: usize, most: usize) {
        if items > most {
            self.add(pointer, "too_many", format!("There are {items}; at most {most} will do."));
        }
    }

    /// At most so many characters.
    pub fn length(&mut self, pointer: &str, text: &str, longest: usize) {
        // A text of fewer bytes has fewer characters: the common case counts nothing.
        if text.len() > longest {
            let characters = text.chars().count();
            if characters > longest {
                self.add(pointer, "too_long", format!("It has {characters} characters; at most {longest} will do."));
            }
        }
    }

    /// A member that may be changed but not taken away.
    pub fn kept<T>(&mut self, pointer: &str, value: Patch<T>) -> Option<T> {
        match value {
            Patch::Absent => None,
            Patch::Null => {
                self.add(pointer, "required", "It can be changed, but not taken away: leave it out to keep it as it is.");
                None
            }
            Patch::Value(value) => Some(value),
        }
    }

    /// A list that is replaced whole; null empties it.
    pub fn list<T>(&mut self, pointer: &str, value: Patch<Vec<T>>, most: usize) -> Option<Vec<T>> {
        let items = value.into_change().map(Option::unwrap_or_default)?;
        self.count(pointer, items.len(), most);
        Some(items)
    }

    /// The same check for a member that a patch may leave or take away.
    pub fn patched<T, U>(&mut self, value: Patch<T>, check: impl FnOnce(&mut Self, T) -> U) -> Option<Option<U>> {
        value.into_change().map(|change| change.map(|value| check(self, value)))
    }
}
