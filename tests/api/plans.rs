//! No public read goes through the archive: each finds its articles by an index, at any depth.

use broadsheet::{
    domain::{
        article::{Kind, Status},
        change::Resource,
        id::*,
        licence::Scope,
        reference::Reference,
        sitemap::SitemapMonth,
    },
    store::{
        articles::{
            archive,
            list::{self, Filter, Order},
            show::show,
        },
        delta::{self, Position, Question, Seen, position::Stage, snapshot::Snapshot},
        feeds::{self, Subject},
        keyset::TimeKey,
        resolve::resolve,
        sitemaps,
    },
};
use chrono::{DateTime, Utc};
use diesel::{PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types};
use uuid::Uuid;

use crate::harness::TestApp;

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = sql_types::BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
}

/// How often the articles, their lists and the log were read from end to end by this connection, and by all that went before.
fn whole_reads(conn: &mut PgConnection) -> i64 {
    sql_query("SELECT pg_stat_force_next_flush()").execute(conn).unwrap();
    let reads =
        "SELECT sum(seq_scan)::bigint AS number FROM pg_stat_user_tables WHERE relname IN ('articles', 'article_listings', 'changes')";
    sql_query(reads).get_result::<Number>(conn).unwrap().number
}

fn some(conn: &mut PgConnection, sql: &str) -> Uuid {
    sql_query(sql).get_result::<Named>(conn).unwrap().id
}

#[actix_web::test]
async fn no_list_reads_the_whole_archive() {
    let app = TestApp::start().await;
    app.make().await.section("News").await;
    // A thousandth is of a kind, of a tag and of an author that are rare; many share a time.
    app.sql(
        "INSERT INTO articles (id, slug, kind, language, status, title, section_id, published_at, first_published_at)
         SELECT gen_random_uuid(), 'a' || n, CASE WHEN n % 1000 = 0 THEN 'live' ELSE 'news' END::article_kind, CASE WHEN n % 50 = 0 THEN 'tr' ELSE 'en' END,
           'published', 'Article ' || n, (SELECT id FROM sections LIMIT 1), timestamptz '2026-01-01' + (n / 7) * interval '1 minute', timestamptz '2026-01-01'
         FROM generate_series(1, 10000) AS n",
    );
    // And some of every month of a year before: what is asked for is a small part of the whole.
    app.sql(
        "INSERT INTO articles (id, slug, kind, language, status, title, section_id, published_at, first_published_at)
         SELECT gen_random_uuid(), 'm' || m || '-' || n, 'news', 'en', 'published', 'Month ' || m, (SELECT id FROM sections LIMIT 1),
           timestamptz '2025-01-10' + m * interval '1 month', timestamptz '2025-01-10'
         FROM generate_series(0, 11) AS m, generate_series(1, 20) AS n",
    );
    app.sql("INSERT INTO tags (id, slug, name) VALUES (gen_random_uuid(), 'rare', 'Rare'), (gen_random_uuid(), 'common', 'Common')");
    app.sql("INSERT INTO authors (id, slug, name) VALUES (gen_random_uuid(), 'rare', 'Rare')");
    app.sql("INSERT INTO article_listings SELECT section_id, published_at, id, true FROM articles");
    app.sql("INSERT INTO article_listings SELECT t.id, a.published_at, a.id, true FROM articles a, tags t WHERE t.slug = 'common' OR a.kind = 'live'");
    app.sql("INSERT INTO article_listings SELECT u.id, a.published_at, a.id, true FROM articles a, authors u WHERE a.kind = 'live'");
    app.sql(
        "INSERT INTO changes (transaction_id, resource, resource_id, action, occurred_at)
         SELECT 3 + row_number() OVER () % 500, 'article', id, 'published', published_at FROM articles",
    );
    app.sql("INSERT INTO media (id, kind, url) VALUES (gen_random_uuid(), 'image', 'https://images.example.org/a.jpg')");
    app.sql("UPDATE articles SET lead_media_id = (SELECT id FROM media LIMIT 1) WHERE kind = 'live'");
    app.sql("VACUUM ANALYZE");
    let mut conn = app.conn();
    let conn = &mut conn;
    let section = SectionId(some(conn, "SELECT id FROM sections LIMIT 1"));
    let rare = TagId(some(conn, "SELECT id FROM tags WHERE slug = 'rare'"));
    let common = TagId(some(conn, "SELECT id FROM tags WHERE slug = 'common'"));
    let author = AuthorId(some(conn, "SELECT id FROM authors"));
    let at: DateTime<Utc> = "2026-01-01T10:00:00Z".parse().unwrap();
    let filters = [
        Filter::default(),
        Filter { section: Some(section), ..Filter::default() },
        Filter { section: Some(section), section_exact: true, ..Filter::default() },
        Filter { tags: vec![rare], ..Filter::default() },
        Filter { tags: vec![rare, common], section: Some(section), ..Filter::default() },
        Filter { author: Some(author), ..Filter::default() },
        Filter { kind: Some(Kind::Live), ..Filter::default() },
        Filter { language: Some("tr".to_owned()), ..Filter::default() },
        Filter { section: Some(section), kind: Some(Kind::News), language: Some("en".to_owned()), ..Filter::default() },
        Filter { published_after: Some(at), published_before: Some(at + chrono::Duration::hours(2)), ..Filter::default() },
        Filter { updated_after: Some(at), ..Filter::default() },
        Filter { any_tags: vec![rare], ..Filter::default() },
        Filter { any_tags: vec![rare, common], language: Some("tr".to_owned()), ..Filter::default() },
        Filter { has_media: true, ..Filter::default() },
        Filter { has_media: true, section: Some(section), ..Filter::default() },
        Filter { exclude: vec![ArticleId(Uuid::nil())], ..Filter::default() },
    ];
    let question = |section| Question { scope: &Scope::Public, section, limit: 20, is_waiting: true };
    let questions = [question(None), question(Some(section))];
    let present = delta::present(conn).unwrap();
    // In the middle of the log, and of everything that became visible.
    let log = Snapshot::parse("203:204:").unwrap();
    let deep = Position { stage: Stage::Settled(Seen { log, clock: at }), ..present.clone() };
    let before = whole_reads(conn);

    let counted = [
        Filter { section: Some(section), ..Filter::default() },
        Filter { tags: vec![rare], kind: Some(Kind::Live), ..Filter::default() },
        Filter { author: Some(author), ..Filter::default() },
        Filter { kind: Some(Kind::Live), ..Filter::default() },
        Filter { has_media: true, ..Filter::default() },
    ];

    // Often enough for each statement to be prepared and to have been given a plan for all times.
    for _ in 0..8 {
        for filter in &filters {
            for order in [Order::NewestFirst, Order::OldestFirst, Order::LastUpdatedFirst] {
                for after in [None, Some(TimeKey { at, id: Uuid::nil() })] {
                    let page = list::page(conn, &Scope::Public, filter, order, after, 20).unwrap();
                    let ids: Vec<ArticleId> = page.cards.iter().map(|card| card.id).collect();
                    assert_eq!(list::extras(conn, &Scope::Public, &ids).unwrap().len(), ids.len());
                    assert_eq!(list::bodies(conn, &Scope::Public, &ids).unwrap().len(), ids.len());
                }
            }
        }
        for filter in &counted {
            list::count(conn, &Scope::Public, filter).unwrap();
        }
        // The newsroom's own lists.
        for statuses in [vec![Status::Draft], vec![Status::Published, Status::Scheduled]] {
            let filter = Filter { statuses: Some(statuses), ..Filter::default() };
            list::page(conn, &Scope::Everything, &filter, Order::LastUpdatedFirst, None, 20).unwrap();
        }
        show(conn, &Scope::Public, &Reference::Slug("a5000".to_owned())).unwrap();
        resolve(conn, &Scope::Public, "/news/a5000").unwrap();
        assert_eq!(sitemaps::months(conn, &Scope::Public).unwrap().rows.len(), 13);
        let february = SitemapMonth::parse("2025-02").unwrap();
        assert_eq!(sitemaps::month(conn, &Scope::Public, february).unwrap().rows.len(), 20);
        sitemaps::news(conn, &Scope::Public).unwrap();
        for (question, from) in
            questions.iter().flat_map(|question| [(question, None), (question, Some(&deep)), (question, Some(&present))])
        {
            delta::read(conn, question, from).unwrap().unwrap();
        }
        assert_eq!(archive::batch(conn, &Scope::Public, Some(TimeKey { at, id: Uuid::nil() }), 50).unwrap().len(), 50);
        list::counts(conn, &Scope::Public, &[section.0, rare.0]).unwrap();
        for subject in [Subject::Latest, Subject::Of(Resource::Section, section.0.into()), Subject::Of(Resource::Tag, rare.0.into())] {
            for after in [None, Some(TimeKey { at, id: Uuid::nil() })] {
                feeds::load(conn, &Scope::Public, &subject, None, after, 20, true).unwrap();
            }
        }
    }

    assert_eq!(whole_reads(conn), before, "a read went through all articles from end to end");
}
