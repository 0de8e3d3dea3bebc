//! Pages: Privacy, About, and the like.

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
        article_body::BodyFormat,
        page::{NewPage, PagePatch, PageSummary, StaticPage},
        reference::PageRef,
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
    store::{
        self,
        db::Db,
        error::StoreResult,
        keyset::NameKey,
        pages::{PageChanges, PageRow},
    },
};

/// The routes of this file.
pub fn routes(config: &mut ServiceConfig) {
    config.service(list_pages).service(create_page).service(show_page).service(update_page).service(delete_page);
}

/// The form of the list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListPages {
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
pub struct ShowPage {
    /// The form of the body.
    #[serde(default)]
    #[param(value_type = BodyFormat, required = false)]
    pub body: BodyFormat,
    /// Only these members.
    #[serde(default)]
    #[param(value_type = String, required = false)]
    pub fields: Fields,
}

/// List the pages.
///
/// By title, without their texts. The newsroom also gets drafts. `page.next_cursor` leads to the next page.
#[utoipa::path(tag = "pages", params(ListPages), responses((status = 200, body = Page<PageSummary>, description = "A page of pages."), ListProblems))]
#[get("/pages")]
async fn list_pages(caller: Caller, query: Query<ListPages>, db: Data<Db>) -> http::Result<Tagged<Page<PageSummary>>> {
    const LIST: &str = "pages";
    let ListPages { limit, cursor, count, fields } = query.into_inner();
    let after: Option<NameKey> = cursor.map(|cursor| Cursor::decode(&cursor, LIST)).transpose()?;
    let scope = caller.scope();
    let (items, next, total) = db
        .read(move |conn| {
            let page = store::pages::page(conn, &scope, after.clone(), limit.rows())?;
            let next = page.next;
            let items: Vec<PageSummary> = page.rows.into_iter().map(PageSummary::from).collect();
            let total = if count { Some(store::pages::count(conn, &scope)?) } else { None };
            Ok((items, next, total))
        })
        .await?;
    let cursor = next.map(|key| Cursor::encode(&key, LIST));
    Ok(Tagged::page(Page::new(items, limit, cursor).total(total)).keys(vec!["pages".to_owned()]).fields::<PageSummary>(fields))
}

/// Show a page.
///
/// A slug that it used to have answers 301 with its present address. The newsroom also gets drafts.
#[utoipa::path(tag = "pages", params(PageRef, ShowPage), responses((status = 200, body = StaticPage, description = "The page."), ReadProblems))]
#[get("/pages/{page}")]
async fn show_page(caller: Caller, path: Path<PageRef>, query: Query<ShowPage>, db: Data<Db>) -> http::Result<Tagged<StaticPage>> {
    let reference = path.into_inner().0;
    let (scope, query) = (caller.scope(), query.into_inner());
    let shown = db.read(move |conn| load(conn, &scope, &reference)).await?;
    Ok(shown.tagged(query.body).fields::<StaticPage>(query.fields))
}

/// Create a page.
///
/// It is a draft unless it has a `published_at`. Without a slug it gets one from its title.
#[utoipa::path(
    tag = "pages",
    security(("token" = [ManagePresentation])),
    request_body = NewPage,
    responses((status = 201, body = StaticPage, description = "The page."), CreateProblems)
)]
#[post("/pages")]
async fn create_page(
    editor: Allowed<ManagePresentation>,
    _: Query<NoParameters>,
    new: Json<NewPage>,
    db: Data<Db>,
) -> http::Result<Tagged<StaticPage>> {
    let (actor, changes) = (editor.actor(), PageChanges::try_from(new.into_inner())?);
    let shown = db
        .write(move |tx| {
            let id = store::pages::insert(tx, actor, &changes)?.0.id;
            load(tx, &Scope::Everything, &Reference::Id(id.0))
        })
        .await?;
    let location = format!("/v1/pages/{}", shown.item.0.slug);
    Ok(shown.tagged(BodyFormat::Html).created(location))
}

/// Change a page.
///
/// A JSON Merge Patch (RFC 7396) against the version in `If-Match`. A slug that it gives up answers 301 for ever.
#[utoipa::path(
    tag = "pages",
    params(PageRef),
    security(("token" = [ManagePresentation])),
    request_body(content((PagePatch = "application/merge-patch+json"), (PagePatch = "application/json"))),
    responses((status = 200, body = StaticPage, description = "The page as it is now."), WriteProblems)
)]
#[patch("/pages/{page}")]
async fn update_page(
    editor: Allowed<ManagePresentation>,
    path: Path<PageRef>,
    expected: IfMatch,
    _: Query<NoParameters>,
    patch: Json<PagePatch>,
    db: Data<Db>,
) -> http::Result<Tagged<StaticPage>> {
    let (actor, reference, changes) = (editor.actor(), path.into_inner().0, PageChanges::try_from(patch.into_inner())?);
    let shown = db
        .write(move |tx| {
            let id = store::pages::update(tx, actor, &reference, expected.version(), &changes)?.0.id;
            load(tx, &Scope::Everything, &Reference::Id(id.0))
        })
        .await?;
    Ok(shown.tagged(BodyFormat::Html))
}

/// Delete a page.
///
/// Links of menus to it go with it.
#[utoipa::path(
    tag = "pages",
    params(PageRef),
    security(("token" = [ManagePresentation])),
    responses((status = 204, description = "It is gone."), WriteProblems)
)]
#[delete("/pages/{page}")]
async fn delete_page(
    editor: Allowed<ManagePresentation>,
    path: Path<PageRef>,
    expected: IfMatch,
    _: Query<NoParameters>,
    db: Data<Db>,
) -> http::Result<HttpResponse> {
    let (actor, reference) = (editor.actor(), path.into_inner().0);
    db.write(move |tx| store::pages::delete(tx, actor, &reference, expected.version())).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What is shown, with the version that `If-Match` is compared with.
struct Shown {
    item: (PageRow, String),
    version: i64,
}

impl Shown {
    fn tagged(self, format: BodyFormat) -> Tagged<StaticPage> {
        let keys = vec!["pages".to_owned(), format!("page-{}", self.item.0.id)];
        Tagged::new(StaticPage::of(self.item, format)).version(self.version).keys(keys)
    }
}

fn load(conn: &mut PgConnection, scope: &Scope, reference: &Reference) -> StoreResult<Shown> {
    let item = store::pages::get(conn, scope, reference)?;
    Ok(Shown { version: item.0.version, item })
}
