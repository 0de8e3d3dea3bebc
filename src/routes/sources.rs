//! Sources: the outlets of reprints and translations.

use std::collections::HashMap;

use actix_web::{get, web::Data};
use diesel::PgConnection;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::{
    access::caller::Caller,
    api::{reference::SourceRef, source::Outlet},
    domain::{licence::Scope, reference::Reference},
    http::{
        self,
        conditional::Tagged,
        extract::{Path, Query},
        fields::Fields,
        paging::{Cursor, Limit, Page},
        problem::{ListProblems, ReadProblems},
    },
    store::{self, articles::list::counts, db::Db, error::StoreResult, keyset::NameKey},
};

/// The routes of this file.
pub fn routes(config: &mut ServiceConfig) {
    config.service(list_sources).service(show_source);
}

/// The form of the list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListSources {
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
pub struct ShowSource {
    /// Only these members.
    #[serde(default)]
    #[param(value_type = String, required = false)]
    pub fields: Fields,
}

/// List the sources.
///
/// The outlets by name, each with the number of articles that readers can see. `page.next_cursor` leads to the next page.
#[utoipa::path(tag = "sources", params(ListSources), responses((status = 200, body = Page<Outlet>, description = "A page of sources."), ListProblems))]
#[get("/sources")]
async fn list_sources(caller: Caller, query: Query<ListSources>, db: Data<Db>) -> http::Result<Tagged<Page<Outlet>>> {
    const LIST: &str = "sources";
    let ListSources { limit, cursor, count, fields } = query.into_inner();
    let after: Option<NameKey> = cursor.map(|cursor| Cursor::decode(&cursor, LIST)).transpose()?;
    let scope = caller.scope();
    let (items, next, total) = db
        .read(move |conn| {
            let page = store::sources::page(conn, after.clone(), limit.rows())?;
            let ids: Vec<Uuid> = page.rows.iter().map(|row| row.id.0).collect();
            let counts: HashMap<Uuid, i64> = counts(conn, &scope, &ids)?.into_iter().collect();
            let next = page.next;
            let items: Vec<Outlet> = page
                .rows
                .into_iter()
                .map(|row| {
                    let articles = counts.get(&row.id.0).copied().unwrap_or(0);
                    Outlet::of(row, articles)
                })
                .collect();
            let total = if count { Some(store::sources::count(conn)?) } else { None };
            Ok((items, next, total))
        })
        .await?;
    let cursor = next.map(|key| Cursor::encode(&key, LIST));
    Ok(Tagged::page(Page::new(items, limit, cursor).total(total)).keys(vec!["sources".to_owned()]).fields::<Outlet>(fields))
}

/// Show a source.
///
/// Outlets are made by the articles that name them.
#[utoipa::path(tag = "sources", params(SourceRef, ShowSource), responses((status = 200, body = Outlet, description = "The source."), ReadProblems))]
#[get("/sources/{source}")]
async fn show_source(caller: Caller, path: Path<SourceRef>, query: Query<ShowSource>, db: Data<Db>) -> http::Result<Tagged<Outlet>> {
    let reference = path.into_inner().0;
    let query = query.into_inner();
    let scope = caller.scope();
    let shown = db.read(move |conn| load(conn, &scope, &reference)).await?;
    Ok(shown.tagged().fields::<Outlet>(query.fields))
}

/// What is shown, with the version that `If-Match` is compared with.
struct Shown {
    item: Outlet,
    version: i64,
}

impl Shown {
    fn tagged(self) -> Tagged<Outlet> {
        let keys = vec!["sources".to_owned(), format!("source-{}", self.item.id)];
        Tagged::new(self.item).version(self.version).keys(keys)
    }
}

fn load(conn: &mut PgConnection, scope: &Scope, reference: &Reference) -> StoreResult<Shown> {
    let row = store::sources::get(conn, reference)?;
    let articles = counts(conn, scope, &[row.id.0])?.first().map_or(0, |(_, articles)| *articles);
    Ok(Shown { version: row.version, item: Outlet::of(row, articles) })
}
