//! Media: records of images and files, by their addresses.

use diesel::{IntoSql, prelude::*};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    change_log::{self, Entry},
    error::{StoreError, StoreResult},
    keyset::{Before, TimeKey, TimeRecord},
    links::MediaRow,
    record, slugs,
    visibility::readable_by,
};
use crate::{
    domain::{
        actor::Actor,
        change::{ChangeAction, Resource},
        id::MediaId,
        licence::Scope,
        media::MediaKind,
        reference::Reference,
    },
    schema::{article_media, articles, authors, media, site},
};

/// What is to be different. `None` leaves a member as it is; an inner `None` takes it away.
#[derive(Clone, Debug, Default)]
pub struct MediaChanges {
    /// What it is.
    pub kind: Option<MediaKind>,
    /// Where it is.
    pub url: Option<String>,
    /// What it shows.
    pub alt: Option<String>,
    /// What stands below it.
    pub caption: Option<Option<String>>,
    /// Whose it is.
    pub credit: Option<Option<String>>,
    /// Its media type.
    pub mime_type: Option<Option<String>>,
    /// In bytes.
    pub size_bytes: Option<Option<i64>>,
    /// In pixels.
    pub width: Option<Option<i32>>,
    /// In pixels.
    pub height: Option<Option<i32>>,
    /// What must stay in view, as fractions of width and height.
    pub focal_point: Option<Option<(f64, f64)>>,
    /// The same picture in other sizes, as stored: `[{name, url, width, height}]`.
    pub renditions: Option<Value>,
}

#[derive(AsChangeset)]
#[diesel(table_name = media)]
struct Changeset<'a> {
    kind: Option<MediaKind>,
    url: Option<&'a str>,
    alt: Option<&'a str>,
    caption: Option<Option<&'a str>>,
    credit: Option<Option<&'a str>>,
    mime_type: Option<Option<&'a str>>,
    size_bytes: Option<Option<i64>>,
    width: Option<Option<i32>>,
    height: Option<Option<i32>>,
    focal_x: Option<Option<f64>>,
    focal_y: Option<Option<f64>>,
    renditions: Option<&'a Value>,
}

/// A page of all media, the newest first, and where the next one begins.
///
/// # Errors
/// Those of the database.
pub fn page(conn: &mut PgConnection, after: Option<TimeKey>, limit: i64) -> StoreResult<(Vec<MediaRow>, Option<TimeKey>)> {
    let mut query = media::table
        .select((MediaRow::as_select(), media::created_at))
        .order((media::created_at.desc(), media::id.desc()))
        .limit(limit + 1)
        .into_boxed();
    if let Some(TimeKey { at, id }) = after {
        let key = (media::created_at.nullable(), media::id).into_sql::<TimeRecord>();
        query = query.filter(Before::new(key, (at, id).into_sql::<TimeRecord>()));
    }
    let mut rows: Vec<(MediaRow, chrono::DateTime<chrono::Utc>)> = query.load(conn)?;
    let limit = usize::try_from(limit).unwrap_or(0);
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| has_more).map(|(row, at)| TimeKey { at: *at, id: row.id.0 });
    Ok((rows.into_iter().map(|(row, _)| row).collect(), next))
}

/// How many media there are.
///
/// # Errors
/// Those of the database.
pub fn count(conn: &mut PgConnection) -> StoreResult<i64> {
    Ok(media::table.count().get_result(conn)?)
}

/// One media record. It has no slug: only an id finds it.
///
/// # Errors
/// `NotFound`.
pub fn get(conn: &mut PgConnection, scope: &Scope, reference: &Reference) -> StoreResult<MediaRow> {
    let Reference::Id(id) = reference else { return Err(StoreError::NotFound) };
    if scope.licence().is_some() && !is_licensed(conn, scope, MediaId(*id))? {
        return Err(StoreError::NotFound);
    }
    Ok(media::table.find(MediaId(*id)).select(MediaRow::as_select()).first(conn)?)
}

/// Whether a licence has pictures at all, and this one in an article that it gives.
fn is_licensed(conn: &mut PgConnection, scope: &Scope, id: MediaId) -> StoreResult<bool> {
    if !scope.has_pictures() {
        return Ok(false);
    }
    let inside = article_media::table.filter(article_media::media_id.eq(id)).select(article_media::article_id);
    let shown = articles::table.filter(articles::lead_media_id.eq(id).or(articles::id.eq_any(inside))).filter(readable_by(scope));
    Ok(diesel::select(diesel::dsl::exists(shown.select(articles::id))).get_result(conn)?)
}

/// Makes a record.
///
/// # Errors
/// Those of the database.
pub fn insert(tx: &mut PgConnection, actor: Actor, changes: &MediaChanges) -> StoreResult<MediaRow> {
    let id = MediaId::new();
    let row =
        (media::id.eq(id), media::kind.eq(changes.kind.unwrap_or_default()), media::url.eq(changes.url.as_deref().unwrap_or_default()));
    diesel::insert_into(media::table).values(row).execute(tx)?;
    set(tx, id, changes)?;
    record::written(tx, actor, "create_media", (Resource::Media, id.0), ChangeAction::Created, json!({}))?;
    get(tx, &Scope::Everything, &id.0.into())
}

/// Changes a record, and with it what every article shows of it.
///
/// # Errors
/// `NotFound`, `Stale`.
pub fn update(
    tx: &mut PgConnection,
    actor: Actor,
    reference: &Reference,
    expected: Option<i64>,
    changes: &MediaChanges,
) -> StoreResult<MediaRow> {
    let id = lock(tx, reference, expected)?;
    set(tx, id, changes)?;
    diesel::update(media::table.find(id))
        .set((media::version.eq(media::version + 1), media::updated_at.eq(diesel::dsl::now)))
        .execute(tx)?;
    record::written(tx, actor, "update_media", (Resource::Media, id.0), ChangeAction::Updated, json!({}))?;
    let users = users(tx, id)?;
    announce_users(tx, &users)?;
    get(tx, &Scope::Everything, &id.0.into())
}

/// Deletes a record; articles, authors and the site lose it.
///
/// # Errors
/// `NotFound`, `Stale`.
pub fn delete(tx: &mut PgConnection, actor: Actor, reference: &Reference, expected: Option<i64>) -> StoreResult<()> {
    let id = lock(tx, reference, expected)?;
    let users = users(tx, id)?;
    diesel::delete(media::table.find(id)).execute(tx)?;
    slugs::forget(tx, id.0)?;
    record::written(tx, actor, "delete_media", (Resource::Media, id.0), ChangeAction::Deleted, json!({}))?;
    announce_users(tx, &users)
}

/// What shows a media record: kind, id and slug.
fn users(tx: &mut PgConnection, id: MediaId) -> StoreResult<Vec<(Resource, Uuid, Option<String>)>> {
    let inside = article_media::table.filter(article_media::media_id.eq(id)).select(article_media::article_id);
    let shown: Vec<(Uuid, String)> = articles::table
        .filter(articles::lead_media_id.eq(id).or(articles::id.eq_any(inside)))
        .order(articles::id)
        .select((articles::id, articles::slug))
        .load(tx)?;
    let signed: Vec<(Uuid, String)> =
        authors::table.filter(authors::portrait_id.eq(id)).order(authors::id).select((authors::id, authors::slug)).load(tx)?;
    let is_logo: bool = diesel::select(diesel::dsl::exists(site::table.filter(site::logo_id.eq(id)))).get_result(tx)?;
    let shown = shown.into_iter().map(|(id, slug)| (Resource::Article, id, Some(slug)));
    let signed = signed.into_iter().map(|(id, slug)| (Resource::Author, id, Some(slug)));
    Ok(shown.chain(signed).chain(is_logo.then_some((Resource::Site, Uuid::nil(), None))).collect())
}

/// Whoever keeps a copy of what shows it learns that the copy is old.
fn announce_users(tx: &mut PgConnection, users: &[(Resource, Uuid, Option<String>)]) -> StoreResult<()> {
    let entry = |(resource, id, slug): &(Resource, Uuid, Option<String>)| Entry {
        resource: *resource,
        id: *id,
        action: ChangeAction::Updated,
        reason: None,
        // Who could see it before still can, and nobody else.
        details: json!({ "slug": slug, "before": null }),
    };
    change_log::append_all(tx, users.iter().map(entry).collect())
}

fn set(tx: &mut PgConnection, id: MediaId, changes: &MediaChanges) -> StoreResult<()> {
    let changeset = Changeset {
        kind: changes.kind,
        url: changes.url.as_deref(),
        alt: changes.alt.as_deref(),
        caption: changes.caption.as_ref().map(Option::as_deref),
        credit: changes.credit.as_ref().map(Option::as_deref),
        mime_type: changes.mime_type.as_ref().map(Option::as_deref),
        size_bytes: changes.size_bytes,
        width: changes.width,
        height: changes.height,
        focal_x: changes.focal_point.map(|point| point.map(|(x, _)| x)),
        focal_y: changes.focal_point.map(|point| point.map(|(_, y)| y)),
        renditions: changes.renditions.as_ref(),
    };
    // Diesel refuses an update that sets nothing.
    diesel::update(media::table.find(id)).set((changeset, media::id.eq(id))).execute(tx)?;
    Ok(())
}

/// Locks a record before its version is read: two editors would both pass the check.
fn lock(tx: &mut PgConnection, reference: &Reference, expected: Option<i64>) -> StoreResult<MediaId> {
    let Reference::Id(id) = reference else { return Err(StoreError::NotFound) };
    let version: i64 = media::table.find(MediaId(*id)).select(media::version).for_update().first(tx)?;
    if expected.is_some_and(|expected| expected != version) {
        return Err(StoreError::Stale);
    }
    Ok(MediaId(*id))
}
