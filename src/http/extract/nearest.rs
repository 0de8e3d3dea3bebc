//! "Did you mean": the nearest known name, and what serde's messages tell of one.

/// The known name that `found` most likely stands for, if any is near enough.
#[must_use]
pub fn nearest<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// Below this, a suggestion confuses more than it helps.
    const ENOUGH: f64 = 0.7;
    let found = found.to_lowercase();
    known
        .into_iter()
        .map(|name| {
            let edits = strsim::normalized_damerau_levenshtein(&found, name);
            (strsim::jaro_winkler(&found, name).min(edits + 0.25), name)
        })
        .filter(|(likeness, _)| *likeness >= ENOUGH)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, name)| name)
}

/// `; did you mean …?` or the names that exist, as the end of a sentence.
#[must_use]
pub fn suggestion(found: &str, known: &[&str]) -> String {
    match nearest(found, known.iter().copied()) {
        Some(name) => format!("; did you mean `{name}`?"),
        None if known.is_empty() => "; there are none here.".to_owned(),
        None => format!("; there are {}.", list(known)),
    }
}

/// `` `a`, `b` and `c` ``
fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// What a message of serde's says. Its text is all that there is, so it is read here and nowhere else.
#[derive(Debug, PartialEq, Eq)]
pub enum Complaint<'a> {
    /// A name that nothing has.
    Unknown {
        /// `field` or `variant`.
        what: &'a str,
        /// The name that was found.
        found: &'a str,
        /// The names that there are.
        known: Vec<&'a str>,
    },
    /// A member that has to be there.
    Missing(&'a str),
    /// A member that came twice.
    Duplicate(&'a str),
    /// Anything else.
    Other(&'a str),
}

/// Reads a message of serde's, without the position that `serde_json` puts at its end.
#[must_use]
pub fn read_complaint(message: &str) -> Complaint<'_> {
    let message = match message.rfind(" at line ") {
        Some(end) if message[end..].contains(" column ") => &message[..end],
        _ => message,
    };
    if let Some(rest) = message.strip_prefix("missing field `") {
        return Complaint::Missing(rest.trim_end_matches('`'));
    }
    if let Some(rest) = message.strip_prefix("duplicate field `") {
        return Complaint::Duplicate(rest.trim_end_matches('`'));
    }
    for what in ["field", "variant"] {
        let rest = message.strip_prefix("unknown ").and_then(|rest| rest.strip_prefix(what)).and_then(|rest| rest.strip_prefix(" `"));
        if let Some((found, known)) = rest.and_then(split) {
            let known = known.split('`').skip(1).step_by(2).collect();
            return Complaint::Unknown { what, found, known };
        }
    }
    Complaint::Other(message)
}

/// The name, and the list of those that there are. Sought from the end, since the name may hold anything.
fn split(rest: &str) -> Option<(&str, &str)> {
    rest.rsplit_once("`, expected ").or_else(|| rest.rsplit_once("`, there are no "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name() {
        assert_eq!(nearest("publishd_at", ["published_at", "updated_at"]), Some("published_at"));
        assert_eq!(nearest("Lmit", ["limit", "cursor"]), Some("limit"));
        assert_eq!(nearest("colour", ["limit", "cursor"]), None);
    }

    #[test]
    fn serde_is_understood() {
        assert_eq!(
            read_complaint("unknown field `a`, expected one of `b`, `c` at line 1 column 5"),
            Complaint::Unknown { what: "field", found: "a", known: vec!["b", "c"] }
        );
        assert_eq!(
            read_complaint("unknown variant `x`, expected `y` or `z`"),
            Complaint::Unknown { what: "variant", found: "x", known: vec!["y", "z"] }
        );
        assert_eq!(
            read_complaint("unknown field `a`, there are no fields"),
            Complaint::Unknown { what: "field", found: "a", known: vec![] }
        );
        assert_eq!(read_complaint("missing field `title`"), Complaint::Missing("title"));
        assert_eq!(read_complaint("duplicate field `title` at line 2 column 9"), Complaint::Duplicate("title"));
        assert_eq!(read_complaint("odd"), Complaint::Other("odd"));
    }

    #[test]
    fn a_name_that_looks_like_the_message_is_still_a_name() {
        let message = "unknown field `x`, expected `y`, expected one of `b`, `c`";
        assert_eq!(read_complaint(message), Complaint::Unknown { what: "field", found: "x`, expected `y", known: vec!["b", "c"] });
    }
}
