//! Generated news, as clients meet it.

use std::collections::HashSet;

use broadsheet::transfer::{
    demo,
    generate::{Plan, fill, lexicon::Lexicon},
};
use chrono::Utc;

use crate::harness::TestApp;

fn plan(seed: u64, articles: u64) -> Plan {
    Plan { seed, articles, now: Utc::now(), languages: ["en", "az"].iter().map(|tag| Lexicon::of(tag).unwrap()).collect() }
}

#[actix_web::test]
async fn every_visible_article_is_met_once_page_by_page() {
    let app = TestApp::start().await;
    let written = std::sync::atomic::AtomicU64::new(0);
    let report = |count| _ = written.fetch_add(count, std::sync::atomic::Ordering::Relaxed);
    fill(&app.database_url(), &plan(1, 1_200), report).unwrap();
    assert_eq!(written.into_inner(), 1_200);
    let reader = app.anyone();

    let mut path = "/v1/articles?limit=100&fields=id,published_at".to_owned();
    let mut met = HashSet::new();
    let mut times = Vec::new();
    loop {
        let page = reader.get(&path).await.expect(200);
        for item in page["items"].as_array().unwrap() {
            assert!(met.insert(item["id"].as_str().unwrap().to_owned()), "{item} came twice");
            times.push(item["published_at"].as_str().unwrap().to_owned());
        }
        let Some(cursor) = page["page"]["next_cursor"].as_str() else { break };
        path = format!("/v1/articles?limit=100&fields=id,published_at&cursor={cursor}");
    }

    assert_eq!(met.len(), app.sql("SELECT 1 FROM articles WHERE is_visible(published_at, withdrawn_at)"));
    assert!(times.is_sorted_by(|newer, older| newer >= older));
    assert!((1_170..1_200).contains(&met.len()), "{}", met.len());
}

#[actix_web::test]
async fn counts_of_sections_are_those_of_their_lists() {
    let app = TestApp::start().await;
    fill(&app.database_url(), &plan(2, 1_000), |_| ()).unwrap();
    let reader = app.anyone();

    let sections = reader.get("/v1/sections").await.expect(200);

    let mut left: Vec<&serde_json::Value> = sections["items"].as_array().unwrap().iter().collect();
    assert_eq!(left.len(), 5);
    while let Some(section) = left.pop() {
        let path = section["path"].as_str().unwrap();
        let list = reader.get(&format!("/v1/articles?section={path}&limit=1&count=true")).await.expect(200);
        assert_eq!(list["page"]["total"], section["article_count"], "{path}");
        left.extend(section["children"].as_array().unwrap());
    }
}

#[actix_web::test]
async fn a_seed_is_taken_once_and_another_adds_to_it() {
    let app = TestApp::start().await;
    fill(&app.database_url(), &plan(3, 150), |_| ()).unwrap();

    let refusal = fill(&app.database_url(), &plan(3, 150), |_| ()).unwrap_err().to_string();
    fill(&app.database_url(), &plan(4, 150), |_| ()).unwrap();

    assert!(refusal.contains("--seed"), "{refusal}");
    assert_eq!(app.sql("SELECT 1 FROM articles"), 300);
    assert_eq!(app.sql("SELECT 1 FROM tags"), 400);
}

#[actix_web::test]
async fn the_demo_keeps_out_of_what_is_not_its_own() {
    let app = TestApp::start().await;
    fill(&app.database_url(), &plan(5, 10), |_| ()).unwrap();

    let refusal = demo::load(&mut app.conn(), Utc::now()).unwrap_err().to_string();

    assert!(refusal.contains("--data-dir"), "{refusal}");
    assert_eq!(app.sql("SELECT 1 FROM articles"), 10);
}
