//! Whole articles, one batch after another, to the last.

use diesel::{IntoSql, prelude::*};

use super::{narrow, rows::ArticleRow};
use crate::{
    domain::licence::Scope,
    schema::{articles, media, sections},
    store::{
        error::StoreResult,
        keyset::{After, TimeKey, TimeRecord},
        visibility::readable_by,
    },
};

/// The next articles that `scope` may read, the oldest first: what is published meanwhile comes at the end.
///
/// # Errors
/// Those of the database.
pub fn batch(conn: &mut PgConnection, scope: &Scope, after: Option<TimeKey>, limit: i64) -> StoreResult<Vec<ArticleRow>> {
    let key = (articles::published_at, articles::id);
    let mut ids = articles::table.select(articles::id).filter(readable_by(scope)).into_boxed();
    if let Some(after) = after {
        ids = ids.filter(After::new(key.into_sql::<TimeRecord>(), (after.at, after.id).into_sql::<TimeRecord>()));
    }
    let ids = ids.order((articles::published_at.asc(), articles::id.asc())).limit(limit);
    let mut rows: Vec<ArticleRow> = articles::table
        .inner_join(sections::table)
        .left_join(media::table)
        .filter(articles::id.eq_any(ids))
        .select(ArticleRow::as_select())
        .order((articles::published_at.asc(), articles::id.asc()))
        .load(conn)?;
    narrow::articles(conn, scope, &mut rows)?;
    Ok(rows)
}
