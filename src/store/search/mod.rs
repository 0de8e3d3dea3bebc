//! Full text: the articles that hold some words, the most relevant and freshest first.
//!
//! A word may stand in two articles or in every second one of a million. Only the newest matches are ranked, and they are
//! found along whichever index reaches them sooner: that of the words, or that of the dates.

mod statement;

use chrono::{DateTime, Utc};
use diesel::{prelude::*, sql_types};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::statement::{Find, FindNewest, Row};
use super::{error::StoreResult, keyset::TimeKey};
use crate::{
    domain::{
        article::Kind,
        id::{ArticleId, AuthorId, SectionId, TagId},
        licence::{Extent, Scope},
    },
    schema::listing_counts,
};

/// What is looked for, and where; every member that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// As typed: words, `"a phrase"`, `-without`, `or`.
    pub words: String,
    /// In this language (BCP 47, as stored).
    pub language: Option<String>,
    /// In this section or below it.
    pub section: Option<SectionId>,
    /// With this tag.
    pub tag: Option<TagId>,
    /// Signed by this author.
    pub author: Option<AuthorId>,
    /// Of this genre.
    pub kind: Option<Kind>,
    /// Published at this time or later.
    pub published_after: Option<DateTime<Utc>>,
    /// Published before this time.
    pub published_before: Option<DateTime<Utc>>,
}

impl Search {
    /// The lists that an article must stand on.
    fn lists(&self) -> Vec<Uuid> {
        let lists = [self.tag.map(|tag| tag.0), self.author.map(|author| author.0), self.section.map(|section| section.0)];
        lists.into_iter().flatten().collect()
    }
}

/// Where a page ends. It holds what the first page was ranked by, so that the next ones are of the same list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchKey {
    /// The moment of the first page: what was published later is not in the list, and freshness is counted from here.
    #[serde(rename = "t", with = "chrono::serde::ts_microseconds")]
    pub at: DateTime<Utc>,
    /// Along which index the list was found.
    #[serde(rename = "p")]
    pub path: Path,
    /// The score of the last hit, in thousand-millionths.
    #[serde(rename = "s")]
    pub score: i64,
    /// What orders equal scores.
    #[serde(rename = "i")]
    pub id: Uuid,
}

/// How the matches are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Path {
    /// From the words to all articles that hold them: for rare words.
    #[serde(rename = "w")]
    Words,
    /// From the newest article back, until there are enough: for words that many have.
    #[serde(rename = "d")]
    Dates,
    /// The same, much further back: for words that many have, but hardly any together.
    #[serde(rename = "f")]
    FarDates,
}

/// Begins what was found, in a highlight. No text of ours holds it: it is taken out of all before.
pub const MARK: char = '\u{E000}';
/// Ends what was found.
pub const UNMARK: char = '\u{E001}';

/// An article that holds the words.
#[derive(Clone, Debug)]
pub struct Hit {
    /// Which one.
    pub id: ArticleId,
    /// How well it answers, from 0 to 1.
    pub score: f64,
    /// Where the words stand.
    pub highlights: Highlights,
}

/// Texts with what was found between [`MARK`] and [`UNMARK`]. The body's is HTML without tags; the others are plain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Highlights {
    /// The whole headline.
    pub title: String,
    /// The whole standfirst.
    pub standfirst: String,
    /// Up to two fragments.
    pub body: String,
}

impl Highlights {
    /// Takes away the texts that a licence does not give.
    fn narrow(&mut self, extent: Extent) {
        if extent < Extent::Full {
            self.body.clear();
        }
        if extent < Extent::Standfirst {
            self.standfirst.clear();
        }
    }
}

/// How many matches are ranked: the newest.
const RANKED: u32 = 400;
/// How many articles are read from the newest back before another way is tried.
const WALKED: u32 = 5_000;
/// The same where there is no other way that would end in time.
const WALKED_FAR: u32 = 50_000;
/// So many matches are gathered by the index of the words, however long ago they are.
const GATHERED: f64 = 50_000.0;
/// A walk that would not find so many is not tried.
const WORTH_WALKING: f64 = 50.0;
/// To read an article's words costs so many times what the index gives one match for.
const COST_OF_READING: f64 = 3.0;

/// A page of hits, best first, and where the next one begins: of what readers see, whoever asks. What was typed may hold no word that
/// counts (`the`): nothing is found then.
///
/// # Errors
/// Those of the database.
pub fn search(
    conn: &mut PgConnection,
    scope: &Scope,
    search: &Search,
    after: Option<SearchKey>,
    limit: u32,
) -> StoreResult<(Vec<Hit>, Option<SearchKey>)> {
    let questions = questions(conn, search)?;
    let Some(any) = any_of(&questions) else { return Ok((Vec::new(), None)) };
    let (path, otherwise, at) = match after {
        Some(after) => (after.path, after.path, after.at),
        None => {
            let (path, otherwise) = shortest_path(conn, search, &any)?;
            (path, otherwise, questions.first().map_or_else(Utc::now, |question| question.at))
        }
    };
    let mut find = Find { scope, search, any: &any, each: each(&questions), at, path, after, before: None, limit: i64::from(limit) + 1 };
    let mut rows: Vec<Row> = find.load(conn)?;
    // The words never stand together, or did so long ago: what is rare has to be looked for as such.
    if otherwise != path && rows.len() <= limit as usize {
        find.path = otherwise;
        rows = find.load(conn)?;
    }
    let has_more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| has_more).map(|last| SearchKey { at, path: find.path, score: last.score, id: last.id });
    let mut hits: Vec<Hit> = rows.into_iter().map(Hit::from).collect();
    for hit in &mut hits {
        hit.highlights.narrow(scope.extent());
    }
    Ok((hits, next))
}

/// The articles that hold the words, the newest first, and where the next page begins: of what readers see, whoever asks.
///
/// Words that many articles hold, but hardly any together, are looked for no further back than a walk of one page goes.
///
/// # Errors
/// Those of the database.
pub fn newest(
    conn: &mut PgConnection,
    scope: &Scope,
    search: &Search,
    after: Option<TimeKey>,
    limit: u32,
) -> StoreResult<(Vec<ArticleId>, Option<TimeKey>)> {
    let questions = questions(conn, search)?;
    let Some(any) = any_of(&questions) else { return Ok((Vec::new(), None)) };
    let (path, otherwise) = shortest_path(conn, search, &any)?;
    let now = questions.first().map_or_else(Utc::now, |question| question.at);
    // The walk begins where the last page ended.
    let at = after.map_or(now, |after| after.at.min(now));
    let limit = i64::from(limit);
    let mut find =
        FindNewest(Find { scope, search, any: &any, each: each(&questions), at, path, after: None, before: after, limit: limit + 1 });
    let mut rows: Vec<(Uuid, DateTime<Utc>)> = find.load(conn)?;
    if otherwise != path && (rows.len() as i64) <= limit {
        find.0.path = otherwise;
        rows = find.load(conn)?;
    }
    let has_more = rows.len() as i64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(0));
    let next = rows.last().filter(|_| has_more).map(|(id, at)| TimeKey { at: *at, id: *id });
    Ok((rows.into_iter().map(|(id, _)| ArticleId(id)).collect(), next))
}

/// What is asked of the articles of one language; of those in none of the site's languages where there is none.
#[derive(Clone, Debug, QueryableByName)]
struct Question {
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    language: Option<String>,
    #[diesel(sql_type = sql_types::Text)]
    query: String,
    #[diesel(sql_type = sql_types::Timestamptz)]
    at: DateTime<Utc>,
}

fn questions(conn: &mut PgConnection, search: &Search) -> StoreResult<Vec<Question>> {
    Ok(diesel::sql_query(include_str!("../sql/search_questions.sql"))
        .bind::<sql_types::Text, _>(&search.words)
        .bind::<sql_types::Nullable<sql_types::Text>, _>(&search.language)
        .load(conn)?)
}

/// What any language asks, for the index.
fn any_of(questions: &[Question]) -> Option<String> {
    let mut different: Vec<&str> = questions.iter().map(|question| question.query.as_str()).filter(|query| !query.is_empty()).collect();
    different.sort_unstable();
    different.dedup();
    match &different[..] {
        [] => None,
        [one] => Some((*one).to_owned()),
        several => Some(several.iter().map(|one| format!("( {one} )")).collect::<Vec<_>>().join(" | ")),
    }
}

/// What each language asks, where it matters that it asks just that: an article without a word in one language's stem may
/// well hold it in its own.
fn each(questions: &[Question]) -> &[Question] {
    let excludes = questions.iter().any(|question| question.query.contains('!'));
    if excludes && questions.iter().any(|question| question.query != questions[0].query) { questions } else { &[] }
}

/// Which way leads to the newest matches with the least work, as far as the planner's statistics tell; and which to take if they
/// were wrong.
fn shortest_path(conn: &mut PgConnection, search: &Search, query: &str) -> StoreResult<(Path, Path)> {
    #[derive(QueryableByName)]
    struct Estimate {
        #[diesel(sql_type = sql_types::Json, column_name = "QUERY PLAN")]
        plan: serde_json::Value,
    }
    let estimate: Estimate =
        diesel::sql_query(include_str!("../sql/estimate_matches.sql")).bind::<sql_types::Text, _>(query).get_result(conn)?;
    let rows = |pointer: &str| estimate.plan.pointer(pointer).and_then(serde_json::Value::as_f64).unwrap_or(0.0);
    let (articles, matches) = (rows("/0/Plan/Plans/0/Plan Rows").max(1.0), rows("/0/Plan/Plans/1/Plan Rows"));
    let lists = search.lists();
    let shortest_list: Option<i64> = match &lists[..] {
        [] => None,
        lists => listing_counts::table
            .filter(listing_counts::list_id.eq_any(lists))
            .select(diesel::dsl::min(listing_counts::articles))
            .first(conn)?,
    };
    let among = if lists.is_empty() { articles } else { shortest_list.unwrap_or(0) as f64 };
    Ok(path_of(articles, matches, among))
}

/// `matches` of `articles` hold the words; `among` of them stand on the list that is searched.
fn path_of(articles: f64, matches: f64, among: f64) -> (Path, Path) {
    let share = (matches / articles).clamp(1e-9, 1.0);
    let walked = (f64::from(RANKED) / share).min(among).min(f64::from(WALKED));
    let is_worth_it = walked * share >= WORTH_WALKING || walked >= among;
    if is_worth_it && walked * COST_OF_READING < matches {
        (Path::Dates, if matches <= GATHERED { Path::Words } else { Path::FarDates })
    } else {
        (Path::Words, Path::Words)
    }
}

impl From<Row> for Hit {
    fn from(Row { id, score, title, standfirst, body }: Row) -> Self {
        Self { id: ArticleId(id), score: (score as f64 / 1e3).round() / 1e6, highlights: Highlights { title, standfirst, body } }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn question(language: Option<&str>, query: &str) -> Question {
        Question { language: language.map(str::to_owned), query: query.to_owned(), at: Utc::now() }
    }

    #[test]
    fn rare_words_are_found_by_themselves_and_frequent_ones_by_date() {
        assert_eq!(path_of(1e6, 30.0, 1e6).0, Path::Words);
        assert_eq!(path_of(1e6, 500_000.0, 1e6), (Path::Dates, Path::FarDates));
        assert_eq!(path_of(1e4, 5_000.0, 1e4), (Path::Dates, Path::Words));
        assert_eq!(path_of(1e6, 2_000.0, 1e6).0, Path::Words, "2,000 matches cost less than 200,000 articles");
        assert_eq!(path_of(1e6, 20_000.0, 150.0).0, Path::Dates, "a short list is read through");
        assert_eq!(path_of(0.0, 0.0, 0.0).0, Path::Words);
    }

    #[test]
    fn languages_that_ask_the_same_ask_once() {
        let asked = [question(Some("en"), "'port'"), question(Some("az"), "'port'"), question(None, "'ports'")];
        assert_eq!(any_of(&asked).unwrap(), "( 'port' ) | ( 'ports' )");
        assert_eq!(any_of(&asked[..2]).unwrap(), "'port'");
        assert_eq!(any_of(&[question(Some("en"), "")]), None);
    }

    #[test]
    fn an_exclusion_is_asked_of_each_language_in_its_own_stems() {
        let asked = [question(Some("en"), "'race' & !'run'"), question(None, "'race' & !'running'")];
        assert_eq!(each(&asked).len(), 2);
        assert!(each(&asked[..1]).is_empty());
        assert!(each(&[question(Some("en"), "'race'"), question(None, "'races'")]).is_empty());
    }
}
