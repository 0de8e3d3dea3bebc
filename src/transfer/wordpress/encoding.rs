//! What the first bytes say: which encoding, or that this is no XML at all.

use std::io::{self, BufRead, Read};

/// What a file turned out to be by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Also ASCII, a subset of it.
    Utf8,
    /// Windows-1252, of which ISO-8859-1 is a subset in all that is printed.
    Windows1252,
}

/// How many bytes of a file are looked at.
const SNIFFED: usize = 1024;

/// Reads the first bytes; gives the encoding and how many bytes of mark to pass over, or what the file is instead.
pub fn sniff(start: &[u8]) -> Result<(Encoding, usize), String> {
    let start = &start[..start.len().min(SNIFFED)];
    if start.is_empty() {
        return Err("the file is empty".into());
    }
    if start.starts_with(&[0x1F, 0x8B]) {
        return Err("this is a gzip archive: unpack it first (`gunzip`)".into());
    }
    if start.starts_with(b"PK\x03\x04") {
        return Err("this is a ZIP archive: unpack it, and import the XML files in it".into());
    }
    if start.starts_with(&[0xFE, 0xFF]) || start.starts_with(&[0xFF, 0xFE]) || start.starts_with(b"<\0") || start.starts_with(b"\0<") {
        return Err("the file is UTF-16: convert it to UTF-8 first (`iconv -f UTF-16 -t UTF-8`)".into());
    }
    let (mark, text) = match start.strip_prefix(&[0xEF, 0xBB, 0xBF]) {
        Some(text) => (3, text),
        None => (0, start),
    };
    let text = String::from_utf8_lossy(text);
    let words = text.trim_start();
    if words.starts_with('{') || words.starts_with('[') {
        return Err("this is JSON, not a WordPress export (XML)".into());
    }
    if words.starts_with("<!DOCTYPE html") || words.starts_with("<!doctype html") || words.starts_with("<html") {
        return Err("this is an HTML page, not a WordPress export (WXR); perhaps the log-in page was saved instead".into());
    }
    if !words.is_empty() && !words.starts_with('<') {
        return Err("this is not XML, so not a WordPress export (WXR)".into());
    }
    match declared(words) {
        None => Ok((Encoding::Utf8, mark)),
        Some(name) => match name.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" | "us-ascii" | "ascii" => Ok((Encoding::Utf8, mark)),
            // A mark says UTF-8 in bytes, which beats a label.
            _ if mark > 0 => Ok((Encoding::Utf8, mark)),
            "iso-8859-1" | "iso8859-1" | "latin1" | "latin-1" | "windows-1252" | "cp1252" => Ok((Encoding::Windows1252, mark)),
            _ => Err(format!(
                "the file is declared as `{name}`: convert it to UTF-8 first (`iconv -f {name} -t UTF-8`), and change its first line"
            )),
        },
    }
}

/// The encoding that the XML declaration names.
fn declared(text: &str) -> Option<&str> {
    let declaration = text.strip_prefix("<?xml")?;
    let declaration = &declaration[..declaration.find("?>")?];
    let value = declaration[declaration.find("encoding")? + "encoding".len()..].trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    value[1..].split(quote).next()
}

/// A reader in UTF-8 over one in some encoding.
#[derive(Debug)]
pub struct Decoded<R> {
    inner: R,
    encoding: Encoding,
    buffer: Vec<u8>,
    used: usize,
}

impl<R: BufRead> Decoded<R> {
    /// Decodes what `inner` gives from here on.
    pub fn new(inner: R, encoding: Encoding) -> Self {
        Self { inner, encoding, buffer: Vec::new(), used: 0 }
    }
}

impl<R: BufRead> Read for Decoded<R> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let length = available.len().min(target.len());
        target[..length].copy_from_slice(&available[..length]);
        self.consume(length);
        Ok(length)
    }
}

impl<R: BufRead> BufRead for Decoded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.encoding == Encoding::Utf8 {
            return self.inner.fill_buf();
        }
        if self.used == self.buffer.len() {
            self.buffer.clear();
            self.used = 0;
            let bytes = self.inner.fill_buf()?;
            let mut character = [0; 4];
            for byte in bytes {
                self.buffer.extend_from_slice(windows_1252(*byte).encode_utf8(&mut character).as_bytes());
            }
            let length = bytes.len();
            self.inner.consume(length);
        }
        Ok(&self.buffer[self.used..])
    }

    fn consume(&mut self, amount: usize) {
        if self.encoding == Encoding::Utf8 {
            self.inner.consume(amount);
        } else {
            self.used = (self.used + amount).min(self.buffer.len());
        }
    }
}

/// The character of a byte, as browsers read it (WHATWG Encoding, index windows-1252).
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}', '\u{90}', '‘', '’', '“', '”', '•',
        '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9F => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_first_bytes_tell_the_encoding() {
        assert_eq!(sniff(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss/>").unwrap(), (Encoding::Utf8, 0));
        assert_eq!(sniff(b"\xEF\xBB\xBF<rss/>").unwrap(), (Encoding::Utf8, 3));
        assert_eq!(sniff(b"<?xml version='1.0' encoding = 'iso-8859-1' ?><rss/>").unwrap(), (Encoding::Windows1252, 0));
        assert!(sniff(b"<?xml version='1.0' encoding='koi8-r'?><rss/>").unwrap_err().contains("koi8-r"));
    }

    #[test]
    fn what_is_no_export_is_named() {
        for (bytes, word) in [
            (&b"\x1F\x8B\x08"[..], "gzip"),
            (b"PK\x03\x04", "ZIP"),
            (b"\xFF\xFE<\0", "UTF-16"),
            (b" {\"db\": []}", "JSON"),
            (b"<!DOCTYPE html><html>", "HTML"),
            (b"hello", "not XML"),
            (b"", "empty"),
        ] {
            assert!(sniff(bytes).unwrap_err().contains(word), "{word}");
        }
    }

    #[test]
    fn latin_letters_and_smart_quotes_decode() {
        let mut text = String::new();
        Decoded::new(io::BufReader::with_capacity(2, &b"caf\xE9 \x93x\x94 \x80"[..]), Encoding::Windows1252)
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, "café “x” €");
    }
}
