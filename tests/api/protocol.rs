//! What HTTP promises of every resource, seen on sections and articles.

use serde_json::json;

use crate::harness::TestApp;

#[actix_web::test]
async fn an_unknown_address_is_a_problem() {
    let app = TestApp::start().await;
    for path in ["/", "/v1", "/v1/article", "/v1/articles/", "//v1/articles", "/v1/articles/a/b", "/docs/nothing.js"] {
        let answer = app.anyone().get(path).await;
        assert_eq!((answer.status, answer.kind()), (404, "not-found"), "{path}");
    }
}

#[actix_web::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let app = TestApp::start().await;
    let answer = app.anyone().put("/v1/articles/a", "*", json!({})).await;
    assert_eq!((answer.status, answer.kind()), (405, "method-not-allowed"));
    assert_eq!(answer.header("allow"), "GET, HEAD, PATCH, DELETE, OPTIONS");
    assert_eq!(app.anyone().post("/health/live", json!({})).await.header("allow"), "GET, HEAD, OPTIONS");
}

#[actix_web::test]
async fn head_is_get_without_the_body() {
    let app = TestApp::start().await;
    app.make().await.section("News").await;
    let get = app.anyone().get("/v1/sections").await;
    let head = app.anyone().send("HEAD", "/v1/sections", &[], None).await;
    assert_eq!((head.status, head.bytes.len()), (200, 0));
    for name in ["etag", "content-length", "content-type", "cache-control", "vary"] {
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
    assert_eq!(get.header("content-length"), get.bytes.len().to_string());
}

#[actix_web::test]
async fn each_coding_has_its_own_tag_and_each_is_known_again() {
    let app = TestApp::start().await;
    let make = app.make().await;
    let article = make.article().title("Port reopens").published().await;
    let plain = app.anyone().get(article.address()).await.header("etag").to_owned();
    for coding in ["br", "gzip", "zstd"] {
        let packed = app.anyone().get_with(article.address(), &[("Accept-Encoding", coding)]).await;
        assert_eq!(packed.header("content-encoding"), coding);
        let tag = packed.header("etag").to_owned();
        assert_eq!(tag, format!("{}-{coding}\"", plain.trim_end_matches('"')));
        let again = app.anyone().get_with(article.address(), &[("Accept-Encoding", coding), ("If-None-Match", &tag)]).await;
        assert_eq!((again.status, again.header("etag"), again.bytes.len()), (304, tag.as_str(), 0));
    }
    // Whoever edits what they read compressed may send that tag.
    let editor = app.editor().await;
    let seen = editor.get_with(article.address(), &[("Accept-Encoding", "br")]).await.header("etag").to_owned();
    editor.patch(article.address(), &seen, json!({"kicker": "Coast"})).await.expect(200);
    editor.patch(article.address(), &seen, json!({"kicker": "late"})).await.expect(412);
    let weak = format!("W/{plain}, \"other\"");
    assert_eq!(app.anyone().get_with(article.address(), &[("If-None-Match", &weak)]).await.status, 200, "it was changed since");
    let nothing_will_do = app.anyone().get_with(article.address(), &[("Accept-Encoding", "identity;q=0, compress")]).await;
    assert_eq!((nothing_will_do.status, nothing_will_do.kind()), (406, "not-acceptable"));
}

#[actix_web::test]
async fn a_body_that_cannot_be_is_refused_before_anything_is_written() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let json = "application/json";
    for (content_type, body, status, kind) in [
        ("text/plain", "{}".to_owned(), 415, "unsupported-media-type"),
        (json, String::new(), 400, "bad-request"),
        (json, "{\"name\": ".to_owned(), 400, "bad-request"),
        (json, format!("{{\"name\": {}", "[".repeat(10_000)), 422, "validation"),
        (json, format!("{{\"name\": \"{}\"}}", "x".repeat(300 * 1024)), 413, "body-too-large"),
        (json, "{\"name\": 5}".to_owned(), 422, "validation"),
        (json, "{\"name\": \"a\\u0000b\"}".to_owned(), 422, "validation"),
        (json, "{\"name\": \"a\", \"name\": \"b\"}".to_owned(), 422, "validation"),
        (json, "null".to_owned(), 422, "validation"),
    ] {
        let answer = editor.post_text("/v1/sections", content_type, body.clone()).await;
        assert_eq!((answer.status, answer.kind()), (status, kind), "{content_type} {}", &body[..body.len().min(40)]);
    }
    let unknown = editor.post("/v1/sections", json!({"nam": "News"})).await.expect(422);
    assert_eq!(unknown["errors"][0]["pointer"], "/nam");
    assert!(unknown["errors"][0]["detail"].as_str().unwrap().contains("did you mean `name`?"), "{unknown:#}");
    assert_eq!(app.anyone().get("/v1/sections").await.expect(200)["items"], json!([]));
}

#[actix_web::test]
async fn a_query_that_cannot_be_names_its_parameters() {
    let app = TestApp::start().await;
    for (query, kind, parameter) in [
        ("lmit=5", "unknown-parameter", "lmit"),
        ("limit=0", "invalid-parameter", "limit"),
        ("limit=101", "invalid-parameter", "limit"),
        ("limit=1e2", "invalid-parameter", "limit"),
        ("limit=99999999999999999999", "invalid-parameter", "limit"),
        ("limit=1&limit=2", "invalid-parameter", "limit"),
        ("kind=newz", "invalid-parameter", "kind"),
        ("include=bod", "invalid-parameter", "include"),
        ("fields=titel", "invalid-parameter", "fields"),
        ("published_after=yesterday", "invalid-parameter", "published_after"),
        ("cursor=abc", "invalid-cursor", "cursor"),
    ] {
        let answer = app.anyone().get(&format!("/v1/articles?{query}")).await;
        assert_eq!((answer.status, answer.kind()), (400, kind), "{query}: {:#}", answer.body);
        assert_eq!(answer.body["errors"][0]["parameter"], parameter, "{query}");
    }
    for query in ["language=%FF", "language=%00", "%FF=1"] {
        assert_eq!(app.anyone().get(&format!("/v1/articles?{query}")).await.kind(), "bad-request", "{query}");
    }
    for path in ["/v1/articles/%FF", "/v1/articles/a%00b", "/v1/sections/a/%C3%28"] {
        assert_eq!(app.anyone().get(path).await.status, 400, "{path}");
    }
    let long = format!("/v1/articles?language={}", "e".repeat(9000));
    assert_eq!(app.anyone().get(&long).await.kind(), "uri-too-long");
}

#[actix_web::test]
async fn a_page_leads_to_the_next_and_a_cursor_stays_with_its_list() {
    let app = TestApp::start().await;
    let make = app.make().await;
    for hour in 1..=5 {
        make.article().published_at(&format!("2026-03-02T0{hour}:00:00Z")).await;
    }
    let mut address = "/v1/articles?limit=2&fields=published_at".to_owned();
    let mut times = Vec::new();
    loop {
        let page = app.anyone().get(&address).await;
        let items = page.body_of(200)["items"].as_array().unwrap().clone();
        times.extend(items.iter().map(|item| item["published_at"].as_str().unwrap().to_owned()));
        let link = page.header("link").to_owned();
        assert_eq!(link.is_empty(), page.body["page"]["next_cursor"].is_null());
        let Some(next) = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\"")) else { break };
        address = next.to_owned();
    }
    assert_eq!(times.len(), 5);
    assert!(times.is_sorted_by(|a, b| a > b), "{times:?}");

    let cursor = app.anyone().get("/v1/articles?limit=2").await.expect(200)["page"]["next_cursor"].as_str().unwrap().to_owned();
    let foreign = app.anyone().get(&format!("/v1/articles?limit=2&kind=opinion&cursor={cursor}")).await;
    assert_eq!((foreign.status, foreign.kind()), (400, "invalid-cursor"));
    assert!(foreign.body["detail"].as_str().unwrap().contains("other filters"), "{:#}", foreign.body);
    let cut = app.anyone().get(&format!("/v1/articles?limit=2&cursor={}", &cursor[1..])).await;
    assert_eq!((cut.status, cut.kind()), (400, "invalid-cursor"));
}

#[actix_web::test]
async fn a_former_address_leads_to_the_present_one_with_its_query() {
    let app = TestApp::start().await;
    let (make, editor) = (app.make().await, app.editor().await);
    let news = make.section("News").await;
    let energy = make.section_in(&news, "Energy").await;
    let article = make.article().with("slug", "old").section(&energy).published().await;
    editor.patch(article.address(), article.tag(), json!({"slug": "new"})).await.expect(412);
    editor.patch(article.address(), "*", json!({"slug": "new"})).await.expect(200);
    let moved = app.anyone().get("/v1/articles/old?fields=id,slug").await;
    assert_eq!((moved.status, moved.header("location")), (301, "/v1/articles/new?fields=id,slug"));
    assert_eq!(app.anyone().get(moved.header("location")).await.expect(200), json!({"id": article["id"], "slug": "new"}));

    editor.patch(energy.address(), energy.tag(), json!({"slug": "power"})).await.expect(200);
    for former in ["/v1/sections/news/energy", "/v1/sections/news%2Fenergy"] {
        let moved = app.anyone().get(former).await;
        assert_eq!((moved.status, moved.header("location")), (301, "/v1/sections/news/power"), "{former}");
    }
}

#[actix_web::test]
async fn a_request_has_one_name_everywhere() {
    let app = TestApp::start().await;
    let named = app.anyone().get_with("/v1/articles/none", &[("X-Request-Id", "front-7")]).await;
    assert_eq!((named.header("x-request-id"), &named.body["instance"]), ("front-7", &json!("front-7")));
    let odd = app.anyone().get_with("/v1/articles/none", &[("X-Request-Id", "a b")]).await;
    assert_eq!(odd.header("x-request-id").len(), 36);
    assert_eq!(odd.body["instance"], odd.header("x-request-id"));
}

#[actix_web::test]
async fn pages_of_any_origin_may_read() {
    let app = TestApp::start().await;
    let origin = ("Origin", "https://www.example.org");
    let read = app.anyone().get_with("/v1/sections", &[origin]).await;
    assert_eq!(read.header("access-control-allow-origin"), "*");
    assert!(read.header("access-control-expose-headers").to_lowercase().contains("etag"));
    let refused = app.anyone().get_with("/v1/articles/none", &[origin]).await;
    assert_eq!((refused.status, refused.header("access-control-allow-origin")), (404, "*"));
    let asks = [origin, ("Access-Control-Request-Method", "PATCH"), ("Access-Control-Request-Headers", "authorization,if-match")];
    let preflight = app.anyone().send("OPTIONS", "/v1/articles/a", &asks, None).await;
    assert_eq!(preflight.status, 200);
    assert!(preflight.header("access-control-allow-methods").contains("PATCH"));
}

#[actix_web::test]
async fn caches_keep_what_is_public_and_nothing_else() {
    let app = TestApp::start().await;
    let make = app.make().await;
    let (public, draft) = (make.article().published().await, make.article().draft().await);
    let seen = app.anyone().get(public.address()).await;
    assert_eq!(seen.header("cache-control"), "public, max-age=5, stale-while-revalidate=60, stale-if-error=86400");
    assert_eq!(seen.header("vary"), "Accept-Encoding, Authorization, X-Api-Key");
    assert!(
        seen.header("surrogate-key").split(' ').any(|key| key == format!("article-{}", public.text("id"))),
        "{}",
        seen.header("surrogate-key")
    );
    assert_eq!(seen.header("x-content-type-options"), "nosniff");
    assert_eq!(app.reader().await.get(draft.address()).await.header("cache-control"), "private, no-cache");
    assert_eq!(app.anyone().get(draft.address()).await.header("cache-control"), "public, max-age=5");
    let author = app.author().await;
    let written = author.post("/v1/articles", json!({"title": "A", "section": "news"})).await;
    assert_eq!((written.status, written.header("cache-control")), (201, "no-store"));
    assert_eq!(app.anyone().get("/v1/articles?limit=0").await.header("cache-control"), "no-store");
}

#[actix_web::test]
async fn the_pages_for_people_need_no_network() {
    let app = TestApp::start().await;
    for path in ["/docs/", "/docs/swagger-ui-bundle.js", "/problems", "/problems/stale-version"] {
        let answer = app.anyone().get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(!answer.text().contains("src=\"http") && !answer.text().contains("href=\"http"), "{path} loads from elsewhere");
    }
    assert_eq!(app.anyone().get("/docs").await.status, 307);
    assert_eq!(app.anyone().get("/problems/none").await.kind(), "not-found");
    assert_eq!(app.anyone().get("/v1/openapi.json").await.expect(200)["openapi"], "3.1.0");
}
