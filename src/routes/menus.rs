//! Menus: ordered, nested links.

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
        menu::{Menu, MenuPatch, MenuSummary, NewMenu},
        reference::MenuRef,
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
    store::{self, db::Db, error::StoreResult, keyset::NameKey, menus::MenuChanges},
};

/// The routes of this file.
pub fn routes(config: &mut ServiceConfig) {
    config.service(list_menus).service(create_menu).service(show_menu).service(update_menu).service(delete_menu);
}

/// The form of the list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListMenus {
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
pub struct ShowMenu {
    /// Only these members.
    #[serde(default)]
    #[param(value_type = String, required = false)]
    pub fields: Fields,
}

/// List the menus.
///
/// By name, without their links. `page.next_cursor` leads to the next page.
#[utoipa::path(tag = "menus", params(ListMenus), responses((status = 200, body = Page<MenuSummary>, description = "A page of menus."), ListProblems))]
#[get("/menus")]
async fn list_menus(query: Query<ListMenus>, db: Data<Db>) -> http::Result<Tagged<Page<MenuSummary>>> {
    const LIST: &str = "menus";
    let ListMenus { limit, cursor, count, fields } = query.into_inner();
    let after: Option<NameKey> = cursor.map(|cursor| Cursor::decode(&cursor, LIST)).transpose()?;
    let (items, next, total) = db
        .read(move |conn| {
            let page = store::menus::page(conn, after.clone(), limit.rows())?;
            let next = page.next;
            let items: Vec<MenuSummary> = page.rows.into_iter().map(MenuSummary::from).collect();
            let total = if count { Some(store::menus::count(conn)?) } else { None };
            Ok((items, next, total))
        })
        .await?;
    let cursor = next.map(|key| Cursor::encode(&key, LIST));
    Ok(Tagged::page(Page::new(items, limit, cursor).total(total)).keys(vec!["menus".to_owned()]).fields::<MenuSummary>(fields))
}

/// Show a menu.
///
/// With its links, and where each leads now. What leads to something that readers cannot see is left out.
#[utoipa::path(tag = "menus", params(MenuRef, ShowMenu), responses((status = 200, body = Menu, description = "The menu."), ReadProblems))]
#[get("/menus/{menu}")]
async fn show_menu(caller: Caller, path: Path<MenuRef>, query: Query<ShowMenu>, db: Data<Db>) -> http::Result<Tagged<Menu>> {
    let reference = path.into_inner().0;
    let query = query.into_inner();
    let scope = caller.scope();
    let shown = db.read(move |conn| load(conn, &scope, &reference)).await?;
    Ok(shown.tagged().fields::<Menu>(query.fields))
}

/// Create a menu.
///
/// Without a slug it gets one from its name.
#[utoipa::path(
    tag = "menus",
    security(("token" = [ManagePresentation])),
    request_body = NewMenu,
    responses((status = 201, body = Menu, description = "The menu."), CreateProblems)
)]
#[post("/menus")]
async fn create_menu(
    editor: Allowed<ManagePresentation>,
    _: Query<NoParameters>,
    new: Json<NewMenu>,
    db: Data<Db>,
) -> http::Result<Tagged<Menu>> {
    let (actor, changes) = (editor.actor(), MenuChanges::try_from(new.into_inner())?);
    let shown = db
        .write(move |tx| {
            let id = store::menus::insert(tx, actor, &changes)?.id;
            load(tx, &Scope::Everything, &Reference::Id(id.0))
        })
        .await?;
    let location = format!("/v1/menus/{}", shown.item.summary.slug);
    Ok(shown.tagged().created(location))
}

/// Change a menu.
///
/// A JSON Merge Patch (RFC 7396) against the version in `If-Match`. `items` replaces all links.
#[utoipa::path(
    tag = "menus",
    params(MenuRef),
    security(("token" = [ManagePresentation])),
    request_body(content((MenuPatch = "application/merge-patch+json"), (MenuPatch = "application/json"))),
    responses((status = 200, body = Menu, description = "The menu as it is now."), WriteProblems)
)]
#[patch("/menus/{menu}")]
async fn update_menu(
    editor: Allowed<ManagePresentation>,
    path: Path<MenuRef>,
    expected: IfMatch,
    _: Query<NoParameters>,
    patch: Json<MenuPatch>,
    db: Data<Db>,
) -> http::Result<Tagged<Menu>> {
    let (actor, reference, changes) = (editor.actor(), path.into_inner().0, MenuChanges::try_from(patch.into_inner())?);
    let shown = db
        .write(move |tx| {
            let id = store::menus::update(tx, actor, &reference, expected.version(), &changes)?.id;
            load(tx, &Scope::Everything, &Reference::Id(id.0))
        })
        .await?;
    Ok(shown.tagged())
}

/// Delete a menu.
///
/// What its links lead to stays.
#[utoipa::path(
    tag = "menus",
    params(MenuRef),
    security(("token" = [ManagePresentation])),
    responses((status = 204, description = "It is gone."), WriteProblems)
)]
#[delete("/menus/{menu}")]
async fn delete_menu(
    editor: Allowed<ManagePresentation>,
    path: Path<MenuRef>,
    expected: IfMatch,
    _: Query<NoParameters>,
    db: Data<Db>,
) -> http::Result<HttpResponse> {
    let (actor, reference) = (editor.actor(), path.into_inner().0);
    db.write(move |tx| store::menus::delete(tx, actor, &reference, expected.version())).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What is shown, with the version that `If-Match` is compared with.
struct Shown {
    item: Menu,
    version: i64,
}

impl Shown {
    fn tagged(self) -> Tagged<Menu> {
        let keys = vec!["menus".to_owned(), format!("menu-{}", self.item.summary.id)];
        Tagged::new(self.item).version(self.version).keys(keys)
    }
}

fn load(conn: &mut PgConnection, scope: &Scope, reference: &Reference) -> StoreResult<Shown> {
    let row = store::menus::get(conn, reference)?;
    let (items, site_url) = store::menus::items(conn, scope, row.id)?;
    Ok(Shown { version: row.version, item: Menu::of(row, items, &site_url) })
}
