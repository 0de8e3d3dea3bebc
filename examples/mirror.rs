//! A copy of a publication in a SQLite file, kept up by the delta: what an app or a partner does, in a hundred lines.
//!
//! `cargo run --example mirror -- http://127.0.0.1:8080 copy.sqlite [SECTION]`
//!
//! Three rules make the copy right, whatever breaks in between: a page and the token after it are stored in one transaction;
//! an item with an `article` replaces, one without removes; and a 410 begins a new round, at whose end goes what the round did
//! not bring.

use std::{path::Path, thread::sleep, time::Duration};

use anyhow::{Context, Result, bail};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Deserialize;
use serde_json::Value;

const SCHEMA: &str = "
  CREATE TABLE IF NOT EXISTS articles (id TEXT PRIMARY KEY, slug TEXT NOT NULL, published_at TEXT, json TEXT NOT NULL, round INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS state (one INTEGER PRIMARY KEY CHECK (one = 1), since TEXT, round INTEGER NOT NULL, is_whole INTEGER NOT NULL);
  INSERT OR IGNORE INTO state VALUES (1, NULL, 1, 0);
";

/// What `GET /v1/changes` answers.
#[derive(Deserialize)]
struct Page {
    items: Vec<Change>,
    page: PageInfo,
}

#[derive(Deserialize)]
struct Change {
    id: String,
    article: Option<Value>,
}

#[derive(Deserialize)]
struct PageInfo {
    next_since: String,
    has_more: bool,
}

/// A copy, and where it is kept up from.
pub struct Mirror {
    copy: Connection,
    agent: ureq::Agent,
    base: String,
    query: String,
}

impl Mirror {
    /// Opens the copy in this file, or begins one.
    pub fn open(file: &Path, base: &str, section: Option<&str>) -> Result<Self> {
        let copy = Connection::open(file).with_context(|| format!("{} cannot be opened", file.display()))?;
        copy.execute_batch(SCHEMA)?;
        let agent = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(90))).build().into();
        let section = section.map(|section| format!("&section={section}")).unwrap_or_default();
        Ok(Self { copy, agent, base: base.trim_end_matches('/').to_owned(), query: format!("limit=200&include=body{section}") })
    }

    /// Takes a page, waiting up to so many seconds for one; whether there is more at once.
    pub fn step(&mut self, wait: u8) -> Result<bool> {
        let since: Option<String> = self.copy.query_row("SELECT since FROM state", [], |row| row.get(0))?;
        let since = since.map(|since| format!("&since={since}")).unwrap_or_default();
        let mut answer = self.agent.get(format!("{}/v1/changes?{}&wait={wait}{since}", self.base, self.query)).call()?;
        match answer.status().as_u16() {
            200 => {
                let page: Page = answer.body_mut().with_config().limit(256 * 1024 * 1024).read_json()?;
                self.store(&page)?;
                Ok(page.page.has_more)
            }
            // The token is of no more use: everything comes again, into a new round.
            410 => {
                self.copy.execute("UPDATE state SET since = NULL, round = round + 1, is_whole = 0", [])?;
                Ok(true)
            }
            status => bail!("{status}: {}", answer.body_mut().read_to_string().unwrap_or_default()),
        }
    }

    /// Stores a page with the token after it: both or neither.
    fn store(&mut self, page: &Page) -> Result<()> {
        let tx = self.copy.transaction()?;
        let (round, is_whole): (i64, bool) = tx.query_row("SELECT round, is_whole FROM state", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        for Change { id, article } in &page.items {
            match article {
                Some(article) => tx.execute(
                    "INSERT OR REPLACE INTO articles VALUES (?, ?, ?, ?, ?)",
                    params![id, article["slug"].as_str(), article["published_at"].as_str(), article.to_string(), round],
                )?,
                None => tx.execute("DELETE FROM articles WHERE id = ?", [id])?,
            };
        }
        tx.execute("UPDATE state SET since = ?", [&page.page.next_since])?;
        if !page.page.has_more && !is_whole {
            tx.execute("DELETE FROM articles WHERE round < ?", [round])?;
            tx.execute("UPDATE state SET is_whole = 1", [])?;
        }
        Ok(tx.commit()?)
    }

    /// Takes pages until the copy is what the API has; what fails is tried again, so many times in a row.
    pub fn catch_up(&mut self, attempts: u32) -> Result<()> {
        let mut failed = 0;
        loop {
            match self.step(0) {
                Ok(true) => failed = 0,
                Ok(false) => return Ok(()),
                Err(fault) if failed + 1 >= attempts => return Err(fault),
                Err(_) => {
                    failed += 1;
                    sleep(Duration::from_millis(20) * failed);
                }
            }
        }
    }

    /// An article as it is kept.
    pub fn article(&self, slug: &str) -> Result<Option<Value>> {
        let json: Option<String> = self.copy.query_row("SELECT json FROM articles WHERE slug = ?", [slug], |row| row.get(0)).optional()?;
        Ok(json.map(|json| serde_json::from_str(&json)).transpose()?)
    }

    /// The slugs of all that is kept, in order.
    pub fn slugs(&self) -> Result<Vec<String>> {
        let mut all = self.copy.prepare("SELECT slug FROM articles ORDER BY slug")?;
        let slugs = all.query_map([], |row| row.get(0))?;
        Ok(slugs.collect::<rusqlite::Result<_>>()?)
    }
}

#[cfg_attr(test, expect(dead_code, reason = "the tests include this file for the rest of it"))]
fn main() -> Result<()> {
    let mut line = std::env::args().skip(1);
    let (Some(base), Some(file)) = (line.next(), line.next()) else { bail!("usage: mirror URL FILE [SECTION]") };
    let mut mirror = Mirror::open(Path::new(&file), &base, line.next().as_deref())?;
    loop {
        match mirror.step(30) {
            Ok(true) => {}
            Ok(false) => println!("{} articles", mirror.slugs()?.len()),
            Err(fault) => {
                eprintln!("{fault:#}; trying again");
                sleep(Duration::from_secs(3));
            }
        }
    }
}
