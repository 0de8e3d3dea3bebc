//! The delta: who follows it has, in the end, what the API has.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use actix_web::rt::time::sleep;
use broadsheet::{
    domain::{
        change::ArticleEvent,
        id::SectionId,
        licence::{Extent, Licence, Scope},
    },
    store::delta::{self, DeltaEntry, Position, Question},
};
use diesel::{Connection, RunQueryDsl};
use serde_json::{Value, json};

use crate::harness::{Client, TestApp};

/// A copy that follows the delta.
#[derive(Default)]
pub struct Mirror {
    /// The articles, by id.
    pub kept: BTreeMap<String, Value>,
    /// What came, in order.
    pub seen: Vec<(String, String)>,
    /// The last token.
    pub since: Option<String>,
}

impl Mirror {
    /// Takes one page; whether there is more.
    pub async fn take(&mut self, client: &Client, query: &str) -> bool {
        let since = self.since.as_ref().map(|since| format!("&since={since}")).unwrap_or_default();
        let page = client.get(&format!("/v1/changes?{query}{since}")).await.expect(200);
        for item in page["items"].as_array().unwrap() {
            let id = item["id"].as_str().unwrap().to_owned();
            self.seen.push((item["action"].as_str().unwrap().to_owned(), id.clone()));
            match &item["article"] {
                Value::Null => self.kept.remove(&id),
                article => self.kept.insert(id, article.clone()),
            };
        }
        self.since = Some(page["page"]["next_since"].as_str().unwrap().to_owned());
        page["page"]["has_more"].as_bool().unwrap()
    }

    /// Takes pages until there is no more, and gives what came.
    pub async fn follow(&mut self, client: &Client, query: &str) -> Vec<(String, String)> {
        self.seen.clear();
        while self.take(client, query).await {}
        self.seen.clone()
    }

    /// The slugs that it has, in order.
    pub fn slugs(&self) -> Vec<&str> {
        let mut slugs: Vec<&str> = self.kept.values().map(|article| article["slug"].as_str().unwrap()).collect();
        slugs.sort_unstable();
        slugs
    }
}

/// Everything that the list has, by id.
pub async fn all(client: &Client, query: &str) -> BTreeMap<String, Value> {
    let (mut all, mut next) = (BTreeMap::new(), String::new());
    loop {
        let page = client.get(&format!("/v1/articles?limit=100&{query}{next}")).await.expect(200);
        all.extend(page["items"].as_array().unwrap().iter().map(|item| (item["id"].as_str().unwrap().to_owned(), item.clone())));
        match page["page"]["next_cursor"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => return all,
        }
    }
}

/// `(action, id)` as a mirror notes it.
fn event(action: &str, id: &str) -> (String, String) {
    (action.to_owned(), id.to_owned())
}

#[actix_web::test]
async fn the_first_call_gives_everything_in_pages_and_the_next_only_what_changed() {
    let app = TestApp::start().await;
    let (make, anyone) = (app.make().await, app.anyone());
    for _ in 0..7 {
        make.article().published().await;
    }
    let draft = make.article().draft().await;

    let mut mirror = Mirror::default();
    let first = anyone.get("/v1/changes?limit=3").await;
    assert_eq!(first.header("cache-control"), "no-store");
    assert_eq!(first.body_of(200)["items"].as_array().unwrap().len(), 3);
    assert_eq!(mirror.follow(&anyone, "limit=3").await.len(), 7);
    assert_eq!(mirror.kept, all(&anyone, "").await);
    assert_eq!(mirror.follow(&anyone, "limit=3").await, []);

    let editor = app.editor().await;
    editor.patch(draft.address(), "*", json!({"title": "Not for readers yet"})).await.expect(200);
    assert_eq!(mirror.follow(&anyone, "").await, [], "a draft is nobody's business");
    editor.post(&draft.path("publish"), json!({})).await.expect(200);
    assert_eq!(mirror.follow(&anyone, "").await, [event("published", draft.text("id"))]);
    editor.patch(draft.address(), "*", json!({"title": "Out now"})).await.expect(200);
    editor.patch(draft.address(), "*", json!({"kicker": "Coast"})).await.expect(200);
    assert_eq!(mirror.follow(&anyone, "").await, [event("updated", draft.text("id"))], "two changes of one article are one item");
    assert_eq!(mirror.kept, all(&anyone, "").await);
}

#[actix_web::test]
async fn what_is_taken_away_and_given_back_is_told_with_its_reason() {
    let app = TestApp::start().await;
    let (make, editor, anyone) = (app.make().await, app.editor().await, app.anyone());
    let (first, second) = (make.article().published().await, make.article().published().await);
    let mut mirror = Mirror::default();
    mirror.follow(&anyone, "").await;

    editor.post(&first.path("corrections"), json!({"text": "It was pier nine."})).await;
    editor.post(&second.path("unpublish"), json!({"reason": "The statement was forged."})).await.expect(200);
    let since = mirror.since.clone().unwrap();
    let page = anyone.get(&format!("/v1/changes?since={since}")).await.expect(200);
    let find = |id: &str| page["items"].as_array().unwrap().iter().find(|item| item["id"] == id).unwrap().clone();
    let corrected = find(first.text("id"));
    assert_eq!((&corrected["action"], &corrected["reason"]), (&json!("corrected"), &json!("It was pier nine.")));
    let withdrawn = find(second.text("id"));
    assert_eq!((&withdrawn["action"], &withdrawn["reason"]), (&json!("withdrawn"), &json!("The statement was forged.")));
    assert_eq!((&withdrawn["slug"], &withdrawn["article"]), (&second["slug"], &Value::Null));

    mirror.follow(&anyone, "").await;
    assert_eq!(mirror.slugs(), [first.text("slug")]);
    editor.post(&second.path("publish"), json!({})).await.expect(200);
    assert_eq!(mirror.follow(&anyone, "").await, [event("published", second.text("id"))]);
    editor.delete(first.address(), "*").await.expect(204);
    assert_eq!(mirror.follow(&anyone, "").await, [event("deleted", first.text("id"))]);
    assert_eq!(mirror.kept, all(&anyone, "").await);
}

#[actix_web::test]
async fn nobody_learns_more_than_an_id_of_what_was_never_there_to_be_read() {
    let app = TestApp::start().await;
    let (make, editor, anyone) = (app.make().await, app.editor().await, app.anyone());
    let mut mirror = Mirror::default();
    mirror.follow(&anyone, "").await;
    let draft = make.article().title("A secret draft").draft().await;
    let scheduled = make.article().title("A secret plan").published_at("2999-01-01T00:00:00Z").await;
    assert_eq!(mirror.follow(&anyone, "").await, []);
    editor.post(&scheduled.path("unpublish"), json!({"reason": "A secret reason"})).await.expect(200);
    editor.delete(draft.address(), "*").await.expect(204);
    let page = anyone.get(&format!("/v1/changes?since={}", mirror.since.unwrap())).await;
    assert!(!page.text().contains("ecret"), "{}", page.text());
    assert!(!page.text().contains(draft.text("id")), "{}", page.text());
}

#[actix_web::test]
async fn a_writer_that_is_slow_is_not_passed_over_and_holds_nobody_up() {
    let app = TestApp::start().await;
    let (make, anyone) = (app.make().await, app.anyone());
    let (slow, quick) = (make.article().published().await, make.article().published().await);
    let mut mirror = Mirror::default();
    mirror.follow(&anyone, "").await;

    // Begun first, and so with the lower number; committed last.
    let mut conn = app.conn();
    conn.begin_test_transaction().unwrap();
    let write = format!(
        "UPDATE articles SET title = 'Late' WHERE id = '{id}';
         INSERT INTO changes (resource, resource_id, action, details) VALUES ('article', '{id}', 'updated', '{{}}')",
        id = slow.text("id")
    );
    for statement in write.split(';') {
        diesel::sql_query(statement).execute(&mut conn).unwrap();
    }
    for title in ["One", "Two", "Three"] {
        app.editor().await.patch(quick.address(), "*", json!({"title": title})).await.expect(200);
        assert_eq!(mirror.follow(&anyone, "limit=1").await, [event("updated", quick.text("id"))], "others do not wait");
    }
    diesel::sql_query("COMMIT").execute(&mut conn).unwrap();
    assert_eq!(mirror.follow(&anyone, "limit=1").await, [event("updated", slow.text("id"))], "and it is not missed");
    assert_eq!(mirror.follow(&anyone, "").await, [], "nor told twice");
    assert_eq!(mirror.kept, all(&anyone, "").await);
}

#[actix_web::test]
async fn what_leaves_a_section_is_removed_from_the_copy_of_it() {
    let app = TestApp::start().await;
    let (make, editor, anyone) = (app.make().await, app.editor().await, app.anyone());
    let (news, sport) = (make.section("News").await, make.section("Sport").await);
    let coast = make.section_in(&news, "Coast").await;
    let (port, ferry) = (make.article().section(&coast).published().await, make.article().section(&news).published().await);
    let match_day = make.article().section(&sport).published().await;
    let mut mirror = Mirror::default();
    mirror.follow(&anyone, "section=news").await;
    assert_eq!(mirror.kept, all(&anyone, "section=news").await);
    assert_eq!(mirror.kept.len(), 2);

    editor.patch(ferry.address(), "*", json!({"section": "sport"})).await.expect(200);
    editor.patch(match_day.address(), "*", json!({"title": "Draw"})).await.expect(200);
    assert_eq!(mirror.follow(&anyone, "section=news").await, [event("moved", ferry.text("id"))]);
    editor.patch(match_day.address(), "*", json!({"sections": ["news/coast"]})).await.expect(200);
    assert_eq!(mirror.follow(&anyone, "section=news").await, [event("updated", match_day.text("id"))]);

    // The whole desk goes, and comes back under another name.
    editor.patch(coast.address(), "*", json!({"parent": "sport"})).await.expect(200);
    mirror.follow(&anyone, "section=news").await;
    assert_eq!(mirror.kept, BTreeMap::new());
    editor.patch("/v1/sections/sport/coast", "*", json!({"parent": "news", "slug": "shore", "name": "Shore"})).await.expect(200);
    mirror.follow(&anyone, "section=news&limit=1").await;
    assert_eq!(mirror.kept, all(&anyone, "section=news").await);
    assert!(mirror.kept.contains_key(port.text("id")));

    // By its id, the section is the same wherever it stands.
    editor.patch("/v1/sections/news", "*", json!({"slug": "world"})).await.expect(200);
    mirror.follow(&anyone, &format!("section={}", news.text("id"))).await;
    assert_eq!(mirror.kept, all(&anyone, "section=world").await);
}

#[actix_web::test]
async fn what_is_shown_with_an_article_is_part_of_it() {
    let app = TestApp::start().await;
    let (make, editor, anyone) = (app.make().await, app.editor().await, app.anyone());
    let (news, tag) = (make.section("News").await, make.post("/v1/tags", json!({"name": "Ports"})).await);
    let author = make.post("/v1/authors", json!({"name": "M. Aydin"})).await;
    let media = make.post("/v1/media", json!({"kind": "image", "url": "https://images.example.org/1.jpg", "alt": "A port"})).await;
    for number in 0..5 {
        let article = make.article().section(&news).with("tags", json!(["ports"])).with("byline", json!(["m-aydin"]));
        let article = if number == 0 { article.with("lead_media", media["id"].clone()) } else { article };
        article.published().await;
    }
    let query = "limit=2&include=tags,breadcrumbs";
    let mut mirror = Mirror::default();
    mirror.follow(&anyone, query).await;
    for (method, address, body) in [
        ("PATCH", news.address(), json!({"name": "World", "slug": "world"})),
        ("PATCH", author.address(), json!({"name": "Mehmet Aydin"})),
        ("PATCH", tag.address(), json!({"name": "Harbours"})),
        ("PATCH", media.address(), json!({"alt": "The port at dawn"})),
        ("PATCH", "/v1/site", json!({"url": "https://courier.example.org"})),
        ("DELETE", tag.address(), json!(null)),
        ("DELETE", author.address(), json!(null)),
    ] {
        let address = if address == "/v1/sections/news" { "/v1/sections/news" } else { address };
        let client = if address == "/v1/site" { app.admin().await } else { editor.clone() };
        match method {
            "PATCH" => client.patch(address, "*", body).await.expect(200),
            _ => client.delete(address, "*").await.expect(204),
        };
        let came = mirror.follow(&anyone, query).await;
        assert_eq!(came.len(), if address == media.address() { 1 } else { 5 }, "{method} {address}: {came:?}");
        assert!(came.iter().all(|(action, _)| action == "updated"), "{method} {address}: {came:?}");
        assert_eq!(mirror.kept, all(&anyone, "include=tags,breadcrumbs").await, "{method} {address}");
    }
}

#[actix_web::test]
async fn a_scheduled_article_comes_at_its_second_though_nobody_writes() {
    let app = TestApp::start().await;
    let (make, anyone) = (app.make().await, app.anyone());
    let mut mirror = Mirror::default();
    mirror.follow(&anyone, "").await;
    let at = chrono::Utc::now() + chrono::TimeDelta::milliseconds(1500);
    let due = make.article().published_at(&at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)).await;
    assert_eq!(mirror.follow(&anyone, "").await, []);
    sleep(Duration::from_millis(1700)).await;
    assert_eq!(mirror.follow(&anyone, "").await, [event("published", due.text("id"))]);
    assert_eq!(mirror.follow(&anyone, "").await, []);
    assert_eq!(mirror.kept, all(&anyone, "").await);
}

#[actix_web::test]
async fn a_token_is_taken_only_for_what_it_was_given_for() {
    let app = TestApp::start().await;
    let (make, anyone) = (app.make().await, app.anyone());
    make.section("News").await;
    let token = anyone.get("/v1/changes").await.expect(200)["page"]["next_since"].as_str().unwrap().to_owned();
    anyone.get(&format!("/v1/changes?since={token}&limit=7&fields=id,article.title")).await.expect(200);
    app.editor().await.get(&format!("/v1/changes?since={token}")).await.expect(200);
    for (query, kind) in [
        (format!("since={token}&section=news"), "invalid-cursor"),
        (format!("since={}", &token[2..]), "invalid-cursor"),
        ("since=x".to_owned(), "invalid-cursor"),
        ("limit=1001".to_owned(), "invalid-parameter"),
        ("include=translations".to_owned(), "invalid-parameter"),
        ("fields=article.nonsense".to_owned(), "invalid-parameter"),
        ("cursor=x".to_owned(), "unknown-parameter"),
    ] {
        let refused = anyone.get(&format!("/v1/changes?{query}")).await;
        assert_eq!((refused.status, refused.kind()), (400, kind), "{query}");
    }
    anyone.get("/v1/changes?section=nowhere").await.expect(404);
    let cursor = anyone.get("/v1/articles").await.expect(200)["page"]["next_cursor"].clone();
    assert_eq!(cursor, Value::Null);
}

#[actix_web::test]
async fn who_has_a_token_of_another_time_or_place_starts_again() {
    let app = TestApp::start().await;
    let (make, anyone) = (app.make().await, app.anyone());
    let article = make.article().published().await;
    let mut mirror = Mirror::default();
    mirror.follow(&anyone, "").await;
    let old = format!("/v1/changes?since={}", mirror.since.unwrap());

    let elsewhere = TestApp::start().await;
    let gone = elsewhere.anyone().get(&old).await;
    assert_eq!((gone.status, gone.kind()), (410, "gone"), "another database gives other numbers");

    app.editor().await.patch(article.address(), "*", json!({"title": "Changed"})).await.expect(200);
    // As when what is kept of the log no longer reaches back so far.
    app.sql("UPDATE change_log_floor SET transaction_id = (SELECT max(transaction_id) FROM changes)");
    assert_eq!(anyone.get(&old).await.status, 410);
    let mut mirror = Mirror::default();
    mirror.follow(&anyone, "").await;
    assert_eq!(mirror.kept, all(&anyone, "").await);
}

#[actix_web::test]
async fn who_waits_is_woken_and_holds_nothing_meanwhile() {
    let app = TestApp::start().await;
    let (make, anyone) = (app.make().await, app.anyone());
    let article = make.article().published().await;
    let mut mirror = Mirror::default();
    mirror.follow(&anyone, "").await;
    let since = mirror.since.unwrap();

    let begun = std::time::Instant::now();
    assert_eq!(anyone.get(&format!("/v1/changes?since={since}&wait=1")).await.expect(200)["items"], json!([]));
    assert!(begun.elapsed() >= Duration::from_secs(1), "{:?}", begun.elapsed());

    // More than there are connections.
    let address = format!("/v1/changes?since={since}&wait=20");
    let waiting: Vec<_> = (0..12)
        .map(|_| {
            let (anyone, address) = (anyone.clone(), address.clone());
            actix_web::rt::spawn(async move { anyone.get(&address).await.expect(200) })
        })
        .collect();
    sleep(Duration::from_millis(700)).await;
    let begun = std::time::Instant::now();
    app.editor().await.patch(article.address(), "*", json!({"title": "Woken"})).await.expect(200);
    for one in waiting {
        assert_eq!(one.await.unwrap()["items"][0]["article"]["title"], "Woken");
    }
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());

    // By its time coming, too, and by what another server writes.
    let at = chrono::Utc::now() + chrono::TimeDelta::milliseconds(1200);
    let due = make.article().published_at(&at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)).await;
    let mut mirror = Mirror::default();
    mirror.follow(&anyone, "").await;
    let replica = app.replica_for(&anyone);
    assert_eq!(mirror.follow(&replica, "wait=10").await, [event("published", due.text("id"))]);
    assert!(chrono::Utc::now() >= at, "before its time");
}

#[actix_web::test]
async fn what_is_older_than_the_log_is_kept_goes_and_nothing_younger() {
    let app = TestApp::start().await;
    let (make, anyone) = (app.make().await, app.anyone());
    let (old, new) = (make.article().published().await, make.article().published().await);
    let mut before = Mirror::default();
    before.follow(&anyone, "").await;
    app.editor().await.patch(old.address(), "*", json!({"title": "Long ago"})).await.expect(200);
    let mut between = Mirror::default();
    between.follow(&anyone, "").await;
    app.sql("ALTER TABLE changes DISABLE TRIGGER changes_append_only");
    app.sql("UPDATE changes SET occurred_at = now() - interval '100 days'");
    app.editor().await.patch(new.address(), "*", json!({"title": "Just now"})).await.expect(200);

    let keep = Duration::from_secs(90 * 24 * 3600);
    let young = app.sql("SELECT 1 FROM changes WHERE occurred_at > now() - interval '1 day'");
    assert!(broadsheet::store::delta::trim(&mut app.conn(), keep).unwrap() > 0);
    assert_eq!(broadsheet::store::delta::trim(&mut app.conn(), keep).unwrap(), 0);
    assert_eq!((app.sql("SELECT 1 FROM changes"), young), (1, 1));
    assert_eq!(anyone.get(&format!("/v1/changes?since={}", before.since.unwrap())).await.status, 410);
    assert_eq!(between.follow(&anyone, "").await, [event("updated", new.text("id"))], "who has seen what went can go on");
}

/// A stream of numbers that looks like chance and is the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// Changes something of the publication, whatever it is.
async fn scribble(editor: &Client, dice: &mut Dice, slugs: &[String]) {
    let article = &slugs[usize::try_from(dice.below(slugs.len() as u64)).unwrap()];
    let (address, number) = (format!("/v1/articles/{article}"), dice.below(1000));
    let section = ["news", "sport", "sport/local"][usize::try_from(dice.below(3)).unwrap()];
    // What is refused (withdrawn already, deleted, moved away) is a change that was not made.
    match dice.below(12) {
        0 | 1 => editor.patch(&address, "*", json!({"title": format!("Title {number}")})).await,
        2 | 3 => editor.patch(&address, "*", json!({"section": section})).await,
        4 => editor.patch(&address, "*", json!({"sections": [section]})).await,
        5 | 6 => editor.post(&format!("{address}/publish"), json!({})).await,
        7 => editor.post(&format!("{address}/unpublish"), json!({"reason": "Withdrawn"})).await,
        8 => {
            let at = chrono::Utc::now() + chrono::TimeDelta::milliseconds(i64::try_from(dice.below(1500)).unwrap());
            editor.post(&format!("{address}/publish"), json!({"at": at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)})).await
        }
        9 => editor.post(&format!("{address}/corrections"), json!({"text": format!("Number {number}")})).await,
        10 => editor.patch("/v1/sections/news", "*", json!({"name": format!("News {number}")})).await,
        _ if number < 100 => editor.delete(&address, "*").await,
        _ => editor.patch("/v1/authors/m-aydin", "*", json!({"name": format!("M. Aydin {number}")})).await,
    };
}

#[actix_web::test]
async fn whatever_writers_do_at_once_the_copy_is_in_the_end_what_the_api_has() {
    let app = TestApp::start().await;
    let (make, editor, anyone) = (app.make().await, app.editor().await, app.anyone());
    let sport = make.section("Sport").await;
    make.section_in(&sport, "Local").await;
    make.post("/v1/authors", json!({"name": "M. Aydin"})).await;
    let mut slugs = Vec::new();
    for _ in 0..12 {
        slugs.push(make.article().with("byline", json!(["m-aydin"])).published().await.text("slug").to_owned());
    }
    let writers: Vec<_> = (0..4)
        .map(|number| {
            let (editor, slugs) = (editor.clone(), slugs.clone());
            actix_web::rt::spawn(async move {
                let mut dice = Dice(7 + number);
                for _ in 0..40 {
                    scribble(&editor, &mut dice, &slugs).await;
                }
            })
        })
        .collect();
    // One whose numbers are always the lowest, and who commits when others have long done so.
    let mut slow = app.conn();
    let (mut whole, mut desk, mut dice) = (Mirror::default(), Mirror::default(), Dice(1));
    let mut rounds = 0;
    while writers.iter().any(|writer| !writer.is_finished()) {
        if rounds % 7 == 0 {
            diesel::sql_query("BEGIN").execute(&mut slow).unwrap();
            let id = &slugs[rounds % slugs.len()];
            diesel::sql_query(format!(
                "INSERT INTO changes (resource, resource_id, action, details)
                 SELECT 'article', id, 'updated', '{{\"before\": null}}' FROM articles WHERE slug = '{id}'"
            ))
            .execute(&mut slow)
            .unwrap();
        }
        whole.take(&anyone, &format!("limit={}", 1 + dice.below(5))).await;
        desk.take(&anyone, &format!("section=sport&limit={}", 1 + dice.below(5))).await;
        if rounds % 7 == 5 {
            diesel::sql_query("COMMIT").execute(&mut slow).unwrap();
        }
        rounds += 1;
    }
    drop(slow);
    for writer in writers {
        writer.await.unwrap();
    }
    // What was scheduled comes of itself.
    sleep(Duration::from_millis(1600)).await;
    whole.follow(&anyone, "limit=3").await;
    desk.follow(&anyone, "section=sport&limit=3").await;
    assert!(rounds > 10);
    assert_eq!(whole.kept, all(&anyone, "").await);
    assert_eq!(desk.kept, all(&anyone, "section=sport").await);
}

/// What a partner with this licence is told after a position, and the position after that.
fn told(app: &TestApp, licence: &Licence, from: Option<&Position>) -> (Vec<DeltaEntry>, Position) {
    let scope = Scope::Licensed(Arc::new(licence.clone()));
    let (mut entries, mut from) = (Vec::new(), from.cloned());
    loop {
        let question = Question { scope: &scope, section: None, limit: 3, is_waiting: false };
        let page = delta::read(&mut app.conn(), &question, from.as_ref()).unwrap().unwrap();
        entries.extend(page.entries);
        if !page.has_more {
            return (entries, page.position);
        }
        from = Some(page.position);
    }
}

#[actix_web::test]
async fn a_partner_is_told_what_enters_and_leaves_the_licence_and_of_nothing_else() {
    let app = TestApp::start().await;
    let (make, editor) = (app.make().await, app.editor().await);
    let (news, sport) = (make.section("News").await, make.section("Sport").await);
    let local = make.section_in(&sport, "Local").await;
    let licence = Licence {
        sections: Some(vec![SectionId(sport.text("id").parse().unwrap())]),
        kinds: None,
        languages: None,
        sources: None,
        extent: Extent::Full,
        has_pictures: true,
        embargo_minutes: 1,
        advance_minutes: 0,
    };
    let old = "2024-01-01T00:00:00Z";
    let (ours, theirs) = (make.article().section(&local).published_at(old).await, make.article().section(&news).published_at(old).await);
    let (entries, position) = told(&app, &licence, None);
    assert_eq!(entries.iter().map(|entry| entry.id.to_string()).collect::<Vec<_>>(), [ours.text("id")]);

    // Of what is none of their business there is not even an id.
    editor.patch(theirs.address(), "*", json!({"title": "Elsewhere"})).await.expect(200);
    editor.post(&theirs.path("unpublish"), json!({"reason": "A reason of ours"})).await.expect(200);
    let (entries, position) = told(&app, &licence, Some(&position));
    assert!(entries.is_empty(), "{entries:?}");

    // The desk leaves the licence, and comes back.
    editor.patch(local.address(), "*", json!({"parent": "news"})).await.expect(200);
    let (entries, position) = told(&app, &licence, Some(&position));
    assert_eq!(entries.iter().map(|entry| (entry.event, entry.card.is_some())).collect::<Vec<_>>(), [(ArticleEvent::Moved, false)]);
    assert_eq!((entries[0].id.to_string().as_str(), &entries[0].slug), (ours.text("id"), &None));
    editor.patch("/v1/sections/news/local", "*", json!({"parent": "sport"})).await.expect(200);
    let (entries, position) = told(&app, &licence, Some(&position));
    assert_eq!(entries.iter().map(|entry| entry.card.is_some()).collect::<Vec<_>>(), [true]);

    // A withdrawal says why, to who had it.
    editor.post(&ours.path("unpublish"), json!({"reason": "Wrong score"})).await.expect(200);
    let (entries, position) = told(&app, &licence, Some(&position));
    assert_eq!((entries.len(), entries[0].event), (1, ArticleEvent::Withdrawn));
    assert_eq!((entries[0].reason.as_deref(), entries[0].slug.as_deref()), (Some("Wrong score"), Some(ours.text("slug"))));

    // Under an embargo an article comes a minute later, though nobody writes then.
    let at = chrono::Utc::now() - chrono::TimeDelta::milliseconds(58_500);
    let fresh = make.article().section(&local).published_at(&at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)).await;
    let (entries, position) = told(&app, &licence, Some(&position));
    assert!(entries.iter().all(|entry| entry.card.is_none() && entry.slug.is_none()), "{entries:?}");
    sleep(Duration::from_millis(1700)).await;
    let (entries, _) = told(&app, &licence, Some(&position));
    assert_eq!(
        entries.iter().map(|entry| (entry.id.to_string(), entry.event)).collect::<Vec<_>>(),
        [(fresh.text("id").to_owned(), ArticleEvent::Published)]
    );
}
