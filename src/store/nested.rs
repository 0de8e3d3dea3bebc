//! To-many relations as JSON columns of the statement that loads their article.
//!
//! One statement a page instead of one a relation: the subqueries are kept in `sql/`, have a static query id, and so
//! stay prepared with the statement around them.

use diesel::{
    AppearsOnTable, Expression, SelectableExpression,
    deserialize::{self, FromSql},
    expression::{ValidGrouping, is_aggregate},
    pg::{Pg, PgValue},
    query_builder::{AstPass, QueryFragment, QueryId},
    result::QueryResult,
    sql_types::{Json, Nullable, Text, Timestamptz},
};
use serde::de::DeserializeOwned;

use crate::schema::articles;

macro_rules! subqueries {
    ($($(#[$doc:meta])* $name:ident: $sql_type:ty = $file:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, QueryId)]
        pub struct $name;

        impl Expression for $name {
            type SqlType = $sql_type;
        }
        impl<From> SelectableExpression<From> for $name where articles::id: SelectableExpression<From> {}
        impl<From> AppearsOnTable<From> for $name where articles::id: AppearsOnTable<From> {}
        impl ValidGrouping<()> for $name {
            type IsAggregate = is_aggregate::No;
        }
        impl QueryFragment<Pg> for $name {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
                out.push_sql(include_str!($file));
                Ok(())
            }
        }
    )*};
}

subqueries! {
    /// Who signs it, in order: `BylineRow`s.
    Byline: Json = "sql/byline.sql";
    /// What it is about, in order: `TagLink`s.
    Tags: Json = "sql/tags.sql";
    /// Where else it stands: `SectionLink`s.
    FurtherSections: Json = "sql/further_sections.sql";
    /// The primary section and all above it: `SectionLink`s.
    Breadcrumbs: Json = "sql/breadcrumbs.sql";
    /// The outlet it comes from: a `SourceLink` or null.
    Source: Nullable<Json> = "sql/source.sql";
    /// What was put right in it: `CorrectionRow`s.
    Corrections: Json = "sql/corrections.sql";
    /// The same article in other languages, where visible: `TranslationLink`s.
    Translations: Json = "sql/translations.sql";
    /// Media besides the lead: `MediaRow`s.
    InlineMedia: Json = "sql/inline_media.sql";
    /// The base of readers' links.
    SiteUrl: Text = "sql/site_url.sql";
    /// When what readers see last changed: the `Last-Modified` of whatever is shown.
    LastChange: Nullable<Timestamptz> = "sql/last_change.sql";
}

/// Rows that arrive as one JSON column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nested<T>(pub T);

impl<T: DeserializeOwned> FromSql<Json, Pg> for Nested<T> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(serde_json::from_slice(value.as_bytes())?))
    }
}

impl<T> diesel::Queryable<Json, Pg> for Nested<T>
where
    T: DeserializeOwned,
    Self: FromSql<Json, Pg>,
{
    type Row = Self;
    fn build(row: Self) -> deserialize::Result<Self> {
        Ok(row)
    }
}
