//! Authors: who signs articles.

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
        author::{Author, AuthorPatch, NewAuthor},
        reference::AuthorRef,
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
    store::{self, articles::list::counts, authors::AuthorChanges, db::Db, error::StoreResult, keyset::NameKey},
};

/// The routes of this file.
pub fn routes(config: &mut ServiceConfig) {
    config.service(list_authors).service(create_author).service(show_author).service(update_author).service(delete_author);
}

/// The form of the list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListAuthors {
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
pub struct ShowAuthor {
    /// Only these members.
    #[serde(default)]
    #[param(value_type = String, required = false)]
    pub fields: Fields,
}

/// List the authors.
///
/// By name, each with the number of articles that readers can see. `page.next_cursor` leads to the next page.
#[utoipa::path(tag = "authors", params(ListAuthors), responses((status = 200, body = Page<Author>, description = "A page of authors."), ListProblems))]
#[get("/authors")]
async fn list_authors(caller: Caller, query: Query<ListAuthors>, db: Data<Db>) -> http::Result<Tagged<Page<Author>>> {
    const LIST: &str = "authors";
    let ListAuthors { limit, cursor, count, fields } = query.into_inner();
    let after: Option<NameKey> = cursor.map(|cursor| Cursor::decode(&cursor, LIST)).transpose()?;
    let scope = caller.scope();
    let (items, next, total) = db
        .read(move |conn| {
            let page = store::authors::page(conn, &scope, after.clone(), limit.rows())?;
            let ids: Vec<Uuid> = page.rows.iter().map(|row| row.id.0).collect();
            let counts: HashMap<Uuid, i64> = counts(conn, &scope, &ids)?.into_iter().collect();
            let next = page.next;
            let items: Vec<Author> = page
                .rows
                .into_iter()
                .map(|row| {
                    let articles = counts.get(&row.id.0).copied().unwrap_or(0);
                    Author::of(row, articles)
                })
                .collect();
            let total = if count { Some(store::authors::count(conn)?) } else { None };
            Ok((items, next, total))
        })
        .await?;
    let cursor = next.map(|key| Cursor::encode(&key, LIST));
    Ok(Tagged::page(Page::new(items, limit, cursor).total(total)).keys(vec!["authors".to_owned()]).fields::<Author>(fields))
}

/// Show an author.
///
/// A slug that they used to have answers 301 with the present address.
#[utoipa::path(tag = "authors", params(AuthorRef, ShowAuthor), responses((status = 200, body = Author, description = "The author."), ReadProblems))]
#[get("/authors/{author}")]
async fn show_author(caller: Caller, path: Path<AuthorRef>, query: Query<ShowAuthor>, db: Data<Db>) -> http::Result<Tagged<Author>> {
    let reference = path.into_inner().0;
    let query = query.into_inner();
    let scope = caller.scope();
    let shown = db.read(move |conn| load(conn, &scope, &reference)).await?;
    Ok(shown.tagged().fields::<Author>(query.fields))
}

/// Create an author.
///
/// Without a slug the author gets one from the name.
#[utoipa::path(
    tag = "authors",
    security(("token" = [ManageStructure])),
    request_body = NewAuthor,
    responses((status = 201, body = Author, description = "The author."), CreateProblems)
)]
#[post("/authors")]
async fn create_author(
    editor: Allowed<ManageStructure>,
    _: Query<NoParameters>,
    new: Json<NewAuthor>,
    db: Data<Db>,
) -> http::Result<Tagged<Author>> {
    let (actor, changes) = (editor.actor(), AuthorChanges::try_from(new.into_inner())?);
    let shown = db
        .write(move |tx| {
            let id = store::authors::insert(tx, actor, &changes)?.id;
            load(tx, &Scope::Everything, &Reference::Id(id.0))
        })
        .await?;
    let location = format!("/v1/authors/{}", shown.item.slug);
    Ok(shown.tagged().created(location))
}

/// Change an author.
///
/// A JSON Merge Patch (RFC 7396) against the version in `If-Match`. A slug that is given up answers 301 for ever.
#[utoipa::path(
    tag = "authors",
    params(AuthorRef),
    security(("token" = [ManageStructure])),
    request_body(content((AuthorPatch = "application/merge-patch+json"), (AuthorPatch = "application/json"))),
    responses((status = 200, body = Author, description = "The author as it is now."), WriteProblems)
)]
#[patch("/authors/{author}")]
async fn update_author(
    editor: Allowed<ManageStructure>,
    path: Path<AuthorRef>,
    expected: IfMatch,
    _: Query<NoParameters>,
    patch: Json<AuthorPatch>,
    db: Data<Db>,
) -> http::Result<Tagged<Author>> {
    let (actor, reference, changes) = (editor.actor(), path.into_inner().0, AuthorChanges::try_from(patch.into_inner())?);
    let shown = db
        .write(move |tx| {
            let id = store::authors::update(tx, actor, &reference, expected.version(), &changes)?.id;
            load(tx, &Scope::Everything, &Reference::Id(id.0))
        })
        .await?;
    Ok(shown.tagged())
}

/// Delete an author.
///
/// Their articles lose them from the byline and stay.
#[utoipa::path(
    tag = "authors",
    params(AuthorRef),
    security(("token" = [ManageStructure])),
    responses((status = 204, description = "It is gone."), WriteProblems)
)]
#[delete("/authors/{author}")]
async fn delete_author(
    editor: Allowed<ManageStructure>,
    path: Path<AuthorRef>,
    expected: IfMatch,
    _: Query<NoParameters>,
    db: Data<Db>,
) -> http::Result<HttpResponse> {
    let (actor, reference) = (editor.actor(), path.into_inner().0);
    db.write(move |tx| store::authors::delete(tx, actor, &reference, expected.version())).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What is shown, with the version that `If-Match` is compared with.
struct Shown {
    item: Author,
    version: i64,
}

impl Shown {
    fn tagged(self) -> Tagged<Author> {
        let keys = vec!["authors".to_owned(), format!("author-{}", self.item.id)];
        Tagged::new(self.item).version(self.version).keys(keys)
    }
}

fn load(conn: &mut PgConnection, scope: &Scope, reference: &Reference) -> StoreResult<Shown> {
    let row = store::authors::get(conn, scope, reference)?;
    let articles = counts(conn, scope, &[row.id.0])?.first().map_or(0, |(_, articles)| *articles);
    Ok(Shown { version: row.version, item: Author::of(row, articles) })
}
