//! What an account may be called.

/// The longest e-mail address, in bytes (RFC 5321 §4.5.3.1.3, without its brackets).
pub const MAX_EMAIL: usize = 254;

/// The longest name, in characters.
pub const MAX_NAME: usize = 200;

/// An e-mail address as it is stored: in lower case.
///
/// What HTML's `<input type=email>` takes is taken, and no more.
///
/// # Errors
/// Says what is wrong with it.
pub fn parse_email(text: &str) -> Result<String, &'static str> {
    const REFUSAL: &str = "This is no e-mail address; write it as `name@example.org`.";
    if text.len() > MAX_EMAIL {
        return Err("An e-mail address has at most 254 characters.");
    }
    let (local, domain) = text.split_once('@').ok_or(REFUSAL)?;
    let is_local = !local.is_empty() && local.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte));
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if is_local && domain.split('.').all(is_label) { Ok(text.to_ascii_lowercase()) } else { Err(REFUSAL) }
}

/// A person's name as it is stored: without space around it.
///
/// # Errors
/// Says what is wrong with it.
pub fn parse_name(text: &str) -> Result<String, &'static str> {
    // Before it is trimmed, so that the contract can say the same in a pattern and a length.
    if text.chars().count() > MAX_NAME {
        return Err("A name has at most 200 characters.");
    }
    if text.chars().any(char::is_control) {
        return Err("A name is one line, without control characters.");
    }
    let text = text.trim();
    if text.is_empty() { Err("A name has at least one character.") } else { Ok(text.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_stored_in_lower_case() {
        assert_eq!(parse_email("Ayla.Aydin+news@Example.ORG").as_deref(), Ok("ayla.aydin+news@example.org"));
        assert_eq!(parse_email("root@localhost").as_deref(), Ok("root@localhost"));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@example.org", "a".repeat(250));
        for text in [
            "",
            "a",
            "@example.org",
            "a@",
            "a@b@c",
            "a b@example.org",
            "a@-b.org",
            "a@b..org",
            "a@b.org.",
            "é@example.org",
            "a\n@example.org",
            &long,
        ] {
            assert!(parse_email(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_name_is_one_line() {
        assert_eq!(parse_name(" Ayla Aydın ").as_deref(), Ok("Ayla Aydın"));
        assert!(parse_name(&"ş".repeat(200)).is_ok());
        let long = "ş".repeat(201);
        for text in ["", "  ", "a\nb", "a\n", "a\u{7}", &long] {
            assert!(parse_name(text).is_err(), "{text:?}");
        }
    }
}
