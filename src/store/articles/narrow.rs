//! What a licence takes away from the articles that it gives. Which ones those are is decided in `visibility`.

use chrono::{DateTime, Utc};
use diesel::PgConnection;

use super::rows::{ArticleRow, CardRow, DetailRow, ExtrasRow};
use crate::{
    domain::{
        body::without_media,
        id::ArticleId,
        licence::{Extent, Scope},
    },
    store::{error::StoreResult, visibility::readable},
};

/// Takes away from cards what `scope` does not give.
pub fn cards(scope: &Scope, rows: &mut [CardRow]) {
    if scope.licence().is_some() {
        rows.iter_mut().for_each(|row| card(scope, row));
    }
}

/// Takes away from articles what `scope` does not give.
///
/// # Errors
/// Those of the database, which is asked which translations are given.
pub fn articles(conn: &mut PgConnection, scope: &Scope, rows: &mut [ArticleRow]) -> StoreResult<()> {
    if scope.licence().is_none() {
        return Ok(());
    }
    for row in &mut *rows {
        card(scope, &mut row.card);
        detail(scope, &mut row.detail);
    }
    extras(conn, scope, rows.iter_mut().map(|row| &mut row.detail.extras))
}

fn detail(scope: &Scope, row: &mut DetailRow) {
    // Every column is named, so that a new one is decided on here.
    let DetailRow {
        version: _,
        created_by_id: _,
        first_published_at: _,
        body: text,
        canonical_url: _,
        seo_title: _,
        seo_description,
        extras: _,
        corrections,
        media,
    } = row;
    *text = body(scope, std::mem::take(text));
    if !scope.has_pictures() || scope.extent() < Extent::Full {
        media.0.clear();
    }
    if scope.extent() < Extent::Standfirst {
        // Both may give away what the standfirst says.
        *seo_description = None;
        corrections.0.clear();
    }
}

/// Takes translations away that `scope` does not give: one statement for any number of articles.
///
/// # Errors
/// Those of the database.
pub fn extras<'r>(conn: &mut PgConnection, scope: &Scope, rows: impl Iterator<Item = &'r mut ExtrasRow>) -> StoreResult<()> {
    if scope.licence().is_none() {
        return Ok(());
    }
    let mut rows: Vec<&mut ExtrasRow> = rows.collect();
    let translations: Vec<ArticleId> = rows.iter().flat_map(|row| row.translations.0.iter().map(|translation| translation.id)).collect();
    let given = readable(conn, scope, &translations)?;
    for row in &mut rows {
        row.translations.0.retain(|translation| given.contains(&translation.id));
    }
    Ok(())
}

/// A body as far as `scope` gives it: empty where it gives none.
#[must_use]
pub fn body(scope: &Scope, html: String) -> String {
    match scope.licence() {
        None => html,
        Some(licence) if licence.extent < Extent::Full => String::new(),
        Some(licence) if licence.has_pictures => html,
        Some(_) => without_media(&html),
    }
}

fn card(scope: &Scope, row: &mut CardRow) {
    if scope.extent() < Extent::Standfirst {
        row.standfirst = None;
    }
    if !scope.has_pictures() {
        row.lead_media = None;
    }
    // What a partner sees also changes with the licence and at the end of an embargo, of which the log says nothing.
    row.last_change = None::<DateTime<Utc>>;
}
