//! From a file into the database: one transaction, so that an import is there whole or not at all. Two more sessions help beside it and
//! write no rows: one is asked about words, one tidies the search index.
//!
//! An item is known again by its origin and number. Equal in the file to what was imported: it is left alone, whatever
//! editors have made of it since. Changed in the file: it replaces what is here, but not its slug, nor what a file cannot say
//! (flags, source, corrections, picks). Deleted or archived here: it stays so.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use anyhow::{Context, Result, anyhow, ensure};
use chrono::{DateTime, Utc};
use diesel::{Connection, PgConnection};

use super::convert::Converter;
use super::read::{ReadOptions, WxrReader};
use super::record::Record;
use super::survey::{Survey, survey};
use super::write::{Pending, Writer};
use crate::store::bulk::{self, Texts, Words};
use crate::transfer::report::Report;

/// How an import is run.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// Types of items that become articles besides `post`.
    pub post_types: Vec<String>,
    /// Do everything, then take it back.
    pub is_dry_run: bool,
    /// How the file is read.
    pub read: ReadOptions,
    /// The time of the import.
    pub now: DateTime<Utc>,
    /// The database once more, for work beside the transaction; none where there is to be one connection only.
    pub database_url: Option<String>,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The file is read for the first time; bytes so far.
    Reading(u64),
    /// It is read again and written; bytes so far.
    Writing(u64),
    /// The transaction is ending.
    Finishing,
}

/// Posts that go to the database together.
const BATCH: usize = 500;

/// The same by size: what a batch may hold in memory.
const BATCH_BYTES: usize = 8 * 1024 * 1024;

/// Ends a transaction that was only tried.
#[derive(Debug, thiserror::Error)]
#[error("a dry run")]
struct DryRun;

/// Imports a file. Nothing is written unless all of it is.
///
/// # Errors
/// What is wrong with the file, with its place; or what the database says.
pub fn import(conn: &mut PgConnection, path: &Path, options: &ImportOptions, progress: &(dyn Fn(Stage) + Sync)) -> Result<Report> {
    let mut report = Report::default();
    let input = open(path)?;
    let mut survey = survey(input, options.read, &options.post_types, &mut report, |bytes| progress(Stage::Reading(bytes)))
        .with_context(|| format!("{}: nothing was imported", path.display()))?;
    let report = RefCell::new(report);
    bulk::prepare_session(conn)?;
    let outcome = conn.transaction(|tx| -> Result<()> {
        let mut report = report.borrow_mut();
        let mut writer = Writer::begin(tx, &mut survey, options, &mut report)?;
        write_posts(tx, &mut writer, &survey, path, options, &mut report, progress)?;
        progress(Stage::Finishing);
        writer.finish(tx, &survey, &mut report)?;
        if options.is_dry_run { Err(DryRun.into()) } else { Ok(()) }
    });
    match outcome {
        Err(fault) if !fault.is::<DryRun>() => Err(fault.context("nothing was imported")),
        _ => Ok(report.into_inner()),
    }
}

fn open(path: &Path) -> Result<BufReader<File>> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    // It is read twice, which a pipe cannot be.
    ensure!(file.metadata()?.is_file(), "{} is no file", path.display());
    Ok(BufReader::with_capacity(256 * 1024, file))
}

/// Reads and converts on a thread of its own while the database writes the batch before.
fn write_posts(
    tx: &mut PgConnection,
    writer: &mut Writer,
    survey: &Survey,
    path: &Path,
    options: &ImportOptions,
    report: &mut Report,
    progress: &(dyn Fn(Stage) + Sync),
) -> Result<()> {
    std::thread::scope(|scope| {
        let (sender, batches) = sync_channel(2);
        let path: PathBuf = path.to_owned();
        let language = writer.language().to_owned();
        let reading = scope.spawn(move || convert_posts(&sender, survey, &language, &path, options, progress));
        let written = write_batches(tx, writer, survey, &batches, report);
        // A reader that waits to hand over its batch must hear that nobody takes it.
        drop(batches);
        let read = reading.join().map_err(|_| anyhow!("the thread that reads the file ended in a fault"))?;
        written?;
        report.merge(read?);
        Ok(())
    })
}

fn write_batches(
    tx: &mut PgConnection,
    writer: &mut Writer,
    survey: &Survey,
    batches: &Receiver<Vec<Pending>>,
    report: &mut Report,
) -> Result<()> {
    while let Ok(batch) = batches.recv() {
        writer.write(tx, survey, batch, report)?;
    }
    Ok(())
}

fn convert_posts(
    sender: &SyncSender<Vec<Pending>>,
    survey: &Survey,
    language: &str,
    path: &Path,
    options: &ImportOptions,
    progress: &(dyn Fn(Stage) + Sync),
) -> Result<Report> {
    let mut report = Report::default();
    let mut finder = Finder::new(language, options);
    let converter = Converter { survey, post_types: &options.post_types, now: options.now };
    let mut reader = WxrReader::new(open(path)?, options.read)?;
    let (mut batch, mut bytes) = (Vec::new(), 0);
    let mut items = 0;
    while let Some(record) = reader.next_record().context("the file was whole a moment ago")? {
        let Record::Item(item) = record else { continue };
        items += 1;
        if let Some(post) = converter.convert(&item, &mut report) {
            bytes += post.body.len();
            batch.push(Pending { hash: post.content_hash(), post });
        }
        if batch.len() >= BATCH || bytes >= BATCH_BYTES {
            progress(Stage::Writing(reader.place().byte));
            bytes = 0;
            finder.find(&mut batch);
            if sender.send(std::mem::take(&mut batch)).is_err() {
                // The writer failed, and says why.
                return Ok(report);
            }
        }
    }
    ensure!(items == survey.items, "the file changed while it was read");
    progress(Stage::Writing(reader.place().byte));
    finder.find(&mut batch);
    if !batch.is_empty() && sender.send(batch).is_err() {
        return Ok(report);
    }
    Ok(report)
}

/// Finds what search reads of posts, beside the transaction. Without a connection of its own it is found within.
struct Finder<'l> {
    language: &'l str,
    conn: Option<PgConnection>,
    words: Words,
}

impl<'l> Finder<'l> {
    fn new(language: &'l str, options: &ImportOptions) -> Self {
        let conn = options.database_url.as_deref().and_then(|url| {
            PgConnection::establish(url).map_err(|fault| log::debug!("what search reads is found by the writer: {fault}")).ok()
        });
        Self { language, conn, words: Words::default() }
    }

    fn find(&mut self, batch: &mut [Pending]) {
        let Some(conn) = &mut self.conn else { return };
        let texts: Vec<Texts<'_>> = batch
            .iter()
            .map(|Pending { post, .. }| Texts {
                language: post.language.as_deref().unwrap_or(self.language),
                title: &post.title,
                kicker: post.kicker.as_deref(),
                standfirst: post.standfirst.as_deref(),
                body: &post.body,
            })
            .collect();
        match self.words.find(conn, &texts) {
            Ok(found) => batch.iter_mut().zip(found).for_each(|(pending, found)| pending.post.found = Some(found)),
            Err(fault) => {
                log::debug!("what search reads is found by the writer: {fault}");
                self.conn = None;
            }
        }
    }
}

/// Slugs that are free, numbered where they are not.
#[derive(Debug, Default)]
pub(super) struct FreeSlugs {
    next: HashMap<String, u32>,
    given: HashSet<String>,
}

impl FreeSlugs {
    /// The wanted slug, or the first numbered one for which `is_taken` says no. Of one run none is given twice.
    pub fn give(&mut self, wanted: &crate::domain::slug::Slug, mut is_taken: impl FnMut(&str) -> Result<bool>) -> Result<String> {
        if !self.next.contains_key(wanted.as_str()) && !self.given.contains(wanted.as_str()) && !is_taken(wanted.as_str())? {
            self.given.insert(wanted.as_str().to_owned());
            return Ok(wanted.as_str().to_owned());
        }
        let mut number = self.next.get(wanted.as_str()).copied().unwrap_or(2);
        loop {
            let slug = wanted.with_suffix(number).as_str().to_owned();
            number += 1;
            if !self.given.contains(&slug) && !is_taken(&slug)? {
                self.next.insert(wanted.as_str().to_owned(), number);
                self.given.insert(slug.clone());
                return Ok(slug);
            }
        }
    }
}
