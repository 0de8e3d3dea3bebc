//! Values that PHP serialised into metadata: read as data, never as objects.

/// A value; strings are text where they are UTF-8.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Php {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    Array(Vec<(Php, Php)>),
}

/// How deep arrays may stand in each other.
const DEEPEST: usize = 32;

impl Php {
    /// Reads a whole serialised value. None for anything else, objects and references included.
    pub fn parse(text: &str) -> Option<Self> {
        let mut reader = Reader { bytes: text.trim().as_bytes(), at: 0 };
        let value = reader.value(0)?;
        (reader.at == reader.bytes.len()).then_some(value)
    }

    /// The member of an array under a name.
    pub fn get(&self, key: &str) -> Option<&Self> {
        let Self::Array(members) = self else { return None };
        members.iter().find(|(name, _)| matches!(name, Self::Text(name) if name == key)).map(|(_, value)| value)
    }

    /// A number, also when it was kept as text.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            Self::Text(text) => text.trim().parse().ok(),
            Self::Null | Self::Bool(_) | Self::Float(_) | Self::Array(_) => None,
        }
    }

    /// Text.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

struct Reader<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Option<Php> {
        let kind = self.next()?;
        if kind == b'N' {
            self.expect(b';')?;
            return Some(Php::Null);
        }
        self.expect(b':')?;
        match kind {
            b'b' => Some(Php::Bool(self.until(b';')? == "1")),
            b'i' => self.until(b';')?.parse().ok().map(Php::Int),
            b'd' => self.until(b';')?.parse().ok().map(Php::Float),
            b's' => {
                let text = self.text()?;
                self.expect(b';')?;
                Some(Php::Text(text))
            }
            b'a' if depth < DEEPEST => {
                let length: usize = self.until(b':')?.parse().ok()?;
                self.expect(b'{')?;
                let mut members = Vec::new();
                // The length is a claim; the bytes decide how far it goes.
                for _ in 0..length {
                    members.push((self.value(depth + 1)?, self.value(depth + 1)?));
                }
                self.expect(b'}')?;
                Some(Php::Array(members))
            }
            _ => None,
        }
    }

    /// `5:"width"`, whose length is in bytes.
    fn text(&mut self) -> Option<String> {
        let length: usize = self.until(b':')?.parse().ok()?;
        self.expect(b'"')?;
        let end = self.at.checked_add(length)?;
        let text = String::from_utf8_lossy(self.bytes.get(self.at..end)?).into_owned();
        self.at = end;
        self.expect(b'"')?;
        Some(text)
    }

    fn until(&mut self, end: u8) -> Option<&str> {
        let length = self.bytes.get(self.at..)?.iter().take(40).position(|byte| *byte == end)?;
        let text = std::str::from_utf8(&self.bytes[self.at..self.at + length]).ok()?;
        self.at += length + 1;
        Some(text)
    }

    fn next(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_are_read_by_their_names() {
        let text = r#"a:3:{s:5:"width";i:1600;s:6:"height";s:3:"900";s:10:"image_meta";a:2:{s:6:"credit";s:9:"M. Aydın";i:0;b:1;}}"#;
        let value = Php::parse(text);
        let get = |key| value.as_ref().and_then(|value| value.get(key));
        assert_eq!(get("width").and_then(Php::as_i64), Some(1600));
        assert_eq!(get("height").and_then(Php::as_i64), Some(900));
        assert_eq!(get("image_meta").and_then(|meta| meta.get("credit")).and_then(Php::as_str), Some("M. Aydın"));
    }

    #[test]
    fn objects_lies_and_rests_are_refused() {
        for text in [
            "O:8:\"stdClass\":0:{}",
            "a:1:{i:0;O:1:\"X\":0:{}}",
            "a:9999999999:{}",
            "s:99:\"short\";",
            "i:1;i:2;",
            "",
            "a:1:{",
            "width",
            "R:1;",
            "C:1:\"X\":0:{}",
            "s:18446744073709551615:\"\";",
        ] {
            assert_eq!(Php::parse(text), None, "{text}");
        }
        assert_eq!(Php::parse(&format!("{}i:1;{}", "a:1:{i:0;".repeat(100), "}".repeat(100))), None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_taken(text in "[abidsNO:;{}\"0-9]{0,40}") {
            let _ = Php::parse(&text);
        }
    }
}
