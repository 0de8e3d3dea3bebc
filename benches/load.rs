//! What the server costs beside what its parts cost, measured in one run on one machine.
//!
//! `cargo bench --bench load` starts a private Postgres, generates articles, starts the program and two bare servers beside it (one that answers
//! the same bytes from memory, one that asks Postgres for a row and nothing else), and sends them requests by wrk, in turns, so that whatever
//! else the machine does disturbs all alike. Compare the ratios, not the numbers.
//!
//! `ARTICLES` (100000), `SECONDS` a measurement (3), `ROUNDS` of which the median counts (3), `CONNECTIONS` (32). Everything is on loopback and ends by itself.
#![expect(clippy::unwrap_used, reason = "a bench may stop at the first fault")]

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use actix_web::{App, HttpResponse, HttpServer, web};
use broadsheet::{
    postgres::{Options, PrivatePostgres},
    schema::articles,
};
use chrono::{DateTime, Utc};
use diesel::{
    PgConnection,
    prelude::*,
    r2d2::{ConnectionManager, Pool},
};
use serde::Serialize;

const PROGRAM: &str = env!("CARGO_BIN_EXE_broadsheet");

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn main() {
    if std::env::args().any(|argument| argument == "--list") {
        return;
    }
    assert!(
        Command::new("wrk").arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok(),
        "wrk is needed: apt-get install wrk"
    );
    let count = setting("ARTICLES", 100_000);
    let data = std::env::temp_dir().join(format!("broadsheet-bench-{}", std::process::id()));
    let postgres = PrivatePostgres::start(&Options::small(data.clone(), None)).unwrap();
    let url = postgres.url().to_owned();
    let begun = Instant::now();
    run(&url, &["generate", "--articles", &count.to_string()]);
    let seconds = begun.elapsed().as_secs_f64();
    println!("generate: {count} articles in {seconds:.1} s, {:.0} a second", count as f64 / seconds);

    let (port, bare_port) = (free_port(), free_port());
    let begun = Instant::now();
    let mut server = serve(&url, port);
    let base = format!("http://127.0.0.1:{port}");
    while get(&format!("{base}/v1/articles?limit=1")).is_err() {
        std::thread::sleep(Duration::from_millis(2));
    }
    println!("first answer after {} ms", begun.elapsed().as_millis());
    std::thread::sleep(Duration::from_secs(1));
    println!("idle: {:.1} MB resident", resident(server.id()));

    let newest: serde_json::Value = serde_json::from_str(&get(&format!("{base}/v1/articles?limit=20")).unwrap()).unwrap();
    let card = &newest["items"][0];
    let (slug, section) = (card["slug"].as_str().unwrap().to_owned(), card["section"]["path"].as_str().unwrap().to_owned());
    let root = section.split('/').next().unwrap().to_owned();
    let author = card["byline"][0]["slug"].as_str().unwrap_or_default().to_owned();
    let article = get(&format!("{base}/v1/articles/{slug}")).unwrap();
    let deep = deep_cursor(&base, 2_000);
    bare(bare_port, url, slug.clone(), article);
    let floor = format!("http://127.0.0.1:{bare_port}");
    std::thread::sleep(Duration::from_millis(500));

    let tag = serde_json::from_str::<serde_json::Value>(&get(&format!("{base}/v1/articles/{slug}?fields=tags")).unwrap()).unwrap()["tags"]
        [0]["slug"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let targets: Vec<(&str, String, &str)> = vec![
        ("floor: actix, the article's bytes from memory", format!("{floor}/memory"), ""),
        ("floor: Diesel, one row by slug", format!("{floor}/row"), ""),
        ("floor: Diesel, the 20 newest rows", format!("{floor}/newest"), ""),
        ("article by slug", format!("{base}/v1/articles/{slug}"), "floor: Diesel, one row by slug"),
        ("article with breadcrumbs", format!("{base}/v1/articles/{slug}?include=breadcrumbs"), "floor: Diesel, one row by slug"),
        (
            "article with related and more_in_section",
            format!("{base}/v1/articles/{slug}?include=related,more_in_section"),
            "floor: Diesel, one row by slug",
        ),
        ("newest 20, page 1", format!("{base}/v1/articles?limit=20"), "floor: Diesel, the 20 newest rows"),
        ("newest 20, page 2,000", format!("{base}/v1/articles?limit=20&cursor={deep}"), "newest 20, page 1"),
        ("section with all below", format!("{base}/v1/articles?section={root}&limit=20"), "newest 20, page 1"),
        ("tag", format!("{base}/v1/articles?tag={tag}&limit=20"), "newest 20, page 1"),
        ("author", format!("{base}/v1/articles?author={author}&limit=20"), "newest 20, page 1"),
        ("section tree", format!("{base}/v1/sections"), "newest 20, page 1"),
        ("feed, RSS", format!("{base}/v1/feeds/latest.rss"), "newest 20, page 1"),
        ("search, a word of the newest title", format!("{base}/v1/search?q={}", word_of(card)), "newest 20, page 1"),
    ];
    let rounds = setting("ROUNDS", 3);
    let mut measured: Vec<Vec<Measured>> = targets.iter().map(|_| Vec::new()).collect();
    for _ in 0..rounds {
        for ((_, url, _), all) in targets.iter().zip(&mut measured) {
            all.push(wrk(url));
        }
    }
    println!("\n| what | requests/s | p50 ms | p99 ms | ratio |\n| --- | ---: | ---: | ---: | --- |");
    let medians: Vec<Measured> = measured.iter_mut().map(|all| median(all)).collect();
    for ((name, _, against), of) in targets.iter().zip(&medians) {
        let ratio = targets
            .iter()
            .position(|(other, _, _)| other == against)
            .map_or(String::new(), |index| format!("{:.2} of *{against}*", of.rate / medians[index].rate));
        println!("| {name} | {:.0} | {:.2} | {:.2} | {ratio} |", of.rate, of.p50, of.p99);
    }
    println!("\nafter the load: {:.1} MB resident", resident(server.id()));
    server.kill().unwrap();
    server.wait().unwrap();
    drop(postgres);
    std::fs::remove_dir_all(data).ok();
    // The bare server's threads are still there.
    std::process::exit(0);
}

fn run(url: &str, arguments: &[&str]) {
    let status = Command::new(PROGRAM).args(arguments).env("DATABASE_URL", url).stdout(Stdio::null()).status().unwrap();
    assert!(status.success(), "{arguments:?}");
}

fn serve(url: &str, port: u16) -> Child {
    let bind = format!("127.0.0.1:{port}");
    Command::new(PROGRAM).args(["serve", "--bind", &bind]).env("DATABASE_URL", url).stderr(Stdio::null()).spawn().unwrap()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn get(url: &str) -> Result<String, Box<ureq::Error>> {
    ureq::get(url).call().and_then(|mut answer| answer.body_mut().read_to_string()).map_err(Box::new)
}

/// The cursor of the page that many pages down.
fn deep_cursor(base: &str, pages: usize) -> String {
    let mut cursor = String::new();
    for _ in 0..pages - 1 {
        let page = get(&format!("{base}/v1/articles?limit=20&fields=id{cursor}")).unwrap();
        let page: serde_json::Value = serde_json::from_str(&page).unwrap();
        match page["page"]["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    cursor.trim_start_matches("&cursor=").to_owned()
}

fn word_of(card: &serde_json::Value) -> String {
    card["title"]
        .as_str()
        .and_then(|title| title.split(' ').find(|word| word.chars().all(|c| c.is_ascii_alphabetic()) && word.len() > 4))
        .unwrap_or("port")
        .to_owned()
}

/// Resident memory in MB, as the kernel counts it.
fn resident(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<f64>().ok()).unwrap_or_default() / 1024.0
}

#[derive(Clone, Copy)]
struct Measured {
    rate: f64,
    p50: f64,
    p99: f64,
}

fn median(all: &mut [Measured]) -> Measured {
    all.sort_by(|a, b| a.rate.total_cmp(&b.rate));
    all[all.len() / 2]
}

fn wrk(url: &str) -> Measured {
    let (seconds, connections) = (setting("SECONDS", 3), setting("CONNECTIONS", 32));
    let output =
        Command::new("wrk").args(["-t1", &format!("-c{connections}"), &format!("-d{seconds}s"), "--latency", url]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!text.contains("Non-2xx"), "{url}: {text}");
    let after = |label: &str| {
        let value = text.lines().find_map(|line| line.trim().strip_prefix(label)).unwrap_or_default().trim().to_owned();
        let number: f64 = value.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse().unwrap_or_default();
        match value.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.') {
            "us" => number / 1000.0,
            "s" => number * 1000.0,
            _ => number,
        }
    };
    Measured { rate: after("Requests/sec:"), p50: after("50%"), p99: after("99%") }
}

#[derive(Queryable, Serialize)]
struct Row {
    id: uuid::Uuid,
    slug: String,
    title: String,
    standfirst: Option<String>,
    body: String,
    published_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Serialize)]
struct Short {
    id: uuid::Uuid,
    slug: String,
    title: String,
    standfirst: Option<String>,
    published_at: Option<DateTime<Utc>>,
}

type Connections = Pool<ConnectionManager<PgConnection>>;

/// What the parts cost: the same number of workers, threads and connections as the program's own.
fn bare(port: u16, url: String, slug: String, article: String) {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let connections = cores * 4;
    let pool: Connections =
        Pool::builder().max_size(u32::try_from(connections).unwrap()).test_on_check_out(false).build(ConnectionManager::new(url)).unwrap();
    std::thread::spawn(move || {
        let server = HttpServer::new(move || {
            let (article, slug) = (web::Bytes::from(article.clone()), slug.clone());
            let (row_pool, newest_pool) = (pool.clone(), pool.clone());
            App::new()
                .route(
                    "/memory",
                    web::get().to(move || {
                        let bytes = article.clone();
                        async move { HttpResponse::Ok().content_type("application/json").body(bytes) }
                    }),
                )
                .route(
                    "/row",
                    web::get().to(move || {
                        let (pool, slug) = (row_pool.clone(), slug.clone());
                        async move {
                            let row = web::block(move || {
                                articles::table
                                    .filter(articles::slug.eq(slug))
                                    .select((
                                        articles::id,
                                        articles::slug,
                                        articles::title,
                                        articles::standfirst,
                                        articles::body,
                                        articles::published_at,
                                    ))
                                    .first::<Row>(&mut pool.get().unwrap())
                                    .unwrap()
                            });
                            HttpResponse::Ok().json(row.await.unwrap())
                        }
                    }),
                )
                .route(
                    "/newest",
                    web::get().to(move || {
                        let pool = newest_pool.clone();
                        async move {
                            let rows = web::block(move || {
                                articles::table
                                    .filter(articles::withdrawn_at.is_null())
                                    .filter(articles::published_at.le(diesel::dsl::now))
                                    .order((articles::published_at.desc(), articles::id.desc()))
                                    .limit(20)
                                    .select((articles::id, articles::slug, articles::title, articles::standfirst, articles::published_at))
                                    .load::<Short>(&mut pool.get().unwrap())
                                    .unwrap()
                            });
                            HttpResponse::Ok().json(rows.await.unwrap())
                        }
                    }),
                )
        })
        .workers(cores)
        .worker_max_blocking_threads(connections.div_ceil(cores))
        .bind(("127.0.0.1", port))
        .unwrap();
        actix_web::rt::System::new().block_on(server.run()).unwrap();
    });
}
