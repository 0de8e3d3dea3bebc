//! `broadsheet generate`.

use std::process::ExitCode;

use anyhow::{Result, anyhow};
use chrono::Utc;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::Database;
use crate::{
    config::DatabaseOptions,
    store::migrations,
    transfer::generate::{
        self, Plan,
        lexicon::{LANGUAGES, Lexicon},
    },
};

/// Fill the database with synthetic articles
///
/// For trying a front end or a server at size: ten years of news in 25 sections, with tags, authors, pictures,
/// translations and stories that several articles follow. The same seed gives the same articles, counted back from now;
/// another adds more.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Generate {
    #[command(flatten)]
    database: DatabaseOptions,

    /// How many articles
    #[arg(long, value_name = "NUMBER", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    articles: u64,

    /// Where chance begins
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,

    /// Their languages, the commonest first: en, az, tr
    #[arg(long, value_name = "TAG", default_value = "en,az", value_delimiter = ',', value_parser = clap::builder::PossibleValuesParser::new(LANGUAGES.iter().copied()))]
    languages: Vec<String>,
}

const EXAMPLES: &str = "\
Examples:
  broadsheet generate --articles 100000
  broadsheet generate --articles 5000 --seed 7 --languages tr,en --data-dir /tmp/news";

impl Generate {
    pub(super) fn run(self) -> Result<ExitCode> {
        let mut tags: Vec<&str> = Vec::new();
        self.languages.iter().for_each(|tag| {
            if !tags.contains(&tag.as_str()) {
                tags.push(tag)
            }
        });
        let languages = tags.iter().map(|tag| Lexicon::of(tag).ok_or_else(|| anyhow!("`{tag}` is none of {LANGUAGES:?}")));
        let plan = Plan { seed: self.seed, articles: self.articles, now: Utc::now(), languages: languages.collect::<Result<_>>()? };
        let database = Database::open(&self.database)?;
        migrations::run(database.url())?;
        // Hidden by itself where standard error is no terminal.
        let bar = ProgressBar::new(self.articles)
            .with_style(ProgressStyle::with_template("{bar:40} {human_pos}/{human_len} articles, {per_sec}, {eta} left")?);
        generate::fill(database.url(), &plan, |written| bar.inc(written))?;
        let seconds = bar.elapsed().as_secs_f64();
        bar.finish_and_clear();
        #[expect(clippy::cast_precision_loss, reason = "shown rounded")]
        let speed = self.articles as f64 / seconds.max(0.001);
        println!("{} articles in {seconds:.1} s ({speed:.0} a second)", self.articles);
        Ok(ExitCode::SUCCESS)
    }
}
