//! The head of a text file: `key: value` lines up to the first empty line, then the body.
//!
//! A value that begins with `[` or `{` is JSON, one of digits alone is a number, anything else is text as it stands,
//! quotation marks included. So a title needs no escaping, and a list of corrections can still be written.

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::{Map, Value};

/// Reads the head into `T` and gives the body with it.
///
/// # Errors
/// A sentence that names the line or the key at fault.
pub fn read<T: DeserializeOwned>(file: &str) -> Result<(T, &str), String> {
    let (head, body) = file.split_once("\n\n").ok_or("no empty line after the head")?;
    let mut members = Map::new();
    for line in head.lines() {
        let (key, value) = line.split_once(": ").ok_or_else(|| format!("`{line}` is not `key: value`"))?;
        let value = if value.starts_with(['[', '{']) {
            serde_json::from_str(value).map_err(|fault| format!("{key}: {fault}"))?
        } else if let Ok(number) = value.parse::<u32>() {
            number.into()
        } else {
            Value::from(value)
        };
        if members.insert(key.to_owned(), value).is_some() {
            return Err(format!("`{key}` is there twice"));
        }
    }
    let head = serde_path_to_error::deserialize(Value::Object(members)).map_err(|fault| fault.to_string())?;
    Ok((head, body.trim_start()))
}

/// Reads `a, b, c` as a list.
///
/// # Errors
/// When the value is not text.
pub fn names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Ok(text.split(',').map(|name| name.trim().to_owned()).collect())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::{names, read};

    #[derive(serde::Deserialize, Debug, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Head {
        title: String,
        hours: u32,
        #[serde(default, deserialize_with = "names")]
        tags: Vec<String>,
        #[serde(default)]
        flags: Vec<bool>,
    }

    #[test]
    fn text_numbers_lists_and_json_are_told_apart() {
        let (head, body) = read::<Head>("title: \"Up\": a report\nhours: 5\ntags: a, b-c\nflags: [true]\n\nBody\n\nmore").unwrap();
        let expected = Head { title: "\"Up\": a report".into(), hours: 5, tags: vec!["a".into(), "b-c".into()], flags: vec![true] };
        assert_eq!(head, expected);
        assert_eq!(body, "Body\n\nmore");
    }

    #[test]
    fn a_fault_is_named() {
        for (file, part) in [
            ("title: x\nhours: 5", "no empty line"),
            ("title\n\nb", "`title`"),
            ("title: x\nhours: 5\nhours: 6\n\nb", "twice"),
            ("title: x\nhours: soon\n\nb", "hours"),
            ("title: x\nhours: 5\nflag: [true]\n\nb", "flag"),
            ("title: x\nhours: 5\nflags: [tru]\n\nb", "flags"),
        ] {
            let fault = read::<Head>(file).unwrap_err();
            assert!(fault.contains(part), "{fault}");
        }
    }
}
