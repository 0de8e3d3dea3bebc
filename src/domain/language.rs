//! Language tags.

/// A BCP 47 tag (RFC 5646) in the form that publications use: `en`, `pt-BR`, `zh-Hant`, `sr-Latn-RS`.
///
/// Gives the tag with the usual capitals (`pt-br` → `pt-BR`).
///
/// # Errors
/// A sentence for the client when it is not a language, optionally followed by a script and a region.
pub fn parse(tag: &str) -> Result<String, String> {
    let refusal =
        || format!("`{}` is not a language tag; expected one like `en`, `pt-BR` or `zh-Hant`", tag.chars().take(40).collect::<String>());
    let mut parts = tag.split('-');
    let is_alphabetic = |part: &str| part.bytes().all(|b| b.is_ascii_alphabetic());
    let language = parts.next().filter(|p| matches!(p.len(), 2 | 3) && is_alphabetic(p)).ok_or_else(refusal)?;
    let mut canonical = language.to_ascii_lowercase();
    let mut has_region = false;
    let mut has_script = false;
    for part in parts {
        canonical.push('-');
        match part.len() {
            4 if is_alphabetic(part) && !has_script && !has_region => {
                has_script = true;
                canonical.push_str(&part[..1].to_ascii_uppercase());
                canonical.push_str(&part[1..].to_ascii_lowercase());
            }
            2 if is_alphabetic(part) && !has_region => {
                has_region = true;
                canonical.push_str(&part.to_ascii_uppercase());
            }
            3 if part.bytes().all(|b| b.is_ascii_digit()) && !has_region => {
                has_region = true;
                canonical.push_str(part);
            }
            _ => return Err(refusal()),
        }
    }
    Ok(canonical)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_tag_gets_its_usual_capitals() {
        for (given, expected) in
            [("EN", "en"), ("pt-br", "pt-BR"), ("zh-hant", "zh-Hant"), ("SR-latn-rs", "sr-Latn-RS"), ("es-419", "es-419"), ("kok", "kok")]
        {
            assert_eq!(parse(given).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn what_is_no_tag_is_refused() {
        for given in ["", "e", "english", "en_GB", "en-", "en-GB-GB", "en-GB-Latn", "é", "ənn", "en-日本"] {
            assert!(parse(given).is_err(), "{given}");
        }
    }
}
