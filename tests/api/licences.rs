//! What a licence gives, in every read of the document: no route is named here, so none is forgotten.

use serde_json::{Value, json};

use crate::harness::{Client, DOCUMENT, Make, TestApp};

/// Stands in every text of what may not be read.
const FORBIDDEN: &str = "zqforbidden";
/// Stands in every text of what may.
const ALLOWED: &str = "zqallowed";

/// A partner's client with a licence of its own.
pub async fn partner(app: &TestApp, licence: Value) -> Client {
    named_partner(app, "Harbour Wire", licence).await
}

async fn named_partner(app: &TestApp, name: &str, mut licence: Value) -> Client {
    let (admin, make) = (app.admin().await, Make::new(app.admin().await));
    let partner = make.post("/v1/partners", json!({ "name": name })).await;
    licence["name"] = "All that is agreed on".into();
    let licence = admin.post(&partner.path("licences"), licence).await.expect(201);
    let key = admin.post(&partner.path("keys"), json!({"name": "Production", "licence": licence["id"]})).await.expect(201);
    app.with(key["key"].as_str().unwrap())
}

/// The reads of the document that a partner may try.
fn reads() -> Vec<(&'static str, &'static Value)> {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let reads = paths.iter().filter_map(|(path, item)| item.get("get").map(|get| (path.as_str(), get)));
    // A stream has no end; what it sends is what the delta gives, and is tried there. The document has examples of everything.
    reads.filter(|(path, _)| path.starts_with("/v1/") && !["/v1/stream", "/v1/openapi.json"].contains(path)).collect()
}

/// What a variable of an address may be: what is allowed, what is forbidden, and what both stand on.
fn values(variable: &str) -> Vec<String> {
    let own = |slugs: &[&str]| slugs.iter().map(|slug| (*slug).to_owned()).collect();
    match variable {
        "article" => own(&[ALLOWED, FORBIDDEN]),
        "section" => own(&["news", "news/harbour", "news/market"]),
        "tag" => own(&["ports"]),
        "author" => own(&["m-aydin"]),
        "collection" => own(&["front"]),
        "menu" => own(&["header"]),
        "source" => own(&["harbour-gazette"]),
        "media" => own(&[FORBIDDEN]),
        "format" => own(&["json", "rss", "atom", "ninjs"]),
        "month" => vec![chrono::Utc::now().format("%Y-%m").to_string()],
        _ => own(&["1"]),
    }
}

/// Every address at which an operation is tried, with all that it can include.
fn addresses(path: &str, operation: &Value, media: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    for (index, part) in path.split('{').enumerate() {
        let (variable, rest) = if index == 0 { (None, part) } else { part.split_once('}').map(|(name, rest)| (Some(name), rest)).unwrap() };
        let values = variable.map_or_else(|| vec![String::new()], values);
        all = all.iter().flat_map(|so_far| values.iter().map(move |value| format!("{so_far}{value}{rest}"))).collect();
    }
    let mut query = Vec::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten().filter(|parameter| parameter["in"] == "query") {
        let (name, schema) = (parameter["name"].as_str().unwrap(), &parameter["schema"]);
        match name {
            "include" => query.push(format!("include={}", words(&schema["items"]).join(","))),
            "limit" => query.push("limit=50".to_owned()),
            "count" => query.push("count=true".to_owned()),
            "path" => query.push(format!("path=/news/harbour/{FORBIDDEN}")),
            "q" => query.push("q=lighthouse".to_owned()),
            _ => {}
        }
    }
    all.iter()
        .map(|address| format!("{}?{}", address.replace(&format!("media/{FORBIDDEN}"), &format!("media/{media}")), query.join("&")))
        .collect()
}

/// The words of an enumeration.
fn words(schema: &Value) -> Vec<&str> {
    let named = schema["$ref"].as_str().and_then(|reference| DOCUMENT.pointer(reference.strip_prefix('#')?));
    let schema = named.unwrap_or(schema);
    let listed = schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let described =
        schema["oneOf"].as_array().into_iter().flatten().flat_map(|one| {
            one["const"].as_str().into_iter().chain(one["enum"].as_array().into_iter().flatten().filter_map(Value::as_str))
        });
    listed.chain(described).collect()
}

/// A publication in which one article is forbidden by `what` it is, beside others that are not, on the same lists.
struct Publication {
    media: String,
}

async fn publication(app: &TestApp, what: &Value) -> Publication {
    let make = app.make().await;
    let news = make.section("News").await;
    make.section_in(&news, "Harbour").await;
    make.section_in(&news, "Market").await;
    make.post("/v1/tags", json!({"name": "Ports"})).await;
    make.post("/v1/authors", json!({"name": "M. Aydin"})).await;
    let picture = make
        .post("/v1/media", json!({"kind": "image", "url": format!("https://images.example.org/{FORBIDDEN}.jpg"), "alt": FORBIDDEN}))
        .await;
    let editor = app.editor().await;
    let mut ids = Vec::new();
    for (word, number) in [(ALLOWED, 0), (FORBIDDEN, 1), (ALLOWED, 2)] {
        let is_forbidden = word == FORBIDDEN;
        let mut body = json!({
            "title": format!("The lighthouse {word} story {number}"),
            "slug": if number == 2 { "zqallowed-too" } else { word },
            "kicker": word,
            "standfirst": format!("What the lighthouse {word} saw."),
            "body": format!("<p>The lighthouse {word} was lit.</p>"),
            "section": "news/harbour",
            "tags": ["ports"],
            "byline": ["m-aydin"],
            "language": "en",
            "kind": "news",
        });
        if is_forbidden {
            body["lead_media"] = picture["id"].clone();
            for (name, value) in what.as_object().unwrap().iter().filter(|(name, _)| *name != "at" && *name != "withdrawn") {
                body[name] = value.clone();
            }
        } else if number == 0 {
            body["source"] = json!({"name": "Harbour Gazette", "kind": "reprint", "rights": "syndication"});
        }
        if number == 2 {
            // Another language's edition of what is forbidden: a translation is a way to its title.
            body["language"] = "de".into();
            body["translation_of"] = FORBIDDEN.into();
        }
        let article = make.post("/v1/articles", body).await;
        let publication = match what["at"].as_str() {
            Some(at) if is_forbidden => json!({ "at": at }),
            _ => json!({}),
        };
        editor.post(&article.path("publish"), publication).await.expect(200);
        ids.push(article["id"].clone());
    }
    for word in [ALLOWED, "zqallowed-too"] {
        let tag = editor.get(&format!("/v1/articles/{word}")).await.header("etag").to_owned();
        editor.put(&format!("/v1/articles/{word}/related"), &tag, json!({"articles": [FORBIDDEN]})).await.expect(200);
    }
    make.post("/v1/collections", json!({"name": "Front", "items": ids})).await;
    let items = json!([{"label": "One", "article": FORBIDDEN}, {"label": "Two", "article": ALLOWED}]);
    make.post("/v1/menus", json!({"name": "Header", "items": items})).await;
    Publication { media: picture.text("id").to_owned() }
}

/// Tries every read, and gives where the forbidden was found.
async fn leaks(client: &Client, publication: &Publication) -> Vec<String> {
    let mut found = Vec::new();
    let mut readable = 0;
    for (path, operation) in reads() {
        for address in addresses(path, operation, &publication.media) {
            let answer = client.get(&address).await;
            assert!(answer.status < 500, "{address}: {:#}", answer.body);
            readable += usize::from(answer.status == 200);
            let text = String::from_utf8_lossy(&answer.bytes).to_lowercase();
            // What was asked for is repeated in the addresses of a page, and says nothing.
            if answer.status == 200 && text.contains(FORBIDDEN) && !address.contains(FORBIDDEN)
                || answer.status == 200 && address.contains(FORBIDDEN)
            {
                found.push(address);
            }
        }
    }
    assert!(readable > 20, "only {readable} reads could be called");
    found
}

fn all_of_it() -> Value {
    json!({"pictures": true, "requests_per_minute": 100_000})
}

/// A dimension of licences: what it forbids, and the licence that does.
fn dimensions() -> Vec<(&'static str, Value, Value)> {
    let with = |name: &str, value: Value| {
        let mut licence = all_of_it();
        licence[name] = value;
        licence
    };
    let later = "2999-01-01T00:00:00Z";
    vec![
        ("a section", json!({"section": "news/market"}), with("sections", json!(["news/harbour"]))),
        ("a genre", json!({"kind": "opinion"}), with("kinds", json!(["news"]))),
        ("a language", json!({"language": "tr"}), with("languages", json!(["en", "de"]))),
        (
            "an outlet",
            json!({"source": {"name": "Other Gazette", "kind": "reprint", "rights": "syndication"}}),
            with("sources", json!(["harbour-gazette"])),
        ),
        (
            "a reprint that may not be passed on",
            json!({"source": {"name": "Other Gazette", "kind": "reprint", "rights": "no_syndication"}}),
            all_of_it(),
        ),
        ("an embargo", json!({}), with("embargo_minutes", json!(60))),
        ("what is to come", json!({"at": later}), with("advance_minutes", json!(60))),
    ]
}

#[actix_web::test]
async fn what_a_licence_does_not_give_is_in_no_answer() {
    for (name, what, licence) in dimensions() {
        let app = TestApp::start().await;
        let publication = publication(&app, &what).await;
        if name == "an embargo" {
            // The others have been out long enough.
            app.sql("UPDATE articles SET published_at = now() - interval '2 hours' WHERE slug <> 'zqforbidden'");
            app.sql("DELETE FROM article_listings WHERE article_id IN (SELECT id FROM articles WHERE slug <> 'zqforbidden')");
            app.sql("INSERT INTO article_listings (list_id, published_at, article_id, is_direct) SELECT s.id, a.published_at, a.id, true FROM articles a, sections s WHERE a.slug <> 'zqforbidden' AND s.path LIKE 'news%'");
        }
        let client = partner(&app, licence).await;
        assert_eq!(leaks(&client, &publication).await, Vec::<String>::new(), "{name}");
        let cards = client.get("/v1/articles?limit=50&count=true").await.expect(200);
        assert_eq!((cards["items"].as_array().unwrap().len(), cards["page"]["total"].as_i64()), (2, Some(2)), "{name}");
    }
}

#[actix_web::test]
async fn what_a_licence_does_not_narrow_is_all_there() {
    let app = TestApp::start().await;
    let publication = publication(&app, &json!({})).await;
    let client = partner(&app, all_of_it()).await;
    // The same walk finds it in most reads, or it would prove nothing.
    let found = leaks(&client, &publication).await;
    for part in [
        "/v1/articles?",
        "/related",
        "/v1/search",
        "/v1/feeds/latest",
        ".rss",
        ".atom",
        "/v1/collections/",
        "/v1/menus/",
        "/v1/resolve",
        "/v1/media/",
    ] {
        assert!(found.iter().any(|address| address.contains(part)), "{part} is not among {found:#?}");
    }
}

#[actix_web::test]
async fn counts_are_those_of_the_licence() {
    let app = TestApp::start().await;
    publication(&app, &json!({"kind": "opinion"})).await;
    let client = partner(&app, json!({"kinds": ["news"]})).await;
    assert_eq!(app.anyone().get("/v1/sections/news").await.expect(200)["article_count"], 3);
    assert_eq!(client.get("/v1/sections/news").await.expect(200)["article_count"], 2);
    assert_eq!(client.get("/v1/tags/ports").await.expect(200)["article_count"], 2);
    assert_eq!(client.get("/v1/authors/m-aydin").await.expect(200)["article_count"], 2);
}

#[actix_web::test]
async fn a_teaser_is_a_headline_a_standfirst_and_a_link() {
    let app = TestApp::start().await;
    let publication = publication(&app, &json!({})).await;
    let teaser = partner(&app, json!({"extent": "standfirst", "pictures": true, "requests_per_minute": 100_000})).await;
    let article = teaser.get("/v1/articles/zqallowed").await.expect(200);
    assert_eq!((article["extent"].as_str(), article["body"]["html"].as_str()), (Some("standfirst"), Some("")));
    assert!(article["standfirst"].is_string() && article["url"].is_string() && article["byline"][0]["name"].is_string());
    // In no format, nor in what a search shows of it.
    for (path, operation) in reads() {
        for address in addresses(path, operation, &publication.media) {
            let answer = teaser.get(&address).await;
            assert!(!String::from_utf8_lossy(&answer.bytes).contains("was lit"), "{address}");
        }
    }
    let card = named_partner(&app, "Card Wire", json!({"extent": "card", "requests_per_minute": 100_000})).await;
    let article = card.get("/v1/articles/zqallowed").await.expect(200);
    assert_eq!((article["extent"].as_str(), article["standfirst"].as_str()), (Some("card"), None));
    for (path, operation) in reads() {
        for address in addresses(path, operation, &publication.media) {
            let text = String::from_utf8_lossy(&card.get(&address).await.bytes).to_lowercase();
            assert!(!text.contains("saw.") && !text.contains("was lit"), "{address}");
        }
    }
}

#[actix_web::test]
async fn without_the_right_to_pictures_there_are_none() {
    let app = TestApp::start().await;
    let publication = publication(&app, &json!({})).await;
    let editor = app.editor().await;
    let tag = editor.get("/v1/articles/zqallowed").await.header("etag").to_owned();
    let body = "<p>The lighthouse.</p><figure><img src=\"https://images.example.org/zqinside.jpg\" alt=\"\"></figure><p>Lit.</p>";
    editor.patch("/v1/articles/zqallowed", &tag, json!({ "body": body })).await.expect(200);
    let client = partner(&app, json!({"pictures": false, "requests_per_minute": 100_000})).await;
    for (path, operation) in reads() {
        for address in addresses(path, operation, &publication.media) {
            let text = String::from_utf8_lossy(&client.get(&address).await.bytes).to_lowercase();
            assert!(!text.contains("images.example.org"), "{address}");
        }
    }
    let article = client.get("/v1/articles/zqallowed").await.expect(200);
    assert!(article["body"]["html"].as_str().unwrap().contains("Lit."), "{article:#}");
}

#[actix_web::test]
async fn an_advance_shows_what_is_scheduled_and_says_until_when() {
    let app = TestApp::start().await;
    let make = app.make().await;
    let soon = (chrono::Utc::now() + chrono::Duration::minutes(30)).format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let scheduled = make.article().title("Early").published_at(&soon).await;
    let client = partner(&app, json!({"advance_minutes": 60})).await;
    app.anyone().get(scheduled.address()).await.expect(404);
    let early = client.get(scheduled.address()).await.expect(200);
    assert_eq!(early["embargoed_until"], early["published_at"]);
    let cards = client.get("/v1/articles?section=news").await.expect(200);
    assert_eq!(cards["items"][0]["embargoed_until"], early["published_at"]);
    assert_eq!(app.anyone().get("/v1/articles").await.expect(200)["items"], json!([]));
}

#[actix_web::test]
async fn a_changed_licence_holds_from_the_next_request_on() {
    let app = TestApp::start().await;
    let make = app.make().await;
    make.article().title("One").published().await;
    let client = partner(&app, json!({})).await;
    let first = client.get("/v1/articles").await;
    let etag = first.header("etag").to_owned();
    assert_eq!(first.header("cache-control"), "private, no-cache");
    assert_eq!(client.get_with("/v1/articles", &[("If-None-Match", &etag)]).await.status, 304);
    let admin = app.admin().await;
    let licence = admin.get("/v1/partners/harbour-wire/licences").await.expect(200)["items"][0]["id"].as_str().unwrap().to_owned();
    admin.patch(&format!("/v1/partners/harbour-wire/licences/{licence}"), "*", json!({"kinds": []})).await.expect(200);
    let then = client.get_with("/v1/articles", &[("If-None-Match", &etag)]).await.expect(200);
    assert_eq!(then["items"], json!([]));
}
