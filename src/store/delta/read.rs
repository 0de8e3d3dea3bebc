//! A page of the delta.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use diesel::PgConnection;

use super::{
    finding::{DeltaEntry, Fact, Finding},
    head::{Head, head},
    log::{self, LogRow},
    position::{Position, Seen, Stage},
    walk,
};
use crate::{
    domain::{
        change::{ArticleEvent, ChangeAction, Resource},
        id::{ArticleId, SectionId},
        licence::Scope,
    },
    store::{
        articles::{
            list::{self, Filter, Order},
            rows::CardRow,
        },
        error::StoreResult,
        keyset::TimeKey,
    },
};

/// Entries of the log that are looked at for a page, at least: most concern nobody who asks for one section.
const LEAST_SCANNED: usize = 500;

/// Entries that stand for a list of articles cost a statement each; a page takes so many.
const MOST_LISTS: usize = 8;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Question<'q> {
    /// Who asks.
    pub scope: &'q Scope,
    /// What stands in this section or below it; everything without.
    pub section: Option<SectionId>,
    /// The most entries that a page holds.
    pub limit: u32,
    /// Whether to find out when something becomes visible next.
    pub is_waiting: bool,
}

/// A page of the delta.
#[derive(Clone, Debug)]
pub struct DeltaPage {
    /// One an article at most. May be none, though there is more.
    pub entries: Vec<DeltaEntry>,
    /// How far this is.
    pub position: Position,
    /// Whether there is more at once.
    pub has_more: bool,
    /// In how long something becomes visible by its time coming, where that was asked for and there is no more at once.
    pub due_in: Option<Duration>,
}

/// What asking comes to: a page, or why the reader has to start again.
pub type Outcome = Result<DeltaPage, Why>;

/// Where to go on in the log: after this entry, and within the next one after this article of its list.
type LogPlace = ((i64, i64), Option<TimeKey>);

/// Why a reader cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The position is one in another database: it was restored, or another server took over.
    Elsewhere,
    /// The log is no longer kept as far back.
    Trimmed,
}

/// The page that begins at `from`; without it, the first of everything that there is.
///
/// One transaction, one snapshot: what the token says was seen is what was seen.
///
/// # Errors
/// Those of the database.
pub fn read(conn: &mut PgConnection, question: &Question<'_>, from: Option<&Position>) -> StoreResult<Outcome> {
    conn.build_transaction().read_only().repeatable_read().run(|conn| {
        let head = head(conn)?;
        if let Some(Err(why)) = from.map(|from| is_good(from, &head)) {
            return Ok(Err(why));
        }
        let stage = from.map(|from| from.stage.clone());
        let mut reader = Reader { conn, question, head, found: Vec::new(), places: HashMap::new() };
        let (entries, stage, has_more) = match stage {
            None => {
                let now = reader.head.now.clone();
                reader.everything(now, None)?
            }
            Some(Stage::Walk { seen, after }) => reader.everything(seen, Some(after))?,
            Some(stage) => {
                let (stage, has_more) = reader.news(stage)?;
                (reader.told()?, stage, has_more)
            }
        };
        let due_in = match question.is_waiting && !has_more {
            // By the database's clock, which decides.
            true => walk::next_due(reader.conn, question.scope, reader.head.now.clock)?
                .map(|due| (due - reader.head.now.clock).to_std().unwrap_or_default()),
            false => None,
        };
        Ok(Ok(DeltaPage { entries, position: Position { epoch: reader.head.epoch, stage }, has_more, due_in }))
    })
}

/// Whether a reader can go on from a position.
///
/// # Errors
/// Those of the database.
pub fn check(conn: &mut PgConnection, from: &Position) -> StoreResult<Result<(), Why>> {
    Ok(is_good(from, &head(conn)?))
}

fn is_good(from: &Position, head: &Head) -> Result<(), Why> {
    if from.epoch != head.epoch {
        return Err(Why::Elsewhere);
    }
    if from.stage.seen().log.xmin() <= head.floor {
        return Err(Why::Trimmed);
    }
    Ok(())
}

/// The end of the delta as it is now: what happens from now on comes after it.
///
/// # Errors
/// Those of the database.
pub fn present(conn: &mut PgConnection) -> StoreResult<Position> {
    let Head { now, epoch, floor: _ } = head(conn)?;
    Ok(Position { epoch, stage: Stage::Settled(now) })
}

struct Reader<'r> {
    conn: &'r mut PgConnection,
    question: &'r Question<'r>,
    head: Head,
    found: Vec<Finding>,
    places: HashMap<ArticleId, usize>,
}

impl Reader<'_> {
    /// What there is, the newest first. Whatever happens meanwhile is in the log since `seen`.
    fn everything(&mut self, seen: Seen, after: Option<TimeKey>) -> StoreResult<(Vec<DeltaEntry>, Stage, bool)> {
        let filter = Filter { section: self.question.section, ..Filter::default() };
        let page = list::page(self.conn, self.question.scope, &filter, Order::NewestFirst, after, self.question.limit)?;
        let entries = page.cards.into_iter().map(listed).collect();
        Ok(match page.next {
            Some(after) => (entries, Stage::Walk { seen, after }, true),
            None => {
                let has_more = seen != self.head.now;
                (entries, Stage::Settled(seen), has_more)
            }
        })
    }

    /// What happened since: first by the log, then by the clock.
    fn news(&mut self, stage: Stage) -> StoreResult<(Stage, bool)> {
        let (from, until, after) = match stage {
            Stage::Due { from, until, after } => (from, until, after),
            Stage::Log { seen, until, at, inside } => match self.logged(&seen, &until, at, inside)? {
                Some((at, inside)) => return Ok((Stage::Log { seen, until, at, inside }, true)),
                None => (seen.clock, until, None),
            },
            Stage::Walk { seen, .. } | Stage::Settled(seen) => {
                let until = self.head.now.clone();
                match self.logged(&seen, &until, (0, 0), None)? {
                    Some((at, inside)) => return Ok((Stage::Log { seen, until, at, inside }, true)),
                    None => (seen.clock, until, None),
                }
            }
        };
        let room = self.room();
        if room == 0 {
            return Ok((Stage::Due { from, until, after }, true));
        }
        let mut due = walk::became_visible(self.conn, self.question.scope, (from, until.clock), after, rows(room) + 1)?;
        let has_more = due.len() > room;
        due.truncate(room);
        let last = due.last().copied();
        for key in due {
            self.add(ArticleId(key.id), Fact::Due(key.at));
        }
        if has_more {
            return Ok((Stage::Due { from, until, after: last }, true));
        }
        let has_more = until != self.head.now;
        Ok((Stage::Settled(until), has_more))
    }

    /// Reads the log until the page is full; where to go on, unless it was read to its end.
    fn logged(&mut self, seen: &Seen, until: &Seen, mut at: (i64, i64), mut inside: Option<TimeKey>) -> StoreResult<Option<LogPlace>> {
        let scanned = (self.question.limit as usize * 4).max(LEAST_SCANNED);
        let mut entries = log::rows(self.conn, &seen.log, &until.log, at, rows(scanned) + 1)?;
        let is_cut = entries.len() > scanned;
        entries.truncate(scanned);
        let mut lists = 0;
        for entry in entries {
            let key = entry.key();
            match (entry.resource, reach(&entry)) {
                (Resource::Article, _) => {
                    let id = ArticleId(entry.resource_id);
                    if self.room() == 0 && !self.places.contains_key(&id) {
                        return Ok(Some((at, None)));
                    }
                    let details = entry.details();
                    self.add(id, Fact::Logged { action: entry.action, at: entry.occurred_at, reason: entry.reason, details });
                }
                (_, Reach::Nothing) => {}
                (_, reach) => {
                    let room = self.room();
                    if room == 0 || lists == MOST_LISTS {
                        return Ok(Some((at, inside)));
                    }
                    lists += 1;
                    let mut found = match reach {
                        Reach::List => walk::on_list(self.conn, entry.resource_id, inside, rows(room) + 1)?,
                        _ => walk::all(self.conn, inside, rows(room) + 1)?,
                    };
                    let is_full = found.len() > room;
                    found.truncate(room);
                    inside = found.last().copied().filter(|_| is_full);
                    let concerned = entry.details().lists;
                    for key in found {
                        self.add(ArticleId(key.id), Fact::Listed { at: entry.occurred_at, lists: concerned.clone() });
                    }
                    if is_full {
                        return Ok(Some((at, inside)));
                    }
                }
            }
            at = key;
        }
        Ok(is_cut.then_some((at, None)))
    }

    /// How many more articles the page takes.
    fn room(&self) -> usize {
        (self.question.limit as usize).saturating_sub(self.found.len())
    }

    fn add(&mut self, id: ArticleId, fact: Fact) {
        match self.places.get(&id).and_then(|place| self.found.get_mut(*place)) {
            Some(finding) => finding.facts.push(fact),
            None => {
                self.places.insert(id, self.found.len());
                self.found.push(Finding { id, facts: vec![fact] });
            }
        }
    }

    /// What to tell of what was found, by what it is now.
    fn told(&mut self) -> StoreResult<Vec<DeltaEntry>> {
        let found = std::mem::take(&mut self.found);
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<ArticleId> = found.iter().map(|finding| finding.id).collect();
        let cards = list::visible_cards(self.conn, self.question.scope, &ids)?;
        let mut cards: HashMap<ArticleId, CardRow> = cards.into_iter().map(|card| (card.id, card)).collect();
        let standing: Option<HashSet<ArticleId>> =
            self.question.section.map(|section| walk::standing_on(self.conn, section.0, &ids)).transpose()?;
        let stands = |id: &ArticleId| standing.as_ref().is_none_or(|standing| standing.contains(id));
        let tell = |finding: Finding| match cards.remove(&finding.id) {
            Some(card) if stands(&finding.id) => Some(finding.shown(card)),
            card => finding.hidden(self.question.scope, self.question.section, card),
        };
        Ok(found.into_iter().filter_map(tell).collect())
    }
}

/// Which articles an entry concerns that is not about one.
enum Reach {
    /// None.
    Nothing,
    /// What stands on its list.
    List,
    /// All.
    All,
}

fn reach(entry: &LogRow) -> Reach {
    match (entry.resource, entry.action) {
        // Who loses a tag or an author that is deleted has an entry; a section is deleted when nothing stands in it.
        (_, ChangeAction::Created | ChangeAction::Deleted) => Reach::Nothing,
        (Resource::Section | Resource::Author | Resource::Tag | Resource::Source, _) => Reach::List,
        (Resource::Site, _) if entry.details().is_relinked => Reach::All,
        _ => Reach::Nothing,
    }
}

/// A card among everything that there is.
fn listed(card: CardRow) -> DeltaEntry {
    DeltaEntry {
        id: card.id,
        event: ArticleEvent::Published,
        at: card.published_at.unwrap_or(card.updated_at),
        slug: Some(card.slug.clone()),
        reason: None,
        card: Some(card),
    }
}

fn rows(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
