//! The columns that search and related lists read, made here instead of by the server.
//!
//! The server is asked what becomes of each piece of text ([`super::pieces`]) that was not met before: which stems, how far they move the
//! count of places. What it says is put together to the very value that it would find for the whole (`find_article_words` in
//! the migrations), at a tenth of the cost: news repeats its words. Where that is not sure, the columns are left to
//! the server.

use std::collections::HashMap;
use std::io::Write;

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::prelude::*;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{Array, Nullable, Text};

use super::articles::BulkArticle;
use super::pieces::{Piece, Setting, pieces};
use crate::schema::sql_types::Tsvector;
use crate::store::error::StoreResult;

/// How many pieces of a language are kept. Some 10 MB.
const MOST_KEPT: usize = 60_000;

/// The longest piece that is kept, in bytes: longer ones hardly come again.
const LONGEST_KEPT: usize = 40;

/// The last place that is counted here. The server stops at 16,383, in ways that need not be copied.
const LAST_PLACE: u32 = 16_000;

/// Places of one stem in one article. The server stops at 255.
const MOST_PLACES: usize = 250;

/// What the server reads of a body, in characters.
const LONGEST_BODY: usize = 200_000;

/// Stands after each piece that the server is asked about: a number, which every language takes as it is.
const MARK: &str = "5550123980777";

/// What the server made of the pieces that were met, by language.
#[derive(Debug, Default)]
pub struct Words(HashMap<String, Lexicon>);

/// Both columns of an article; empty where the server is to find them.
#[derive(Clone, Debug, Default)]
pub struct SearchColumns {
    pub(super) search: SearchVector,
    pub(super) terms: Terms,
}

/// What both columns are made of.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct Texts<'a> {
    pub language: &'a str,
    pub title: &'a str,
    pub kicker: Option<&'a str>,
    pub standfirst: Option<&'a str>,
    pub body: &'a str,
}

impl<'a> From<&'a BulkArticle> for Texts<'a> {
    fn from(article: &'a BulkArticle) -> Self {
        Self {
            language: &article.language,
            title: &article.title,
            kicker: article.kicker.as_deref(),
            standfirst: article.standfirst.as_deref(),
            body: &article.body,
        }
    }
}

/// A value of the type `tsvector` as it is sent, or null.
#[derive(AsExpression, Clone, Debug, Default, FromSqlRow, PartialEq, Eq)]
#[diesel(sql_type = Tsvector)]
pub(super) struct SearchVector(Option<Vec<u8>>);

/// Stems in order, or null.
#[derive(AsExpression, Clone, Debug, Default, PartialEq, Eq)]
#[diesel(sql_type = Array<Nullable<Text>>)]
pub(super) struct Terms(Option<Vec<Option<String>>>);

impl ToSql<Tsvector, Pg> for SearchVector {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let Some(bytes) = &self.0 else { return Ok(IsNull::Yes) };
        out.write_all(bytes)?;
        Ok(IsNull::No)
    }
}

impl FromSql<Tsvector, Pg> for SearchVector {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(Some(value.as_bytes().to_vec())))
    }
}

impl ToSql<Array<Nullable<Text>>, Pg> for Terms {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        match &self.0 {
            Some(terms) => ToSql::<Array<Nullable<Text>>, Pg>::to_sql(terms.as_slice(), out),
            None => Ok(IsNull::Yes),
        }
    }
}

impl Words {
    /// Finds both columns of each article. Any session will do: nothing is read from tables.
    ///
    /// # Errors
    /// Those of the database.
    pub fn find(&mut self, conn: &mut PgConnection, some: &[Texts<'_>]) -> StoreResult<Vec<SearchColumns>> {
        let mut found = vec![SearchColumns::default(); some.len()];
        let mut languages: Vec<&str> = some.iter().map(|texts| texts.language).collect();
        languages.sort_unstable();
        languages.dedup();
        for language in languages {
            let lexicon = self.0.entry(language.to_owned()).or_default();
            let mut new = Vec::new();
            let headings: Vec<String> = some.iter().map(heading).collect();
            let numbered: Vec<(usize, [Vec<u32>; 3])> = (some.iter().zip(&headings).enumerate())
                .filter(|(_, (texts, _))| texts.language == language)
                .filter_map(|(place, (texts, heading))| {
                    let parts = parts(texts, heading)?;
                    Some((place, parts.map(|part| part.into_iter().map(|piece| lexicon.meaning(piece, &mut new)).collect())))
                })
                .collect();
            lexicon.learn(conn, language, &new)?;
            for (place, parts) in &numbered {
                found[*place] = lexicon.found(parts).unwrap_or_default();
            }
            lexicon.forget();
        }
        Ok(found)
    }
}

/// What weighs B.
fn heading(texts: &Texts<'_>) -> String {
    [texts.kicker.unwrap_or_default(), texts.standfirst.unwrap_or_default()].join(" ")
}

/// Title, heading and body in pieces.
fn parts<'a>(texts: &Texts<'a>, heading: &'a str) -> Option<[Vec<Piece<'a>>; 3]> {
    let is_whole = texts.body.len() <= LONGEST_BODY || texts.body.chars().nth(LONGEST_BODY).is_none();
    // Plain text holds no tags: what looks like one is the server's affair.
    let is_plain = !texts.title.contains('<') && !heading.contains('<');
    if is_whole && is_plain { Some([pieces(texts.title)?, pieces(heading)?, pieces(texts.body)?]) } else { None }
}

/// A stem.
#[derive(Debug)]
struct Stem {
    /// Its first bytes: most comparisons end there.
    head: u64,
    text: Box<str>,
}

impl Stem {
    fn new(text: &str) -> Self {
        let mut head = [0; 8];
        for (target, byte) in head.iter_mut().zip(text.bytes()) {
            *target = byte;
        }
        Self { head: u64::from_be_bytes(head), text: text.into() }
    }
}

/// What the server made of a piece.
#[derive(Clone, Debug, Default)]
struct Meaning {
    /// Stems by number, each with its place, counted from 1.
    stems: Box<[(u32, u16)]>,
    /// How many places it takes; words that are left out (`the`) take theirs too.
    places: u16,
}

impl Meaning {
    /// Takes all places, and so leaves the article to the server.
    fn unsure() -> Self {
        Self { stems: Box::default(), places: u16::MAX }
    }
}

/// The pieces of one language.
#[derive(Debug, Default)]
struct Lexicon {
    stems: Vec<Stem>,
    /// Of stems.
    numbers: HashMap<Box<str>, u32>,
    meanings: Vec<Meaning>,
    /// Of meanings, by [`Setting`].
    known: [HashMap<Box<str>, u32>; 4],
}

const fn shelf(setting: Setting) -> usize {
    setting.after_tag as usize * 2 + setting.before_tag as usize
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Tsvector)]
    vector: SearchVector,
}

impl Lexicon {
    /// The number of a piece's meaning. One that was not met before is added to `new`, and [`learn`](Self::learn) finds its meaning.
    fn meaning<'p>(&mut self, piece: Piece<'p>, new: &mut Vec<(Piece<'p>, u32)>) -> u32 {
        let shelf = &mut self.known[shelf(piece.setting)];
        if let Some(number) = shelf.get(piece.text) {
            return *number;
        }
        let number = u32::try_from(self.meanings.len()).unwrap_or(u32::MAX);
        // Until it is known: the article is left to the server.
        self.meanings.push(Meaning::unsure());
        shelf.insert(piece.text.into(), number);
        new.push((piece, number));
        number
    }

    /// Asks the server about the pieces that were not met before.
    fn learn(&mut self, conn: &mut PgConnection, language: &str, new: &[(Piece<'_>, u32)]) -> StoreResult<()> {
        for some in new.chunks(10_000) {
            let texts: Vec<String> = some.iter().map(|(piece, _)| piece.in_its_setting() + MARK).collect();
            let rows: Vec<Row> = diesel::sql_query("SELECT to_tsvector(search_config($1), unnest($2)) AS vector")
                .bind::<Text, _>(language)
                .bind::<Array<Text>, _>(texts)
                .load(conn)?;
            for ((_, number), row) in some.iter().zip(rows) {
                let meaning = self.understood(&row.vector);
                if let Some(place) = self.meanings.get_mut(*number as usize) {
                    *place = meaning;
                }
            }
        }
        Ok(())
    }

    /// Reads the server's answer about a piece.
    fn understood(&mut self, vector: &SearchVector) -> Meaning {
        let Some(entries) = vector.0.as_deref().and_then(entries) else { return Meaning::unsure() };
        let mark = entries.iter().filter(|(text, _)| *text == MARK).flat_map(|(_, places)| places).max().copied();
        let Some(mark) = mark else { return Meaning::unsure() };
        let stems: Vec<(u32, u16)> = entries
            .iter()
            .flat_map(|(text, places)| places.iter().map(|place| (*text, *place)))
            .filter(|(_, place)| *place < mark)
            .map(|(text, place)| (self.number(text), place))
            .collect();
        Meaning { stems: stems.into(), places: mark - 1 }
    }

    fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = u32::try_from(self.stems.len()).unwrap_or(u32::MAX);
        self.stems.push(Stem::new(text));
        self.numbers.insert(text.into(), number);
        number
    }

    /// Keeps within bounds.
    fn forget(&mut self) {
        for shelf in &mut self.known {
            shelf.retain(|text, _| text.len() <= LONGEST_KEPT);
        }
        if self.meanings.len() > MOST_KEPT {
            *self = Self::default();
        }
    }

    /// Puts the columns together, or gives nothing where the server would reach one of its bounds.
    fn found(&self, parts: &[Vec<u32>; 3]) -> Option<SearchColumns> {
        // Stem, place, weight as the server writes it.
        let mut all: Vec<(u32, u16)> = Vec::with_capacity(parts.iter().map(Vec::len).sum());
        let mut terms: Vec<u32> = Vec::new();
        // `||` counts on from the last place that holds a stem.
        let mut last = 0;
        for (part, weight) in parts.iter().zip([3_u16, 2, 1]) {
            let first = last;
            let mut at = first;
            for number in part {
                let meaning = self.meanings.get(*number as usize)?;
                if at + u32::from(meaning.places) > LAST_PLACE {
                    return None;
                }
                for &(stem, place) in &meaning.stems {
                    let place = at + u32::from(place);
                    last = last.max(place);
                    all.push((stem, weight << 14 | u16::try_from(place).ok()?));
                }
                at += u32::from(meaning.places);
            }
            if weight > 1 {
                terms.extend(all.iter().map(|(stem, _)| *stem));
            }
        }
        // By stem as the server orders them, then by place.
        all.sort_unstable_by_key(|&(stem, place)| (stem, place & 0x3FFF));
        all.dedup();
        let mut groups: Vec<(&Stem, &[(u32, u16)])> =
            all.chunk_by(|a, b| a.0 == b.0).filter_map(|group| Some((self.stems.get(group.first()?.0 as usize)?, group))).collect();
        if groups.iter().any(|(_, group)| group.len() > MOST_PLACES) {
            return None;
        }
        groups.sort_unstable_by(|(a, _), (b, _)| a.head.cmp(&b.head).then_with(|| a.text.cmp(&b.text)));
        let mut bytes = Vec::with_capacity(all.len() * 16);
        bytes.extend(i32::try_from(groups.len()).ok()?.to_be_bytes());
        for (stem, group) in groups {
            bytes.extend(stem.text.as_bytes());
            bytes.push(0);
            bytes.extend(u16::try_from(group.len()).ok()?.to_be_bytes());
            bytes.extend(group.iter().flat_map(|(_, place)| place.to_be_bytes()));
        }
        let mut terms: Vec<&Stem> = terms.iter().filter_map(|stem| self.stems.get(*stem as usize)).collect();
        terms.sort_unstable_by(|a, b| a.text.cmp(&b.text));
        terms.dedup_by(|a, b| a.text == b.text);
        let terms = terms.into_iter().map(|stem| Some(stem.text.to_string())).collect();
        Some(SearchColumns { search: SearchVector(Some(bytes)), terms: Terms(Some(terms)) })
    }
}

/// The stems of a `tsvector` as it is sent, with their places.
fn entries(mut bytes: &[u8]) -> Option<Vec<(&str, Vec<u16>)>> {
    let count = i32::from_be_bytes(*take(&mut bytes, 4)?.first_chunk()?);
    let mut entries = Vec::new();
    for _ in 0..count {
        let end = bytes.iter().position(|&byte| byte == 0)?;
        let text = std::str::from_utf8(take(&mut bytes, end)?).ok()?;
        take(&mut bytes, 1)?;
        let places = u16::from_be_bytes(*take(&mut bytes, 2)?.first_chunk()?);
        let places = take(&mut bytes, usize::from(places) * 2)?.chunks_exact(2);
        entries.push((text, places.filter_map(|pair| Some(u16::from_be_bytes(*pair.first_chunk()?) & 0x3FFF)).collect()));
    }
    Some(entries)
}

fn take<'b>(bytes: &mut &'b [u8], length: usize) -> Option<&'b [u8]> {
    let (head, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(head)
}
