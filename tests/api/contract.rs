//! Walkers over the document: no route is named here, so none is forgotten.

use std::collections::{BTreeMap, BTreeSet};

use broadsheet::{access::permission::TABLE, routes};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use utoipa_actix_web::{OpenApiFactory, scope};

use crate::{
    harness::{
        Client, DOCUMENT, TestApp,
        contract::{template_of, validate},
    },
    licences::partner,
};

/// An operation of the document.
struct Operation {
    method: &'static str,
    path: &'static str,
    text: &'static Value,
}

impl Operation {
    fn name(&self) -> String {
        format!("{} {}", self.method.to_uppercase(), self.path)
    }

    fn parameters(&self) -> impl Iterator<Item = &'static Value> {
        self.text["parameters"].as_array().into_iter().flatten()
    }

    fn responses(&self) -> impl Iterator<Item = (&'static str, &'static Value)> {
        self.text["responses"].as_object().into_iter().flatten().map(|(status, response)| (status.as_str(), response))
    }

    /// Whether nothing but a partner's key will do.
    fn wants_key(&self) -> bool {
        self.text["security"].as_array().is_some_and(|ways| ways.iter().all(|way| way.get("key").is_some()))
    }

    /// The permission that it needs.
    fn permission(&self) -> Option<&'static str> {
        self.text["security"].as_array().into_iter().flatten().filter_map(|one| one["token"].as_array()).flatten().find_map(Value::as_str)
    }
}

fn operations() -> Vec<Operation> {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let mut all = Vec::new();
    for (path, item) in paths {
        for (method, text) in item.as_object().unwrap() {
            all.push(Operation { method, path, text });
        }
    }
    all
}

/// Every node of a document, with a JSON pointer to it.
fn walk(node: &'static Value, pointer: &str, visit: &mut impl FnMut(&str, &'static Value)) {
    visit(pointer, node);
    match node {
        Value::Object(members) => members.iter().for_each(|(name, below)| walk(below, &format!("{pointer}/{name}"), visit)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, below)| walk(below, &format!("{pointer}/{index}"), visit)),
        _ => {}
    }
}

#[test]
fn every_handler_is_in_the_document() {
    fn sources(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
    }
    let named: BTreeSet<&str> = operations().iter().filter_map(|operation| operation.text["operationId"].as_str()).collect();
    for file in sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/routes")) {
        let source = std::fs::read_to_string(&file).unwrap();
        let mut is_route = false;
        for line in source.lines().map(str::trim_start) {
            is_route |= ["#[get(", "#[post(", "#[put(", "#[patch(", "#[delete("].iter().any(|attribute| line.starts_with(attribute));
            let Some((_, rest)) = line.split_once("async fn ").filter(|_| is_route) else { continue };
            is_route = false;
            let handler = rest.split('(').next().unwrap();
            // What a macro makes has no name here.
            let is_known = handler.starts_with('$') || named.contains(handler);
            assert!(is_known, "{}: {handler} has no `#[utoipa::path]`, or is not in the `routes` of its file", file.display());
        }
    }
}

#[test]
fn operations_have_names_of_their_own() {
    let mut seen = BTreeSet::new();
    for operation in operations() {
        let id = operation.text["operationId"].as_str().unwrap();
        assert!(seen.insert(id), "{}: another operation is called {id} too", operation.name());
    }
}

#[test]
fn schemas_have_names_of_their_own() {
    let (mut all, mut seen) = (Vec::new(), BTreeMap::new());
    scope::scope("/v1").configure(routes::configure).schemas(&mut all);
    scope::scope("").configure(routes::configure_root).schemas(&mut all);
    for (name, schema) in all {
        let text = serde_json::to_string(&schema).unwrap();
        let known = seen.entry(name.clone()).or_insert_with(|| text.clone());
        assert_eq!(*known, text, "two types are called {name}: the second hides the first");
    }
}

#[test]
fn no_reference_dangles() {
    walk(&DOCUMENT, "", &mut |pointer, node| {
        if let Some(reference) = node.get("$ref").and_then(Value::as_str) {
            let found = reference.strip_prefix('#').and_then(|target| DOCUMENT.pointer(target));
            assert!(found.is_some(), "{pointer}: there is no {reference}");
        }
    });
}

#[test]
fn no_schema_is_idle() {
    let mut used = BTreeSet::new();
    walk(&DOCUMENT, "", &mut |_, node| used.extend(node.get("$ref").and_then(Value::as_str)));
    for name in DOCUMENT["components"]["schemas"].as_object().unwrap().keys() {
        assert!(used.contains(format!("#/components/schemas/{name}").as_str()), "nothing refers to {name}");
    }
}

#[test]
fn every_variable_of_a_path_is_a_parameter() {
    for operation in operations() {
        let variables: BTreeSet<&str> = operation.path.split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
        let described: BTreeSet<&str> = operation
            .parameters()
            .filter(|parameter| parameter["in"] == "path")
            .filter_map(|parameter| parameter["name"].as_str())
            .collect();
        assert_eq!(variables, described, "{}", operation.name());
    }
}

#[test]
fn every_operation_says_what_it_does_takes_and_answers() {
    let tags: BTreeSet<&str> = DOCUMENT["tags"].as_array().unwrap().iter().filter_map(|tag| tag["name"].as_str()).collect();
    for operation in operations() {
        let (name, text) = (operation.name(), operation.text);
        let said = |value: &Value| value.as_str().is_some_and(|text| !text.trim().is_empty());
        assert!(said(&text["summary"]), "{name}: no summary");
        assert!(said(&text["description"]), "{name}: no description");
        let of = text["tags"].as_array().unwrap();
        assert!(of.len() == 1 && tags.contains(of[0].as_str().unwrap()), "{name}: tags {of:?}, of which each needs a description");
        for parameter in operation.parameters() {
            assert!(said(&parameter["description"]), "{name}: {} is not described", parameter["name"]);
            assert!(!parameter["schema"].is_null(), "{name}: {} has no schema", parameter["name"]);
        }
        let mut succeeds = false;
        for (status, response) in operation.responses() {
            assert!(said(&response["description"]), "{name}: {status} is not described");
            assert!(response["headers"].get("X-Request-Id").is_some() || status == "304", "{name}: {status} has no X-Request-Id");
            if status.starts_with('2') {
                succeeds = true;
                let contents = response["content"].as_object();
                assert!(status == "204" || contents.is_some_and(|contents| !contents.is_empty()), "{name}: {status} has no content");
                assert!(contents.into_iter().flatten().all(|(_, content)| !content["schema"].is_null()), "{name}: {status} has no schema");
            }
            if status.starts_with(['4', '5']) {
                let schema = &response["content"]["application/problem+json"]["schema"];
                assert_eq!(schema, &json!({"$ref": "#/components/schemas/Problem"}), "{name}: {status}");
            }
        }
        assert!(succeeds, "{name}: never succeeds");
        let has = |status: &str| text["responses"].get(status).is_some();
        assert!(has("400") && has("500") && has("503"), "{name}: problems that may always come are missing");
        assert!(!text["requestBody"].is_object() || (has("413") && has("415") && has("422")), "{name}: problems of its body are missing");
        assert!(operation.permission().is_none() || (has("401") && has("403")), "{name}: problems of its permission are missing");
        assert!(!operation.path.contains('{') || has("404"), "{name}: 404 is missing");
    }
}

#[test]
fn every_permission_is_in_the_table() {
    for operation in operations() {
        if let Some(permission) = operation.permission() {
            assert!(TABLE.iter().any(|row| row.name == permission), "{}: the table has no {permission}", operation.name());
        }
    }
}

#[test]
fn examples_are_what_their_schemas_say() {
    let schemas = DOCUMENT["components"]["schemas"].as_object().unwrap();
    for (name, schema) in schemas {
        let examples = schema.get("example").into_iter().chain(schema["examples"].as_array().into_iter().flatten());
        for example in examples {
            let reference = json!({"$ref": format!("#/components/schemas/{name}")});
            validate(&reference, example.to_string().as_bytes(), &format!("the example of {name}"));
        }
    }
    for operation in operations() {
        for (status, response) in operation.responses() {
            for (content_type, content) in response["content"].as_object().into_iter().flatten() {
                let named = content["examples"].as_object().into_iter().flatten().map(|(_, example)| &example["value"]);
                for example in content.get("example").into_iter().chain(named) {
                    let name = format!("an example of {} → {status} {content_type}", operation.name());
                    validate(&content["schema"], example.to_string().as_bytes(), &name);
                }
            }
        }
    }
}

#[test]
fn an_address_finds_its_path() {
    assert_eq!(template_of("/v1/sections/news/energy"), Some("/v1/sections/{section}"));
    assert_eq!(template_of("/v1/articles/port/publish"), Some("/v1/articles/{article}/publish"));
    assert_eq!(template_of("/v1/feeds/sections/news/energy.rss"), Some("/v1/feeds/sections/{section}.{format}"));
    assert_eq!(template_of("/v1/nothing"), None);
}

/// An address at which a read can be called, with all that it can include; none where there is nothing to be read yet.
async fn callable(client: &Client, operation: &Operation) -> Option<String> {
    let mut address = String::new();
    for (index, part) in operation.path.split('{').enumerate() {
        if index == 0 {
            address.push_str(part);
            continue;
        }
        let (variable, rest) = part.split_once('}').unwrap();
        address.push_str(&reference(client, variable).await?);
        address.push_str(rest);
    }
    let mut query = Vec::new();
    for parameter in operation.parameters().filter(|parameter| parameter["in"] == "query") {
        let (name, schema) = (parameter["name"].as_str().unwrap(), &parameter["schema"]);
        if name == "include" {
            query.push(format!("include={}", words(&schema["items"]).join(",")));
        } else if name == "limit" {
            query.push("limit=50".to_owned());
        } else if name == "path" {
            let articles = client.get("/v1/articles?limit=1").await.expect(200);
            query.push(format!("path={}", articles["items"][0]["url"].as_str()?));
        } else if parameter["required"] == true {
            let value = parameter["example"].as_str().unwrap_or("story");
            query.push(format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
        }
    }
    if !query.is_empty() {
        address.push('?');
        address.push_str(&query.join("&"));
    }
    Some(address)
}

/// The words of an enumeration.
fn words(schema: &Value) -> Vec<&str> {
    let named = schema["$ref"].as_str().and_then(|reference| DOCUMENT.pointer(reference.strip_prefix('#')?));
    let schema = named.unwrap_or(schema);
    let listed = schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
    // Words that are each described are alternatives.
    let described =
        schema["oneOf"].as_array().into_iter().flatten().flat_map(|one| {
            one["const"].as_str().into_iter().chain(one["enum"].as_array().into_iter().flatten().filter_map(Value::as_str))
        });
    listed.chain(described).collect()
}

/// What a variable of this name can be: the first of its list.
async fn reference(client: &Client, variable: &str) -> Option<String> {
    if variable == "problem" {
        return Some("validation".to_owned());
    }
    let list = [format!("/v1/{variable}s"), format!("/v1/{variable}")]
        .into_iter()
        .find(|path| DOCUMENT["paths"][path.as_str()]["get"].is_object())?;
    // What stands below something else has no list of its own.
    let found = Some(client.get(&list).await).filter(|found| found.status == 200)?.body;
    let first = &found["items"][0];
    ["path", "slug", "id"].into_iter().find_map(|name| first[name].as_str()).map(str::to_owned)
}

/// A publication with so many of each.
async fn filled(app: &TestApp, of_each: usize) {
    let make = app.make().await;
    let has = |path: &str| DOCUMENT["paths"][path]["post"].is_object();
    let root = make.section("Root").await;
    let mut sections = Vec::new();
    for number in 0..of_each {
        sections.push(make.section_in(&root, &format!("Section {number}")).await);
    }
    let mut members = Map::new();
    for (path, member, body) in [
        ("/v1/tags", "tags", json!({"name": "Tag #"})),
        ("/v1/authors", "byline", json!({"name": "Author #"})),
        ("/v1/media", "media", json!({"kind": "image", "url": "https://images.example.org/#.jpg", "alt": "Image #"})),
    ] {
        let mut all = Vec::new();
        for number in 0..if has(path) { of_each } else { 0 } {
            let body: Value = serde_json::from_str(&body.to_string().replace('#', &number.to_string())).unwrap();
            all.push(make.post(path, body).await["id"].clone());
        }
        members.insert(member.to_owned(), all.into());
    }
    for section in &sections {
        let article = members.iter().fold(make.article().section(section), |article, (name, value)| article.with(name, value.clone()));
        article.published().await;
    }
}

#[actix_web::test]
async fn a_read_sends_as_many_statements_for_thirty_as_for_one() {
    let (few, many) = (TestApp::start().await, TestApp::start().await);
    // Three, for an article alone has nothing related to it to load.
    filled(&few, 3).await;
    filled(&many, 30).await;
    let mut called = 0;
    let has_end = |operation: &Operation| operation.text["responses"]["200"]["content"]["text/event-stream"].is_null();
    let mut reads: Vec<Operation> = operations().into_iter().filter(|operation| operation.method == "get" && has_end(operation)).collect();
    // The usage of keys is written down some seconds after the first request by one: statements of nobody's.
    reads.sort_by_key(Operation::wants_key);
    for operation in &reads {
        let mut counts = Vec::new();
        for app in [&few, &many] {
            let client = match operation.permission() {
                Some(_) => app.admin().await,
                None if operation.wants_key() => partner(app, json!({})).await,
                None => app.anyone(),
            };
            let Some(address) = callable(&app.admin().await, operation).await else { continue };
            // The first call may find caches empty.
            client.get(&address).await;
            let (mut status, mut fewest) = (0, usize::MAX);
            // Twice, for every few seconds a server also writes down what keys were used for.
            for _ in 0..2 {
                let before = app.statements();
                status = client.get(&address).await.status;
                fewest = fewest.min(app.statements() - before);
            }
            counts.push((status, fewest, address));
        }
        let [(first, one, _), (second, thirty, address)] = counts.as_slice() else { continue };
        assert_eq!((first, second), (&200, &200), "{address}");
        assert_eq!(one, thirty, "{address}: statements for three of each, and for thirty");
        assert!(*thirty <= 6, "{address}: {thirty} statements");
        called += 1;
    }
    assert!(called > 5, "only {called} reads could be called");
}
