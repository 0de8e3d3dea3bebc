//! Bulk writes leave exactly what a single write leaves.

use broadsheet::domain::article::{Kind, Status};
use broadsheet::domain::id::{ArticleId, SectionId};
use broadsheet::store::bulk::{BulkArticle, Log, Words, insert_articles};
use chrono::{DateTime, Utc};
use diesel::Connection;

use crate::harness::TestApp;

/// Articles whose columns are not those that the server finds for them.
const DIFFERENT: &str = "
    SELECT 1 FROM articles, search_config(language) AS config, concat(kicker, ' ', standfirst) AS heading
    WHERE search <> setweight(to_tsvector(config, title), 'A') || setweight(to_tsvector(config, heading), 'B')
        || setweight(to_tsvector(config, left(body, 200000)), 'C')
      OR headline_terms <> tsvector_to_array(to_tsvector(config, title || ' ' || heading))";

/// Words, and what a text search parser stumbles over.
const PIECES: &[&str] = &[
    "The",
    "the",
    "port",
    "Ports",
    "reopened",
    "well-known",
    "well-",
    "-known",
    "U.S.",
    "e.g.",
    "don't",
    "rock'n'roll",
    "and/or",
    "/etc/hosts",
    "https://example.org/a?b=1&amp;c=2#d",
    "example.org",
    "ann@example.org",
    "1,000.5",
    "-3",
    "+4",
    "1e5",
    "2026-03-01",
    "10:30",
    "v1.2.3",
    "50%",
    "$5",
    "(see",
    "below)",
    "“quoted”",
    "…",
    "—",
    "a—b",
    "&nbsp;",
    "5&nbsp;km",
    "&amp;",
    "&lt;b&gt;",
    "Größe",
    "İstanbul'da",
    "kəndi",
    "L’État",
    "港口重新开放。",
    "ポート",
    "หนังสือ",
    "हिन्दी",
    "word\u{a0}word",
    "word\u{2009}word",
    "soft\u{ad}hyphen",
    "#tag",
    "@name",
    "C++",
    "a_b",
    "x=y",
    "*",
    "5550123980777",
    "'",
    "\"",
];

const TAGS: &[&str] = &[
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<br>",
    "<h2 id=\"x\">",
    "</h2>",
    "<a href=\"https://example.org/?a=1&amp;b=%20\" title=\"a > b\">",
    "</a>",
    "<img src=\"/a.jpg\" alt=\"it's\">",
    "</li>",
];

/// Numbers that look like chance and are always the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn text(&mut self, length: usize, tags: &[&str]) -> String {
        let mut text = String::new();
        for _ in 0..self.below(length + 1) {
            let of = if !tags.is_empty() && self.below(4) == 0 { tags } else { PIECES };
            text.push_str(of[self.below(of.len())]);
            text.push_str([" ", " ", "\n", ""][self.below(4)]);
        }
        text
    }
}

fn article(section: SectionId, language: &str, [title, standfirst, body]: [String; 3]) -> BulkArticle {
    let id = ArticleId::new();
    BulkArticle {
        id,
        slug: id.to_string(),
        kind: Kind::News,
        language: language.to_owned(),
        status: Status::Published,
        title,
        kicker: None,
        standfirst: Some(standfirst).filter(|text| !text.is_empty()),
        body,
        section_id: section,
        lead_media_id: None,
        canonical_url: None,
        seo_title: None,
        seo_description: None,
        is_breaking: false,
        is_featured: false,
        is_sponsored: false,
        translation_group_id: None,
        word_count: 0,
        published_at: Some(DateTime::UNIX_EPOCH),
        first_published_at: Some(DateTime::UNIX_EPOCH),
        updated_at: Utc::now(),
        withdrawn_at: None,
        further_sections: Vec::new(),
        tags: Vec::new(),
        byline: Vec::new(),
        media: Vec::new(),
        source: None,
        found: None,
    }
}

async fn section(app: &TestApp) -> SectionId {
    SectionId(app.make().await.section("News").await.text("id").parse().unwrap())
}

fn insert(app: &TestApp, words: &mut Words, some: &[BulkArticle]) -> Result<(), broadsheet::store::error::StoreError> {
    app.conn().transaction(|tx| insert_articles(tx, &mut Log::default(), words, some))
}

#[actix_web::test]
async fn what_search_reads_is_what_the_server_would_find() {
    let app = TestApp::start().await;
    let (section, mut words, mut dice) = (section(&app).await, Words::default(), Dice(7));
    for _ in 0..3 {
        let mut some = Vec::new();
        for language in ["en", "de-AT", "fr", "tr", "az", "zh-Hans", "hi"] {
            some.extend((0..60).map(|_| article(section, language, [dice.text(12, &[]), dice.text(20, &[]), dice.text(120, TAGS)])));
        }
        // Bounds of the server's own: places after 16,383, 255 places of a stem, words of 2,046 bytes, bodies of 200,000 characters.
        let long = |body: String| article(section, "en", ["Long".into(), String::new(), body]);
        some.push(long("<p>one two</p>".repeat(9_000)));
        some.push(long("port storm the ".repeat(260)));
        some.push(long(format!("<p>a {} b</p>", "x".repeat(3_000))));
        some.push(long("é ".repeat(100_001)));
        some.push(article(section, "en", ["1 < 2".into(), "<p title='x>".into(), "<p>a</p><!-- c --> b < c".into()]));
        insert(&app, &mut words, &some).unwrap();
    }
    assert_eq!(app.sql("SELECT 1 FROM articles"), 3 * (7 * 60 + 5));
    assert_eq!(app.sql(DIFFERENT), 0);
}

#[actix_web::test]
async fn the_server_is_left_only_what_is_not_sure() {
    let app = TestApp::start().await;
    let section = section(&app).await;
    app.sql("CREATE OR REPLACE FUNCTION find_article_words() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''asked''; END'");
    let texts = |body: &str| ["Port reopens".to_owned(), "After a storm".to_owned(), body.to_owned()];
    let mut words = Words::default();

    insert(&app, &mut words, &[article(section, "en", texts("<p>Ferries <a href=\"/x\">ran</a> again.</p>"))]).unwrap();
    assert!(insert(&app, &mut words, &[article(section, "en", texts("<p>Ferries <!-- ran --> again.</p>"))]).is_err());
    assert_eq!(app.sql("SELECT 1 FROM articles WHERE search @@ to_tsquery('english', 'ferry & storm')"), 1);
}

#[actix_web::test]
async fn a_change_by_hand_finds_its_words_anew() {
    let app = TestApp::start().await;
    let section = section(&app).await;
    let texts = ["Port reopens".to_owned(), "After a storm".to_owned(), "<p>Ferries ran.</p>".to_owned()];
    insert(&app, &mut Words::default(), &[article(section, "en", texts)]).unwrap();
    for change in
        ["body = '<p>Trains stopped.</p>'", "title = 'Port closes'", "kicker = 'Transport'", "standfirst = NULL", "language = 'de'"]
    {
        assert_eq!(app.sql(&format!("UPDATE articles SET {change}")), 1);
        assert_eq!(app.sql(DIFFERENT), 0, "{change}");
    }
}

#[actix_web::test]
async fn a_revision_holds_every_column_but_those_that_follow_from_others() {
    let app = TestApp::start().await;
    let section = section(&app).await;
    let texts = ["Port reopens".to_owned(), "After a storm".to_owned(), "<p>Ferries ran.</p>".to_owned()];
    insert(&app, &mut Words::default(), &[article(section, "en", texts)]).unwrap();
    let missing = "SELECT 1 FROM articles a JOIN article_revisions r ON r.article_id = a.id, jsonb_each(to_jsonb(a) - 'search' - 'headline_terms') AS c
        WHERE r.content -> c.key IS DISTINCT FROM c.value";
    assert_eq!(app.sql(missing), 0);
    assert_eq!(app.sql("SELECT 1 FROM article_revisions WHERE content ?| ARRAY['search', 'headline_terms']"), 0);
}
