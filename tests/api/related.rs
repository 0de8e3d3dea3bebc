//! What is shown beside an article.

use serde_json::{Value, json};

use crate::harness::{Answer, Made, Make, TestApp};

/// The news of some days, so that lists have something to choose from. Each headline is of its own words.
const OTHERS: [&str; 10] = [
    "Budget passes at the second reading",
    "School menus lose their meat",
    "Museum buys a forged map",
    "Choir sings for an empty hall",
    "Bakers bury their last oven",
    "Goalkeeper signs for a rival",
    "Court clears the beekeeper",
    "Library lends umbrellas",
    "Trains run without timetables",
    "Mayor forgets the anthem",
];

async fn others(make: &Make, section: &Made, tags: Value) {
    for title in OTHERS {
        make.article().title(title).section(section).with("tags", tags.clone()).published_at("2026-03-01T09:00:00Z").await;
    }
}

fn titles(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap()).collect()
}

fn reasons(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["reason"].as_str().unwrap()).collect()
}

fn tag(app: &TestApp, number: u32) -> String {
    let slug = format!("tag-{number}");
    app.sql(&format!("INSERT INTO tags (id, slug, name) VALUES (gen_random_uuid(), '{slug}', 'Tag {number}')"));
    slug
}

#[actix_web::test]
async fn the_picked_come_first_then_the_story_then_the_tag_then_the_section_until_the_list_is_full() {
    let app = TestApp::start().await;
    let make = app.make().await;
    let (coast, town) = (make.section("Coast").await, make.section("Town").await);
    let (rare, common) = (tag(&app, 1), tag(&app, 2));
    others(&make, &town, json!([common])).await;
    let day = "2026-03-02T09:00:00Z";
    for title in ["Parking gets dearer", "Fountain dries up", "Circus leaves early", "Tram tickets vanish"] {
        make.article().title(title).section(&town).with("tags", json!([common])).published_at(day).await;
    }
    let article = make
        .article()
        .title("Ottilie floods the harbour bridge")
        .section(&coast)
        .with("tags", json!([common, rare]))
        .published_at(day)
        .await;
    let pick = make.article().title("A town below the sea").section(&town).published_at("2019-03-02T09:00:00Z").await;
    make.article().title("Pilots walk out again").section(&town).with("tags", json!([rare])).published_at(day).await;
    make.article().title("Harbour bridge shut after Ottilie floods quay").section(&town).published_at("2026-03-03T09:00:00Z").await;
    make.article().title("Seals return").section(&coast).published_at(day).await;
    let list = app.anyone().get(&article.path("related?limit=1")).await.expect(200);
    assert_eq!(titles(&list), ["Harbour bridge shut after Ottilie floods quay"]);

    let picked = app.editor().await.put(&article.path("related"), "*", json!({"articles": [pick["slug"]]})).await;

    picked.expect(200);
    let list = app.anyone().get(&article.path("related?limit=12")).await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 12);
    assert_eq!(
        titles(&list)[..4],
        ["A town below the sea", "Harbour bridge shut after Ottilie floods quay", "Pilots walk out again", "Seals return"]
    );
    assert_eq!(reasons(&list)[..3], ["curated", "same_story", "shared_tags"]);
    assert_eq!(list["items"][0]["score"], 1.0);
    let scores: Vec<f64> = list["items"].as_array().unwrap().iter().map(|item| item["score"].as_f64().unwrap()).collect();
    assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
}

#[actix_web::test]
async fn nobody_meets_what_is_invisible_foreign_or_the_article_itself() {
    let app = TestApp::start().await;
    let make = app.make().await;
    let section = make.section("Coast").await;
    let article = make.article().title("Ottilie floods the harbour bridge").section(&section).published().await;
    let gone = make.article().title("Ottilie floods the harbour mill").section(&section).published().await;
    app.editor().await.post(&gone.path("unpublish"), json!({})).await.expect(200);
    make.article().title("Ottilie floods the harbour inn").section(&section).published_at("2099-01-01T00:00:00Z").await;
    let draft = make.article().title("Ottilie floods the harbour school").section(&section).draft().await;
    app.sql("UPDATE site SET languages = '{en,az}'");
    make.article().title("Ottilie harbour bridge").with("language", "az").section(&section).published().await;
    app.editor().await.put(&article.path("related"), "*", json!({"articles": [draft["id"], gone["id"]]})).await.expect(200);

    for client in [app.anyone(), app.editor().await] {
        let list = client.get(&article.path("related")).await.expect(200);
        assert_eq!(titles(&list), [] as [&str; 0]);
        let page = client.get(&format!("{}?include=related,more_in_section", article.address())).await.expect(200);
        assert_eq!((page["related"]["items"].clone(), page["more_in_section"]["items"].clone()), (json!([]), json!([])));
    }
    // A pick is shown once readers may see it.
    app.editor().await.post(&draft.path("publish"), json!({})).await.expect(200);
    assert_eq!(reasons(&app.anyone().get(&article.path("related")).await.expect(200)), ["curated"]);
}

#[actix_web::test]
async fn a_copy_is_shown_once_and_never_beside_its_original() {
    let app = TestApp::start().await;
    let make = app.make().await;
    let section = make.section("Coast").await;
    others(&make, &section, json!([])).await;
    let article = make.article().title("Ottilie floods the harbour bridge at dawn").section(&section).published().await;
    make.article().title("Ottilie floods the harbour bridge at dawn").section(&section).published().await;
    make.article().title("Ottilie leaves three harbour towns without power").section(&section).published().await;
    make.article().title("Ottilie leaves three harbour towns without power today").section(&section).published().await;

    let list = app.anyone().get(&article.path("related?limit=30")).await.expect(200);

    let titles = titles(&list);
    assert!(!titles.contains(&article.text("title")));
    assert_eq!(titles.iter().filter(|title| title.starts_with("Ottilie leaves three")).count(), 1);
    assert_eq!(titles.len(), 1 + OTHERS.len());
}

#[actix_web::test]
async fn the_two_lists_of_a_page_have_nothing_in_common() {
    let app = TestApp::start().await;
    let make = app.make().await;
    let news = make.section("News").await;
    let coast = make.section_in(&news, "Coast").await;
    others(&make, &news, json!([])).await;
    for title in ["Seals return", "Lighthouse sold", "Eel soup is back"] {
        make.article().title(title).section(&coast).published_at("2026-03-02T09:00:00Z").await;
    }
    let article = make.article().title("Ottilie floods the harbour bridge").section(&coast).published_at("2026-03-02T09:00:00Z").await;

    let before = app.statements();
    let page = app.anyone().get(&format!("{}?include=related,more_in_section", article.address())).await.expect(200);
    assert!(app.statements() - before <= 4, "{} statements", app.statements() - before);

    let (related, more) = (titles(&page["related"]), titles(&page["more_in_section"]));
    assert_eq!((related.len(), more.len()), (6, 6));
    assert!(related.iter().all(|title| !more.contains(title)), "{related:?} {more:?}");
    let alone = app.anyone().get(&format!("{}?include=more_in_section", article.address())).await.expect(200);
    assert!(
        titles(&alone["more_in_section"])[..3].iter().all(|title| !OTHERS.contains(title)),
        "its own section comes before the one above"
    );
    assert_eq!(alone["related"], Value::Null);
}

#[actix_web::test]
async fn the_order_is_the_same_each_time_and_what_is_excluded_is_left_out() {
    let app = TestApp::start().await;
    let make = app.make().await;
    let section = make.section("Coast").await;
    others(&make, &section, json!([])).await;
    let article = make.article().title("Ottilie floods the harbour bridge").section(&section).published().await;
    let first = app.anyone().get(&article.path("related?limit=5")).await;
    let again = app.anyone().get_with(&article.path("related?limit=5"), &[("If-None-Match", first.header("etag"))]).await;
    assert_eq!(again.status, 304);
    let slugs: Vec<String> = first.body["items"].as_array().unwrap().iter().map(|item| item["slug"].as_str().unwrap().to_owned()).collect();

    let rest = app.anyone().get(&article.path(&format!("related?limit=5&exclude={}", slugs.join(",")))).await.expect(200);

    assert_eq!(rest["items"].as_array().unwrap().len(), 5);
    assert!(rest["items"].as_array().unwrap().iter().all(|item| !slugs.iter().any(|slug| item["slug"] == slug.as_str())));
}

#[actix_web::test]
async fn picks_are_checked_before_they_are_kept() {
    let app = TestApp::start().await;
    let make = app.make().await;
    let (article, other) = (make.article().published().await, make.article().published().await);
    let editor = app.editor().await;
    let path = article.path("related");
    let pointer = |answer: &Answer| answer.body["errors"][0]["pointer"].clone();

    let cases = [
        (json!({"articles": [article["id"]]}), "/articles/0"),
        (json!({"articles": [other["id"], other["slug"]]}), "/articles/1"),
        (json!({"articles": [other["id"], "no-such-article"]}), "/articles/1"),
        (json!({"articles": vec!["x"; 21]}), "/articles"),
    ];
    for (body, expected) in cases {
        let refused = editor.put(&path, "*", body.clone()).await;
        assert_eq!((refused.status, pointer(&refused)), (422, expected.into()), "{body}");
    }
    assert_eq!(editor.send("PUT", &path, &[], Some(json!({"articles": []}))).await.status, 428);
    assert_eq!(app.author().await.put(&path, "*", json!({"articles": []})).await.status, 403);
    assert!(!reasons(&app.anyone().get(&path).await.expect(200)).contains(&"curated"));
    assert_eq!(app.anyone().get("/v1/articles/no-such-article/related").await.status, 404);
}
