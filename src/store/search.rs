//! Full text: which articles hold the words, how well, and where in them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Double, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::StoreResult;
use crate::domain::{
    id::{ArticleId, AuthorId, SectionId, TagId},
    licence::Scope,
};

/// Begins what was found, in a highlight.
pub const MARK: char = '\u{E000}';
/// Ends what was found.
pub const UNMARK: char = '\u{E001}';

/// What is looked for. Every member that is set must hold.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// As typed: words, `"a phrase"`, `-without`, `or`.
    pub words: String,
    /// In this language, whose stems then count alone.
    pub language: Option<String>,
    /// Of this genre, as Postgres spells it.
    pub kind: Option<String>,
    /// Published at this time or later.
    pub published_after: Option<DateTime<Utc>>,
    /// Published before this time.
    pub published_before: Option<DateTime<Utc>>,
    /// In this section or below it.
    pub section: Option<SectionId>,
    /// With this tag.
    pub tag: Option<TagId>,
    /// Signed by this author.
    pub author: Option<AuthorId>,
}

/// Where a page of hits ends. The moment is kept, so that freshness ranks every page alike and nothing newer comes between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchKey {
    /// The bits of the score: a number written in decimal might come back as another.
    #[serde(rename = "s")]
    pub score_bits: u64,
    /// What orders equal scores.
    #[serde(rename = "i")]
    pub id: Uuid,
    /// When the search began.
    #[serde(rename = "t", with = "chrono::serde::ts_microseconds")]
    pub at: DateTime<Utc>,
}

/// An article that holds the words.
#[derive(Clone, Debug)]
pub struct Hit {
    /// Which one.
    pub id: ArticleId,
    /// How well it goes with them: any number above 0.
    pub score: f64,
    /// Where they stand, between [`MARK`] and [`UNMARK`].
    pub highlights: Highlights,
}

/// Texts with what was found marked. The body's is HTML without tags; the others are plain.
#[derive(Clone, Debug, Default, QueryableByName)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct Highlights {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub standfirst: String,
    #[diesel(sql_type = Text)]
    pub body: String,
}

#[derive(QueryableByName)]
struct Asked {
    #[diesel(sql_type = Nullable<Text>)]
    query: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct Ranked {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Double)]
    score: f64,
}

/// A page of hits, best first, and where the next one begins. What was typed may hold no word at all: nothing is found then.
///
/// Ranked are the newest thousand that hold the words, so that a word of every second article costs no more than another.
///
/// # Errors
/// Those of the database.
pub fn search(
    conn: &mut PgConnection,
    scope: Scope,
    search: &Search,
    after: Option<SearchKey>,
    limit: u32,
) -> StoreResult<(Vec<Hit>, Option<SearchKey>)> {
    // Readers and the newsroom search the same: what readers see. A licence will narrow it here.
    let (Scope::Public | Scope::Own(_) | Scope::Everything) = scope;
    let asked: Asked = diesel::sql_query(include_str!("sql/search_query.sql"))
        .bind::<Text, _>(&search.words)
        .bind::<Nullable<Text>, _>(&search.language)
        .get_result(conn)?;
    let Some(query) = asked.query else { return Ok((Vec::new(), None)) };
    let at = after.map_or(asked.at, |after| after.at);
    let mut ranked: Vec<Ranked> = diesel::sql_query(include_str!("sql/search.sql"))
        .bind::<Text, _>(&query)
        .bind::<Timestamptz, _>(at)
        .bind::<Nullable<Double>, _>(after.map(|after| f64::from_bits(after.score_bits)))
        .bind::<Nullable<SqlUuid>, _>(after.map(|after| after.id))
        .bind::<BigInt, _>(i64::from(limit) + 1)
        .bind::<Nullable<Text>, _>(&search.language)
        .bind::<Nullable<Text>, _>(&search.kind)
        .bind::<Nullable<Timestamptz>, _>(search.published_after)
        .bind::<Nullable<Timestamptz>, _>(search.published_before)
        .bind::<Nullable<SqlUuid>, _>(search.section.map(|section| section.0))
        .bind::<Nullable<SqlUuid>, _>(search.tag.map(|tag| tag.0))
        .bind::<Nullable<SqlUuid>, _>(search.author.map(|author| author.0))
        .load(conn)?;
    let has_more = ranked.len() > limit as usize;
    ranked.truncate(limit as usize);
    let next = ranked.last().filter(|_| has_more).map(|last| SearchKey { score_bits: last.score.to_bits(), id: last.id, at });
    let mut highlights = highlights(conn, &query, &ranked)?;
    let hits = ranked.into_iter().map(|Ranked { id, score }| Hit {
        id: ArticleId(id),
        score,
        highlights: highlights.remove(&id).unwrap_or_default(),
    });
    Ok((hits.collect(), next))
}

fn highlights(conn: &mut PgConnection, query: &str, ranked: &[Ranked]) -> StoreResult<HashMap<Uuid, Highlights>> {
    if ranked.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<Uuid> = ranked.iter().map(|hit| hit.id).collect();
    let marks = format!("StartSel={MARK}, StopSel={UNMARK}");
    let found: Vec<Highlights> = diesel::sql_query(include_str!("sql/search_highlights.sql"))
        .bind::<Text, _>(query)
        .bind::<Array<SqlUuid>, _>(&ids)
        .bind::<Text, _>(format!("{marks}, HighlightAll=true"))
        .bind::<Text, _>(format!("{marks}, MaxFragments=2, MaxWords=24, MinWords=8, FragmentDelimiter=\" … \""))
        .load(conn)?;
    Ok(found.into_iter().map(|highlight| (highlight.id, highlight)).collect())
}
