//! Media: images and files, by records of where they are.

use actix_web::{HttpResponse, delete, get, patch, post, web::Data};
use diesel::PgConnection;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    access::{
        caller::{Allowed, Caller},
        permission::{ManageMedia, PreviewContent},
    },
    api::{
        media::Media,
        media_change::{MediaPatch, NewMedia},
        reference::MediaRef,
    },
    domain::{licence::Scope, reference::Reference},
    http::{
        self,
        conditional::{IfMatch, Tagged},
        extract::{Json, NoParameters, Path, Query},
        fields::Fields,
        paging::{Cursor, Limit, Page},
        problem::{AccessProblems, CreateProblems, ListProblems, ReadProblems, WriteProblems},
    },
    store::{self, db::Db, error::StoreResult, keyset::TimeKey, media::MediaChanges},
};

/// The routes of this file.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(list_media)
        .service(create_media_record)
        .service(show_media_record)
        .service(update_media_record)
        .service(delete_media_record);
}

/// The form of the list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListMedia {
    /// How many items a page holds.
    #[serde(default)]
    #[param(inline, required = false)]
    pub limit: Limit,
    /// Where the page begins: `page.next_cursor` of the one before.
    #[param(required = false, nullable = false, max_length = 1024)]
    pub cursor: Option<String>,
    /// Whether to count the whole list, into `page.total`.
    #[serde(default)]
    #[param(required = false)]
    pub count: bool,
    /// Only these members of each item.
    #[serde(default)]
    #[param(value_type = String, required = false)]
    pub fields: Fields,
}

/// The form of one.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ShowMedia {
    /// Only these members.
    #[serde(default)]
    #[param(value_type = String, required = false)]
    pub fields: Fields,
}

/// List the media records.
///
/// The newest first, for the newsroom alone: among them are pictures of what is not published yet. `page.next_cursor` leads to
/// the next page.
#[utoipa::path(
    tag = "media",
    params(ListMedia),
    security(("token" = [PreviewContent])),
    responses((status = 200, body = Page<Media>, description = "A page of media records."), ListProblems, AccessProblems)
)]
#[get("/media")]
async fn list_media(_: Allowed<PreviewContent>, query: Query<ListMedia>, db: Data<Db>) -> http::Result<Tagged<Page<Media>>> {
    const LIST: &str = "media";
    let ListMedia { limit, cursor, count, fields } = query.into_inner();
    let after: Option<TimeKey> = cursor.map(|cursor| Cursor::decode(&cursor, LIST)).transpose()?;
    let (items, next, total) = db
        .read(move |conn| {
            let (rows, next) = store::media::page(conn, after, limit.rows())?;
            let items: Vec<Media> = rows.into_iter().map(Media::from).collect();
            let total = if count { Some(store::media::count(conn)?) } else { None };
            Ok((items, next, total))
        })
        .await?;
    let cursor = next.map(|key| Cursor::encode(&key, LIST));
    Ok(Tagged::page(Page::new(items, limit, cursor).total(total)).keys(vec!["media".to_owned()]).fields::<Media>(fields))
}

/// Show a media record.
///
/// By its id.
#[utoipa::path(tag = "media", params(MediaRef, ShowMedia), responses((status = 200, body = Media, description = "The media record."), ReadProblems))]
#[get("/media/{media}")]
async fn show_media_record(caller: Caller, path: Path<MediaRef>, query: Query<ShowMedia>, db: Data<Db>) -> http::Result<Tagged<Media>> {
    let reference = path.into_inner().0;
    let query = query.into_inner();
    let scope = caller.scope();
    let shown = db.read(move |conn| load(conn, &scope, &reference)).await?;
    Ok(shown.tagged().fields::<Media>(query.fields))
}

/// Create a media record.
///
/// A record of a file that is somewhere already: an image, a video, a sound, a download.
#[utoipa::path(
    tag = "media",
    security(("token" = [ManageMedia])),
    request_body = NewMedia,
    responses((status = 201, body = Media, description = "The media record."), CreateProblems)
)]
#[post("/media")]
async fn create_media_record(
    editor: Allowed<ManageMedia>,
    _: Query<NoParameters>,
    new: Json<NewMedia>,
    db: Data<Db>,
) -> http::Result<Tagged<Media>> {
    let (actor, changes) = (editor.actor(), MediaChanges::try_from(new.into_inner())?);
    let shown = db
        .write(move |tx| {
            let id = store::media::insert(tx, actor, &changes)?.id;
            load(tx, &Scope::Everything, &Reference::Id(id.0))
        })
        .await?;
    let location = format!("/v1/media/{}", shown.item.id);
    Ok(shown.tagged().created(location))
}

/// Change a media record.
///
/// A JSON Merge Patch (RFC 7396) against the version in `If-Match`.
#[utoipa::path(
    tag = "media",
    params(MediaRef),
    security(("token" = [ManageMedia])),
    request_body(content((MediaPatch = "application/merge-patch+json"), (MediaPatch = "application/json"))),
    responses((status = 200, body = Media, description = "The media record as it is now."), WriteProblems)
)]
#[patch("/media/{media}")]
async fn update_media_record(
    editor: Allowed<ManageMedia>,
    path: Path<MediaRef>,
    expected: IfMatch,
    _: Query<NoParameters>,
    patch: Json<MediaPatch>,
    db: Data<Db>,
) -> http::Result<Tagged<Media>> {
    let (actor, reference, changes) = (editor.actor(), path.into_inner().0, MediaChanges::try_from(patch.into_inner())?);
    let shown = db
        .write(move |tx| {
            let id = store::media::update(tx, actor, &reference, expected.version(), &changes)?.id;
            load(tx, &Scope::Everything, &Reference::Id(id.0))
        })
        .await?;
    Ok(shown.tagged())
}

/// Delete a media record.
///
/// Articles that show it lose it and stay.
#[utoipa::path(
    tag = "media",
    params(MediaRef),
    security(("token" = [ManageMedia])),
    responses((status = 204, description = "It is gone."), WriteProblems)
)]
#[delete("/media/{media}")]
async fn delete_media_record(
    editor: Allowed<ManageMedia>,
    path: Path<MediaRef>,
    expected: IfMatch,
    _: Query<NoParameters>,
    db: Data<Db>,
) -> http::Result<HttpResponse> {
    let (actor, reference) = (editor.actor(), path.into_inner().0);
    db.write(move |tx| store::media::delete(tx, actor, &reference, expected.version())).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What is shown, with the version that `If-Match` is compared with.
struct Shown {
    item: Media,
    version: i64,
}

impl Shown {
    fn tagged(self) -> Tagged<Media> {
        let keys = vec!["media".to_owned(), format!("media-{}", self.item.id)];
        Tagged::new(self.item).version(self.version).keys(keys)
    }
}

fn load(conn: &mut PgConnection, scope: &Scope, reference: &Reference) -> StoreResult<Shown> {
    let row = store::media::get(conn, scope, reference)?;
    Ok(Shown { version: row.version, item: Media::from(row) })
}
