//! Tags: what articles are about.

use std::collections::HashMap;

use actix_web::{HttpResponse, delete, get, patch, post, web::Data};
use diesel::PgConnection;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::{
    access::{
        caller::{Allowed, Caller},
        permission::ManageStructure,
    },
    api::{
        reference::TagRef,
        tag::{NewTag, Tag, TagPatch},
    },
    domain::{licence::Scope, reference::Reference},
    http::{
        self,
        conditional::{IfMatch, Tagged},
        extract::{Json, NoParameters, Path, Query},
        fields::Fields,
        paging::{Cursor, Limit, Page},
        problem::{CreateProblems, ListProblems, ReadProblems, WriteProblems},
    },
    store::{self, articles::list::counts, db::Db, error::StoreResult, keyset::NameKey, tags::TagChanges},
};

/// The routes of this file.
pub fn routes(config: &mut ServiceConfig) {
    config.service(list_tags).service(create_tag).service(show_tag).service(update_tag).service(delete_tag);
}

/// The form of the list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListTags {
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
pub struct ShowTag {
    /// Only these members.
    #[serde(default)]
    #[param(value_type = String, required = false)]
    pub fields: Fields,
}

/// List the tags.
///
/// By name, each with the number of articles that readers can see. `page.next_cursor` leads to the next page.
#[utoipa::path(tag = "tags", params(ListTags), responses((status = 200, body = Page<Tag>, description = "A page of tags."), ListProblems))]
#[get("/tags")]
async fn list_tags(caller: Caller, query: Query<ListTags>, db: Data<Db>) -> http::Result<Tagged<Page<Tag>>> {
    const LIST: &str = "tags";
    let ListTags { limit, cursor, count, fields } = query.into_inner();
    let after: Option<NameKey> = cursor.map(|cursor| Cursor::decode(&cursor, LIST)).transpose()?;
    let scope = caller.scope();
    let (items, next, total) = db
        .read(move |conn| {
            let page = store::tags::page(conn, after.clone(), limit.rows())?;
            let ids: Vec<Uuid> = page.rows.iter().map(|row| row.id.0).collect();
            let counts: HashMap<Uuid, i64> = counts(conn, &scope, &ids)?.into_iter().collect();
            let next = page.next;
            let items: Vec<Tag> = page
                .rows
                .into_iter()
                .map(|row| {
                    let articles = counts.get(&row.id.0).copied().unwrap_or(0);
                    Tag::of(row, articles)
                })
                .collect();
            let total = if count { Some(store::tags::count(conn)?) } else { None };
            Ok((items, next, total))
        })
        .await?;
    let cursor = next.map(|key| Cursor::encode(&key, LIST));
    Ok(Tagged::page(Page::new(items, limit, cursor).total(total)).keys(vec!["tags".to_owned()]).fields::<Tag>(fields))
}

/// Show a tag.
///
/// A slug that it used to have answers 301 with its present address.
#[utoipa::path(tag = "tags", params(TagRef, ShowTag), responses((status = 200, body = Tag, description = "The tag."), ReadProblems))]
#[get("/tags/{tag}")]
async fn show_tag(caller: Caller, path: Path<TagRef>, query: Query<ShowTag>, db: Data<Db>) -> http::Result<Tagged<Tag>> {
    let reference = path.into_inner().0;
    let query = query.into_inner();
    let scope = caller.scope();
    let shown = db.read(move |conn| load(conn, &scope, &reference)).await?;
    Ok(shown.tagged().fields::<Tag>(query.fields))
}

/// Create a tag.
///
/// Without a slug it gets one from its name.
#[utoipa::path(
    tag = "tags",
    security(("token" = [ManageStructure])),
    request_body = NewTag,
    responses((status = 201, body = Tag, description = "The tag."), CreateProblems)
)]
#[post("/tags")]
async fn create_tag(
    editor: Allowed<ManageStructure>,
    _: Query<NoParameters>,
    new: Json<NewTag>,
    db: Data<Db>,
) -> http::Result<Tagged<Tag>> {
    let (actor, changes) = (editor.actor(), TagChanges::try_from(new.into_inner())?);
    let shown = db
        .write(move |tx| {
            let id = store::tags::insert(tx, actor, &changes)?.id;
            load(tx, &Scope::Everything, &Reference::Id(id.0))
        })
        .await?;
    let location = format!("/v1/tags/{}", shown.item.slug);
    Ok(shown.tagged().created(location))
}

/// Change a tag.
///
/// A JSON Merge Patch (RFC 7396) against the version in `If-Match`. A slug that it gives up answers 301 for ever.
#[utoipa::path(
    tag = "tags",
    params(TagRef),
    security(("token" = [ManageStructure])),
    request_body(content((TagPatch = "application/merge-patch+json"), (TagPatch = "application/json"))),
    responses((status = 200, body = Tag, description = "The tag as it is now."), WriteProblems)
)]
#[patch("/tags/{tag}")]
async fn update_tag(
    editor: Allowed<ManageStructure>,
    path: Path<TagRef>,
    expected: IfMatch,
    _: Query<NoParameters>,
    patch: Json<TagPatch>,
    db: Data<Db>,
) -> http::Result<Tagged<Tag>> {
    let (actor, reference, changes) = (editor.actor(), path.into_inner().0, TagChanges::try_from(patch.into_inner())?);
    let shown = db
        .write(move |tx| {
            let id = store::tags::update(tx, actor, &reference, expected.version(), &changes)?.id;
            load(tx, &Scope::Everything, &Reference::Id(id.0))
        })
        .await?;
    Ok(shown.tagged())
}

/// Delete a tag.
///
/// Its articles lose it and stay.
#[utoipa::path(
    tag = "tags",
    params(TagRef),
    security(("token" = [ManageStructure])),
    responses((status = 204, description = "It is gone."), WriteProblems)
)]
#[delete("/tags/{tag}")]
async fn delete_tag(
    editor: Allowed<ManageStructure>,
    path: Path<TagRef>,
    expected: IfMatch,
    _: Query<NoParameters>,
    db: Data<Db>,
) -> http::Result<HttpResponse> {
    let (actor, reference) = (editor.actor(), path.into_inner().0);
    db.write(move |tx| store::tags::delete(tx, actor, &reference, expected.version())).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What is shown, with the version that `If-Match` is compared with.
struct Shown {
    item: Tag,
    version: i64,
}

impl Shown {
    fn tagged(self) -> Tagged<Tag> {
        let keys = vec!["tags".to_owned(), format!("tag-{}", self.item.id)];
        Tagged::new(self.item).version(self.version).keys(keys)
    }
}

fn load(conn: &mut PgConnection, scope: &Scope, reference: &Reference) -> StoreResult<Shown> {
    let row = store::tags::get(conn, reference)?;
    let articles = counts(conn, scope, &[row.id.0])?.first().map_or(0, |(_, articles)| *articles);
    Ok(Shown { version: row.version, item: Tag::of(row, articles) })
}
