//! Where in the file the reader stands, and how much one element may hold.

use std::fmt;
use std::io::{self, BufRead, Read};

/// A place in a text file, for a person who opens it in an editor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Bytes before this place.
    pub byte: u64,
    /// Counted from 1.
    pub line: u64,
    /// In characters, counted from 1.
    pub column: u64,
}

impl Default for Place {
    fn default() -> Self {
        Self { byte: 0, line: 1, column: 1 }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {} (byte {})", self.line, self.column, self.byte)
    }
}

impl Place {
    /// The place after `bytes`, which stand here.
    #[must_use]
    pub fn after(mut self, bytes: &[u8]) -> Self {
        self.byte += bytes.len() as u64;
        let tail = match bytes.iter().rposition(|byte| *byte == b'\n') {
            Some(last) => {
                self.line += bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
                self.column = 1;
                bytes.get(last + 1..).unwrap_or_default()
            }
            None => bytes,
        };
        // A continuation byte of UTF-8 is no character of its own.
        self.column += tail.iter().filter(|byte| **byte & 0xC0 != 0x80).count() as u64;
        self
    }
}

/// A reader that knows its place, and refuses to go further than a budget beyond the last `refill`: the XML
/// reader below gathers a whole text in memory, so a text without an end would take all there is.
#[derive(Debug)]
pub struct Tracked<R> {
    inner: R,
    place: Place,
    spent: u64,
    budget: u64,
}

impl<R: BufRead> Tracked<R> {
    /// Starts at the first byte; `budget` in bytes.
    pub fn new(inner: R, budget: u64) -> Self {
        Self { inner, place: Place::default(), spent: 0, budget }
    }

    /// Where the next byte stands.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Begins a new element: it has the whole budget.
    pub fn refill(&mut self) {
        self.spent = 0;
    }

    /// Whether the last failure came from the budget.
    pub fn is_spent(&self) -> bool {
        self.spent > self.budget
    }
}

impl<R: BufRead> Read for Tracked<R> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let length = available.len().min(target.len());
        target[..length].copy_from_slice(&available[..length]);
        self.consume(length);
        Ok(length)
    }
}

impl<R: BufRead> BufRead for Tracked<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.is_spent() {
            return Err(io::Error::other("one element is too large"));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        if amount == 0 {
            return;
        }
        // What is consumed was filled before, so this reads nothing anew and cannot fail.
        if let Ok(bytes) = self.inner.fill_buf() {
            self.place = self.place.after(bytes.get(..amount).unwrap_or(bytes));
        }
        self.spent += amount as u64;
        self.inner.consume(amount);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn lines_and_columns_count_characters() {
        let mut reader = Tracked::new("añ\nbé!".as_bytes(), 100);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(reader.place(), Place { byte: 8, line: 2, column: 4 });
        assert_eq!(Place::default().after("añ\nbé!".as_bytes()), reader.place());
    }

    #[test]
    fn a_spent_budget_is_an_error_and_refills() {
        let mut reader = Tracked::new(io::BufReader::with_capacity(4, &b"0123456789"[..]), 5);
        let mut target = [0; 4];
        assert_eq!(reader.read(&mut target).unwrap(), 4);
        assert_eq!(reader.read(&mut target).unwrap(), 4);
        assert!(reader.read(&mut target).is_err() && reader.is_spent());
        reader.refill();
        assert_eq!(reader.read(&mut target).unwrap(), 2);
    }
}
