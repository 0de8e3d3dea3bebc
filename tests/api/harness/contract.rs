//! The document against what the server really answers: every answer that any test gets is held against it.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use awc::http::header::HeaderMap;
use jsonschema::Validator;
use serde_json::{Map, Value, json};

/// The document of the server.
pub static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::to_value(broadsheet::server::document()).unwrap());

/// Its schemas, in which no member may be that is not described.
static STRICT: LazyLock<Value> = LazyLock::new(|| {
    let mut components = DOCUMENT["components"].clone();
    let parts = parts_of_others(&DOCUMENT);
    for (name, schema) in components["schemas"].as_object_mut().unwrap() {
        close(schema, parts.contains(name.as_str()));
    }
    components
});

/// An answer as it came.
pub struct Seen<'a> {
    pub method: &'a str,
    /// With its query.
    pub address: &'a str,
    pub status: u16,
    pub headers: &'a HeaderMap,
    pub bytes: &'a [u8],
}

impl Seen<'_> {
    /// Panics where the answer is not what the document says.
    #[track_caller]
    pub fn check(&self) {
        let name = format!("{} {} → {}", self.method, self.address, self.status);
        let (path, query) = self.address.split_once('?').unwrap_or((self.address, ""));
        let content_type = self.header("content-type").split(';').next().unwrap_or_default();
        assert!(!self.header("x-request-id").is_empty(), "{name}: no X-Request-Id");
        if self.status >= 400 && self.method != "HEAD" {
            assert_eq!(content_type, "application/problem+json", "{name}: {}", String::from_utf8_lossy(self.bytes));
            if self.header("content-encoding").is_empty() {
                validate(&json!({"$ref": "#/components/schemas/Problem"}), self.bytes, &name);
            }
        }
        let method = if self.method == "HEAD" { "get".to_owned() } else { self.method.to_lowercase() };
        let Some(operation) = template_of(path).map(|template| &DOCUMENT["paths"][template][&method]).filter(|found| found.is_object())
        else {
            return;
        };
        // What the server says before it has looked for the operation.
        if matches!(self.status, 405 | 406 | 408 | 414 | 431) {
            return;
        }
        let declared = &operation["responses"][self.status.to_string()];
        assert!(declared.is_object(), "{name}: the document has no such answer. {}", String::from_utf8_lossy(self.bytes));
        for header in declared["headers"].as_object().into_iter().flat_map(Map::keys) {
            let may_be_absent =
                matches!(header.as_str(), "Link" | "Last-Modified" | "Surrogate-Key" | "Cache-Tag" | "Accept-Patch" | "Accept-Post");
            assert!(may_be_absent || !self.header(header).is_empty(), "{name}: no {header}");
        }
        // Of HEAD there is no body, and a compressed one is another's to read.
        if self.method == "HEAD" || !self.header("content-encoding").is_empty() {
            return;
        }
        match declared["content"].as_object() {
            None => assert!(self.bytes.is_empty(), "{name}: the document has no body here"),
            Some(contents) => {
                let content = contents.get(content_type).unwrap_or_else(|| panic!("{name}: the document has no {content_type:?} here"));
                // A sparse answer lacks what is required of a whole one.
                if content_type.ends_with("ndjson") {
                    for line in self.bytes.split_inclusive(|byte| *byte == b'\n') {
                        validate(&content["schema"], line, &name);
                    }
                } else if content_type.ends_with("json") && !query.contains("fields=") {
                    validate(&content["schema"], self.bytes, &name);
                }
            }
        }
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// Panics where the JSON is not as the schema says.
#[track_caller]
pub fn validate(schema: &Value, bytes: &[u8], name: &str) {
    let value: Value = serde_json::from_slice(bytes).unwrap_or_else(|fault| panic!("{name}: no JSON: {fault}"));
    let short = |text: String| text.chars().take(600).collect::<String>();
    let faults: Vec<String> = validator(schema)
        .iter_errors(&value)
        .map(|fault| format!("  at {}: {}", fault.instance_path(), short(fault.to_string())))
        .collect();
    assert!(faults.is_empty(), "{name}: not as the document says\n{}\n{}", faults.join("\n"), short(value.to_string()));
}

/// Compiled once: the same schemas come again and again.
fn validator(schema: &Value) -> Arc<Validator> {
    static KNOWN: Mutex<Option<HashMap<String, Arc<Validator>>>> = Mutex::new(None);
    let key = schema.to_string();
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    let compile = || {
        let whole = json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "allOf": [schema], "components": *STRICT});
        Arc::new(jsonschema::options().should_validate_formats(true).build(&whole).unwrap())
    };
    known.entry(key).or_insert_with(compile).clone()
}

/// The names of schemas that are only part of others, by `allOf`: they cannot be closed on their own.
fn parts_of_others(node: &Value) -> HashSet<&str> {
    let mut parts = HashSet::new();
    match node {
        Value::Object(members) => {
            for part in members.get("allOf").and_then(Value::as_array).into_iter().flatten() {
                parts.extend(part["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()));
            }
            parts.extend(members.values().flat_map(parts_of_others));
        }
        Value::Array(items) => parts.extend(items.iter().flat_map(parts_of_others)),
        _ => {}
    }
    parts
}

/// Lets no member be that is not described.
fn close(schema: &mut Value, is_part: bool) {
    let Some(members) = schema.as_object_mut() else { return };
    let is_whole = members.contains_key("allOf");
    if is_whole && !is_part {
        members.entry("unevaluatedProperties").or_insert(Value::Bool(false));
    } else if members.contains_key("properties") && !is_whole && !is_part {
        members.entry("additionalProperties").or_insert(Value::Bool(false));
    }
    for (name, below) in members.iter_mut() {
        match below {
            Value::Object(named) if name == "properties" => named.values_mut().for_each(|property| close(property, false)),
            Value::Object(_) => close(below, false),
            Value::Array(all) if matches!(name.as_str(), "allOf" | "oneOf" | "anyOf") => {
                all.iter_mut().for_each(|one| close(one, is_whole))
            }
            _ => {}
        }
    }
}

/// The path of the document that this one is an instance of: of all that fit, the one that says most in letters.
pub fn template_of(path: &str) -> Option<&'static str> {
    let templates = || DOCUMENT["paths"].as_object().into_iter().flat_map(Map::keys).map(String::as_str);
    let letters = |template: &str| template.split('{').map(|part| part.split_once('}').map_or(part, |(_, rest)| rest).len()).sum::<usize>();
    let fitting = |is_wide: bool| templates().filter(|template| fits(template, path, is_wide)).max_by_key(|template| letters(template));
    // Some variables hold several segments (a section's path); where a narrow reading is possible, it is the right one.
    fitting(false).or_else(|| fitting(true))
}

fn fits(template: &str, path: &str, is_wide: bool) -> bool {
    let Some((letters, rest)) = template.split_once('{') else { return template == path };
    let (Some(path), Some((_, rest))) = (path.strip_prefix(letters), rest.split_once('}')) else { return false };
    let may_hold = |value: &str| !value.is_empty() && (is_wide || !value.contains('/'));
    path.char_indices().map(|(at, letter)| at + letter.len_utf8()).any(|end| may_hold(&path[..end]) && fits(rest, &path[end..], is_wide))
}
