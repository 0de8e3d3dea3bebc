//! What search engines are told of: months of articles, what is new, sections and pages.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{prelude::*, sql_types};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    change_log,
    error::{StoreError, StoreResult},
    nested::Nested,
    pages, sections,
    site::{self, SiteRow},
    visibility::readable,
};
use crate::domain::{id::ArticleId, licence::Scope, sitemap::SitemapMonth};

/// A month that has something to read.
#[derive(Clone, Debug, QueryableByName)]
pub struct MonthRow {
    /// Its first day.
    #[diesel(sql_type = sql_types::Date)]
    pub month: NaiveDate,
    /// How many articles have their date in it, those to come included.
    #[diesel(sql_type = sql_types::BigInt)]
    pub articles: i64,
    /// When one that is to be seen last changed.
    #[diesel(sql_type = sql_types::Timestamptz, column_name = "at")]
    pub changed_at: DateTime<Utc>,
}

/// An article as search engines are told of it.
#[derive(Clone, Debug, QueryableByName)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct PlaceRow {
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: Uuid,
    #[diesel(sql_type = sql_types::Text)]
    pub slug: String,
    #[diesel(sql_type = sql_types::Text)]
    pub path: String,
    #[diesel(sql_type = sql_types::Text)]
    pub language: String,
    #[diesel(sql_type = sql_types::Timestamptz)]
    pub changed_at: DateTime<Utc>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    pub image_url: Option<String>,
    #[diesel(sql_type = sql_types::Json)]
    pub translations: Nested<Vec<Elsewhere>>,
}

/// The same article in another language.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct Elsewhere {
    pub id: ArticleId,
    pub language: String,
    pub slug: String,
    pub path: String,
}

/// An article of the last two days.
#[derive(Clone, Debug, QueryableByName)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct NewsRow {
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: Uuid,
    #[diesel(sql_type = sql_types::Text)]
    pub slug: String,
    #[diesel(sql_type = sql_types::Text)]
    pub path: String,
    #[diesel(sql_type = sql_types::Text)]
    pub language: String,
    #[diesel(sql_type = sql_types::Text)]
    pub title: String,
    #[diesel(sql_type = sql_types::Timestamptz)]
    pub published_at: DateTime<Utc>,
    #[diesel(sql_type = sql_types::Timestamptz)]
    pub changed_at: DateTime<Utc>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    pub image_url: Option<String>,
}

/// Rows with the publication that they are of, and when any of it last changed.
pub struct Dated<T> {
    /// The rows.
    pub rows: T,
    /// The publication.
    pub site: SiteRow,
    /// When what readers see last changed.
    pub changed_at: Option<DateTime<Utc>>,
}

/// Takes away what a licence does not give. Search engines see what readers see, and so does the newsroom when it looks at what they are told.
trait Narrowed: Sized {
    /// The articles that it names.
    fn ids(&self) -> impl Iterator<Item = ArticleId>;
    /// What is left of it, if anything.
    fn narrowed(self, is_given: impl Fn(ArticleId) -> bool, has_pictures: bool) -> Option<Self>;
}

impl Narrowed for PlaceRow {
    fn ids(&self) -> impl Iterator<Item = ArticleId> {
        std::iter::once(ArticleId(self.id)).chain(self.translations.0.iter().map(|other| other.id))
    }

    fn narrowed(mut self, is_given: impl Fn(ArticleId) -> bool, has_pictures: bool) -> Option<Self> {
        self.translations.0.retain(|other| is_given(other.id));
        self.image_url = self.image_url.filter(|_| has_pictures);
        is_given(ArticleId(self.id)).then_some(self)
    }
}

impl Narrowed for NewsRow {
    fn ids(&self) -> impl Iterator<Item = ArticleId> {
        std::iter::once(ArticleId(self.id))
    }

    fn narrowed(mut self, is_given: impl Fn(ArticleId) -> bool, has_pictures: bool) -> Option<Self> {
        self.image_url = self.image_url.filter(|_| has_pictures);
        is_given(ArticleId(self.id)).then_some(self)
    }
}

/// One statement more for a partner, whatever the number of rows.
fn narrow<Row: Narrowed>(conn: &mut PgConnection, scope: &Scope, rows: Vec<Row>) -> StoreResult<Vec<Row>> {
    if scope.licence().is_none() {
        return Ok(rows);
    }
    let ids: Vec<ArticleId> = rows.iter().flat_map(Narrowed::ids).collect();
    let given = readable(conn, scope, &ids)?;
    Ok(rows.into_iter().filter_map(|row| row.narrowed(|id| given.contains(&id), scope.has_pictures())).collect())
}

/// The months that have something to read, the newest first. Under a licence some may have nothing.
///
/// # Errors
/// Those of the database.
pub fn months(conn: &mut PgConnection, scope: &Scope) -> StoreResult<Dated<Vec<MonthRow>>> {
    let rows = diesel::sql_query(include_str!("sql/sitemap_months.sql")).load(conn)?;
    dated(conn, scope, rows)
}

/// The articles of a month or of a part of it, the newest first. What has its canonical address elsewhere is not among them.
///
/// # Errors
/// `NotFound` when there is nothing to read; those of the database.
pub fn month(conn: &mut PgConnection, scope: &Scope, month: SitemapMonth) -> StoreResult<Dated<Vec<PlaceRow>>> {
    let rows: Vec<PlaceRow> = diesel::sql_query(include_str!("sql/sitemap_month.sql"))
        .bind::<sql_types::Date, _>(month.first_day)
        .bind::<sql_types::Integer, _>(i32::from(month.part) - 1)
        .bind::<sql_types::Integer, _>(i32::from(month.parts))
        .load(conn)?;
    let rows = narrow(conn, scope, rows)?;
    if rows.is_empty() {
        return Err(StoreError::NotFound);
    }
    dated(conn, scope, rows)
}

/// What was published for the first time in the last 48 hours, the newest thousand. Not what somebody paid for.
///
/// # Errors
/// Those of the database.
pub fn news(conn: &mut PgConnection, scope: &Scope) -> StoreResult<Dated<Vec<NewsRow>>> {
    let rows: Vec<NewsRow> = diesel::sql_query(include_str!("sql/sitemap_news.sql")).load(conn)?;
    let rows = narrow(conn, scope, rows)?;
    dated(conn, scope, rows)
}

/// The paths of sections, and the slugs of pages with when they changed.
///
/// # Errors
/// Those of the database.
pub fn structure(conn: &mut PgConnection, scope: &Scope, most: i64) -> StoreResult<Dated<Structure>> {
    let sections = sections::tree(conn)?.into_iter().map(|section| section.path).collect();
    let pages = pages::page(conn, &scope.of_reader(), None, most)?.rows.into_iter().map(|page| (page.slug, page.updated_at)).collect();
    dated(conn, scope, Structure { sections, pages })
}

/// What stands on the publication's site beside articles.
pub struct Structure {
    /// The paths of sections.
    pub sections: Vec<String>,
    /// The slugs of pages, and when each last changed.
    pub pages: Vec<(String, DateTime<Utc>)>,
}

fn dated<T>(conn: &mut PgConnection, scope: &Scope, rows: T) -> StoreResult<Dated<T>> {
    Ok(Dated { rows, site: site::get(conn)?, changed_at: change_log::last_change(conn, scope)? })
}
