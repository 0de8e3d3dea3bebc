//! Collections: lists of articles that the newsroom puts together by hand.

use actix_web::{HttpResponse, delete, get, patch, post, web::Data};
use diesel::PgConnection;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    access::{
        caller::{Allowed, Caller},
        permission::ManagePresentation,
    },
    api::{
        article::Card,
        collection::{Collection, CollectionPatch, CollectionSummary, NewCollection},
        reference::CollectionRef,
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
    store::{self, collections::CollectionChanges, db::Db, error::StoreResult, keyset::NameKey},
};

/// The routes of this file.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(list_collections)
        .service(create_collection)
        .service(show_collection)
        .service(update_collection)
        .service(delete_collection);
}

/// The form of the list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListCollections {
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
pub struct ShowCollection {
    /// Only these members.
    #[serde(default)]
    #[param(value_type = String, required = false)]
    pub fields: Fields,
}

/// List the collections.
///
/// By name, without their articles. `page.next_cursor` leads to the next page.
#[utoipa::path(tag = "collections", params(ListCollections), responses((status = 200, body = Page<CollectionSummary>, description = "A page of collections."), ListProblems))]
#[get("/collections")]
async fn list_collections(query: Query<ListCollections>, db: Data<Db>) -> http::Result<Tagged<Page<CollectionSummary>>> {
    const LIST: &str = "collections";
    let ListCollections { limit, cursor, count, fields } = query.into_inner();
    let after: Option<NameKey> = cursor.map(|cursor| Cursor::decode(&cursor, LIST)).transpose()?;
    let (items, next, total) = db
        .read(move |conn| {
            let page = store::collections::page(conn, after.clone(), limit.rows())?;
            let next = page.next;
            let items: Vec<CollectionSummary> = page.rows.into_iter().map(CollectionSummary::from).collect();
            let total = if count { Some(store::collections::count(conn)?) } else { None };
            Ok((items, next, total))
        })
        .await?;
    let cursor = next.map(|key| Cursor::encode(&key, LIST));
    Ok(Tagged::page(Page::new(items, limit, cursor).total(total)).keys(vec!["collections".to_owned()]).fields::<CollectionSummary>(fields))
}

/// Show a collection.
///
/// With its articles as cards in the newsroom's order, without those that readers cannot see. A slug that it used to have answers 301.
#[utoipa::path(tag = "collections", params(CollectionRef, ShowCollection), responses((status = 200, body = Collection, description = "The collection."), ReadProblems))]
#[get("/collections/{collection}")]
async fn show_collection(
    caller: Caller,
    path: Path<CollectionRef>,
    query: Query<ShowCollection>,
    db: Data<Db>,
) -> http::Result<Tagged<Collection>> {
    let reference = path.into_inner().0;
    let (scope, query) = (caller.scope(), query.into_inner());
    let shown = db.read(move |conn| load(conn, &scope, &reference)).await?;
    Ok(shown.tagged().fields::<Collection>(query.fields))
}

/// Create a collection.
///
/// Without a slug it gets one from its name.
#[utoipa::path(
    tag = "collections",
    security(("token" = [ManagePresentation])),
    request_body = NewCollection,
    responses((status = 201, body = Collection, description = "The collection."), CreateProblems)
)]
#[post("/collections")]
async fn create_collection(
    editor: Allowed<ManagePresentation>,
    _: Query<NoParameters>,
    new: Json<NewCollection>,
    db: Data<Db>,
) -> http::Result<Tagged<Collection>> {
    let (actor, changes) = (editor.actor(), CollectionChanges::try_from(new.into_inner())?);
    let shown = db
        .write(move |tx| {
            let id = store::collections::insert(tx, actor, &changes)?.id;
            load(tx, &Scope::Public, &Reference::Id(id.0))
        })
        .await?;
    let location = format!("/v1/collections/{}", shown.item.summary.slug);
    Ok(shown.tagged().created(location))
}

/// Change a collection.
///
/// A JSON Merge Patch (RFC 7396) against the version in `If-Match`. `items` replaces the whole list.
#[utoipa::path(
    tag = "collections",
    params(CollectionRef),
    security(("token" = [ManagePresentation])),
    request_body(content((CollectionPatch = "application/merge-patch+json"), (CollectionPatch = "application/json"))),
    responses((status = 200, body = Collection, description = "The collection as it is now."), WriteProblems)
)]
#[patch("/collections/{collection}")]
async fn update_collection(
    editor: Allowed<ManagePresentation>,
    path: Path<CollectionRef>,
    expected: IfMatch,
    _: Query<NoParameters>,
    patch: Json<CollectionPatch>,
    db: Data<Db>,
) -> http::Result<Tagged<Collection>> {
    let (actor, reference, changes) = (editor.actor(), path.into_inner().0, CollectionChanges::try_from(patch.into_inner())?);
    let shown = db
        .write(move |tx| {
            let id = store::collections::update(tx, actor, &reference, expected.version(), &changes)?.id;
            load(tx, &Scope::Public, &Reference::Id(id.0))
        })
        .await?;
    Ok(shown.tagged())
}

/// Delete a collection.
///
/// Its articles stay.
#[utoipa::path(
    tag = "collections",
    params(CollectionRef),
    security(("token" = [ManagePresentation])),
    responses((status = 204, description = "It is gone."), WriteProblems)
)]
#[delete("/collections/{collection}")]
async fn delete_collection(
    editor: Allowed<ManagePresentation>,
    path: Path<CollectionRef>,
    expected: IfMatch,
    _: Query<NoParameters>,
    db: Data<Db>,
) -> http::Result<HttpResponse> {
    let (actor, reference) = (editor.actor(), path.into_inner().0);
    db.write(move |tx| store::collections::delete(tx, actor, &reference, expected.version())).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What is shown, with the version that `If-Match` is compared with.
struct Shown {
    item: Collection,
    version: i64,
}

impl Shown {
    fn tagged(self) -> Tagged<Collection> {
        let keys = vec!["collections".to_owned(), format!("collection-{}", self.item.summary.id)];
        Tagged::new(self.item).version(self.version).keys(keys)
    }
}

fn load(conn: &mut PgConnection, scope: &Scope, reference: &Reference) -> StoreResult<Shown> {
    let row = store::collections::get(conn, reference)?;
    let items = store::collections::items(conn, scope, row.id)?.into_iter().map(Card::from).collect();
    Ok(Shown { version: row.version, item: Collection { summary: row.into(), items } })
}
