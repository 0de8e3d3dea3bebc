//! Articles by their words.

use broadsheet::{
    domain::{id::ArticleId, licence::Scope},
    store::{
        related::{more_in_section, related},
        search::{Search, search},
    },
};
use diesel::{PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types};
use serde_json::Value;
use uuid::Uuid;

use crate::harness::{Make, TestApp};

fn titles(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap()).collect()
}

async fn article(make: &Make, title: &str, body: &str, at: &str) {
    make.article().title(title).with("body", format!("<p>{body}</p>")).published_at(at).await;
}

/// A few articles and the searches that find them.
async fn library() -> TestApp {
    let app = TestApp::start().await;
    let make = app.make().await;
    article(&make, "Ferry strike ends", "The crews are back on their ferries.", "2026-03-01T09:00:00Z").await;
    article(&make, "Harbour plans", "A strike at the ferry terminal is not expected.", "2026-03-05T09:00:00Z").await;
    article(&make, "Ice on the river", "Skaters were running there.", "2026-03-03T09:00:00Z").await;
    app
}

#[actix_web::test]
async fn words_phrases_exclusions_and_alternatives_find_what_they_say() {
    let app = library().await;
    let cases: [(&str, &[&str]); 9] = [
        ("ferry+strike", &["Ferry strike ends", "Harbour plans"]),
        ("ferries", &["Ferry strike ends", "Harbour plans"]),
        ("%22ferry+strike%22", &["Ferry strike ends"]),
        ("strike+-terminal", &["Ferry strike ends"]),
        ("ice+or+crews", &["Ice on the river", "Ferry strike ends"]),
        ("run", &["Ice on the river"]),
        ("the", &[]),
        ("zeppelin", &[]),
        ("%22%22+-+%21%26%7C%28%29%3A%2A%27%5C", &[]),
    ];
    for (words, expected) in cases {
        let page = app.anyone().get(&format!("/v1/search?q={words}")).await.expect(200);
        assert_eq!(titles(&page), expected, "{words}");
        assert_eq!(page["page"]["next_cursor"], Value::Null);
    }
}

#[actix_web::test]
async fn an_exclusion_holds_in_every_language() {
    let app = library().await;
    app.sql("UPDATE site SET languages = '{en,fr}'");
    // As it stands, `running` is no word of an English article: its stem is.
    assert_eq!(titles(&app.anyone().get("/v1/search?q=ice+-running").await.expect(200)), [] as [&str; 0]);
    assert_eq!(titles(&app.anyone().get("/v1/search?q=ice+-walking").await.expect(200)), ["Ice on the river"]);
}

#[actix_web::test]
async fn a_headline_outweighs_a_mention_and_freshness_decides_between_equals() {
    let app = TestApp::start().await;
    let make = app.make().await;
    article(&make, "Zeppelin over the harbour", "It came at noon.", "2014-03-01T09:00:00Z").await;
    article(&make, "A walk in spring", "Somebody saw a zeppelin.", "2026-11-01T09:00:00Z").await;
    article(&make, "Kite day", "Somebody saw a zeppelin.", "2026-06-01T09:00:00Z").await;

    let page = app.anyone().get("/v1/search?q=zeppelin").await.expect(200);

    assert_eq!(titles(&page), ["Zeppelin over the harbour", "A walk in spring", "Kite day"]);
    let scores: Vec<f64> = page["items"].as_array().unwrap().iter().map(|hit| hit["score"].as_f64().unwrap()).collect();
    assert!(scores.is_sorted_by(|a, b| a > b) && scores.iter().all(|score| (0.0..=1.0).contains(score)), "{scores:?}");
}

#[actix_web::test]
async fn only_what_readers_see_is_found_whoever_asks() {
    let app = TestApp::start().await;
    let make = app.make().await;
    make.article().title("Zeppelin draft").draft().await;
    make.article().title("Zeppelin to come").published_at("2099-01-01T00:00:00Z").await;
    let gone = make.article().title("Zeppelin withdrawn").published().await;
    app.editor().await.post(&gone.path("unpublish"), serde_json::json!({})).await.expect(200);

    for client in [app.anyone(), app.editor().await] {
        assert_eq!(titles(&client.get("/v1/search?q=zeppelin").await.expect(200)), [] as [&str; 0]);
    }
}

#[actix_web::test]
async fn pages_neither_skip_nor_repeat_while_articles_arrive() {
    let app = TestApp::start().await;
    let make = app.make().await;
    for number in 0..7 {
        article(&make, &format!("Report {number}"), "A zeppelin again.", &format!("2026-03-0{}T09:00:00Z", number / 3 + 1)).await;
    }
    let mut address = "/v1/search?q=zeppelin&limit=3".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = app.anyone().get(&address).await.expect(200);
        seen.extend(titles(&page).iter().map(|title| (*title).to_owned()));
        make.article().title("Zeppelin, zeppelin, zeppelin").published().await;
        match page["page"]["next_cursor"].as_str() {
            Some(cursor) => address = format!("/v1/search?q=zeppelin&limit=3&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), 7);
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 7);
}

#[actix_web::test]
async fn highlights_are_safe_whatever_the_text() {
    let app = TestApp::start().await;
    let make = app.make().await;
    article(&make, "1 < 2 & the <b>zeppelin</b> \u{E000}x", "Costs &lt;b&gt; &amp;amp; a Zeppelin &#xE000; flew", "2026-03-01T09:00:00Z")
        .await;

    let page = app.anyone().get("/v1/search?q=zeppelin").await.expect(200);

    let shown = &page["items"][0]["highlights"];
    assert_eq!(shown["title"], "1 &lt; 2 &amp; the &lt;b&gt;<mark>zeppelin</mark>&lt;/b&gt; x");
    assert_eq!(shown["body"], "Costs &lt;b&gt; &amp;amp; a <mark>Zeppelin</mark> flew");
    assert_eq!(shown["standfirst"], Value::Null);
}

#[actix_web::test]
async fn filters_narrow_and_what_cannot_be_is_refused() {
    let app = library().await;
    let make = app.make().await;
    let coast = make.section("Coast").await;
    make.article().title("Ferry sinks").section(&coast).with("kind", "opinion").published_at("2026-03-09T09:00:00Z").await;
    for (filter, expected) in [
        ("section=coast", 1),
        ("section=news", 2),
        ("kind=opinion", 1),
        ("language=en", 3),
        ("language=fr", 0),
        ("published_after=2026-03-05T09:00:00Z", 2),
        ("published_before=2026-03-05T09:00:00Z", 1),
        ("published_after=2026-03-02T00:00:00Z&published_before=2026-03-06T00:00:00Z&section=news&kind=news&language=en", 1),
    ] {
        let page = app.anyone().get(&format!("/v1/search?q=ferry&{filter}")).await.expect(200);
        assert_eq!(titles(&page).len(), expected, "{filter}");
    }
    let long = "x".repeat(201);
    for (query, status) in [
        ("", 400),
        ("q=", 400),
        ("q=+", 400),
        (&format!("q={long}"), 400),
        ("q=a&section=nowhere", 404),
        ("q=a&cursor=x", 400),
        ("q=a&quiet=1", 400),
        ("q=%00", 400),
    ] {
        assert_eq!(app.anyone().get(&format!("/v1/search?{query}")).await.status, status, "{query}");
    }
    let first = app.anyone().get("/v1/search?q=ferry&limit=1").await.expect(200);
    let cursor = first["page"]["next_cursor"].as_str().unwrap();
    assert_eq!(app.anyone().get(&format!("/v1/search?q=boat&limit=1&cursor={cursor}")).await.kind(), "invalid-cursor");
}

#[actix_web::test]
async fn a_frequent_word_is_found_by_date_and_a_rare_one_by_itself() {
    let app = TestApp::start().await;
    app.make().await.section("News").await;
    app.sql(
        "INSERT INTO articles (id, slug, language, status, title, section_id, published_at)
         SELECT gen_random_uuid(), 'a' || n, 'en', 'published', 'Common number' || n || ' ' || CASE WHEN n IN (5, 2000) THEN 'zeppelin' ELSE '' END,
           (SELECT id FROM sections LIMIT 1), timestamptz '2026-01-01' + n * interval '1 minute'
         FROM generate_series(1, 3000) AS n",
    );
    app.sql("ANALYZE articles");
    for (words, found) in [("common", 3), ("zeppelin", 2), ("common+zeppelin", 2), ("common+-zeppelin", 3), ("%22zeppelin+common%22", 0)] {
        let page = app.anyone().get(&format!("/v1/search?q={words}&limit=3")).await.expect(200);
        assert_eq!(titles(&page).len(), found, "{words}");
    }
    let page = app.anyone().get("/v1/search?q=common&limit=1").await.expect(200);
    assert_eq!(titles(&page), ["Common number3000 "]);
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = sql_types::BigInt)]
    number: i64,
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
}

/// How often this table was read from end to end, by anybody.
fn whole_reads(conn: &mut PgConnection) -> i64 {
    sql_query("SELECT pg_stat_force_next_flush()").execute(conn).unwrap();
    let counter = "SELECT seq_scan AS number, gen_random_uuid() AS id FROM pg_stat_user_tables WHERE relname = 'articles'";
    sql_query(counter).get_result::<Found>(conn).unwrap().number
}

#[actix_web::test]
async fn neither_searches_nor_related_lists_read_the_whole_archive() {
    let app = TestApp::start().await;
    app.make().await.section("News").await;
    app.sql(
        "INSERT INTO articles (id, slug, language, status, title, section_id, published_at)
         SELECT gen_random_uuid(), 'a' || n, 'en', 'published', 'Common number' || n || CASE WHEN n % 2 = 0 THEN ' even' ELSE '' END,
           (SELECT id FROM sections LIMIT 1), timestamptz '2026-01-01' + n * interval '1 minute'
         FROM generate_series(1, 10000) AS n",
    );
    app.sql("INSERT INTO article_listings (list_id, published_at, article_id, is_direct) SELECT section_id, published_at, id, true FROM articles");
    app.sql("VACUUM ANALYZE");
    let mut conn = app.conn();
    let article = sql_query("SELECT 0::bigint AS number, id FROM articles WHERE slug = 'a5000'").get_result::<Found>(&mut conn).unwrap();
    let article = ArticleId(article.id);
    let before = whole_reads(&mut conn);

    // Often enough for the statement to be prepared and to have been given a plan for all times.
    for _ in 0..8 {
        assert_eq!(related(&mut conn, &Scope::Public, article, 5, &[]).unwrap().len(), 5);
        assert_eq!(more_in_section(&mut conn, &Scope::Public, article, 5, &[article]).unwrap().len(), 5);
        for (words, found) in [("common", 5), ("even", 5), ("number777", 1), ("common number777", 1), ("even -common", 0), ("zeppelin", 0)]
        {
            let wanted = Search { words: words.to_owned(), ..Search::default() };
            assert_eq!(search(&mut conn, &Scope::Public, &wanted, None, 5).unwrap().0.len(), found, "{words}");
        }
    }

    assert_eq!(whole_reads(&mut conn), before);
    sql_query("SELECT 1 FROM articles WHERE body = 'a'").execute(&mut conn).unwrap();
    assert_eq!(whole_reads(&mut conn), before + 1, "what is counted");
}
