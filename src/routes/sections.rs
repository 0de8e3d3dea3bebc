//! Sections: the tree, one of it, and its changes.

use std::collections::HashMap;

use actix_web::{HttpResponse, delete, get, patch, post, web::Data};
use chrono::{DateTime, Utc};
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
        reference::SectionRef,
        section::{NewSection, Section, SectionNode, SectionPatch, SectionTree, nodes},
    },
    domain::{licence::Scope, reference::Reference},
    http::{
        self,
        conditional::{IfMatch, Tagged},
        extract::{Json, NoParameters, Path, Query},
        fields::Fields,
        problem::{CreateProblems, ListProblems, ReadProblems, WriteProblems},
    },
    store::{
        self,
        articles::list::counts,
        change_log::last_change,
        db::Db,
        error::StoreResult,
        sections::{SectionChanges, SectionRow},
    },
};

/// The routes of this file.
pub fn routes(config: &mut ServiceConfig) {
    config.service(list_sections).service(create_section).service(show_section).service(update_section).service(delete_section);
}

/// The form of the tree.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListSections {
    /// Only these members of each root: `path,name,children.path`.
    #[serde(default)]
    #[param(value_type = String, required = false)]
    pub fields: Fields,
}

/// The form of one section.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ShowSection {
    /// Only these members: `name,breadcrumbs.path`.
    #[serde(default)]
    #[param(value_type = String, required = false)]
    pub fields: Fields,
}

/// List the sections.
///
/// The whole tree in order, with the number of articles that readers can see in each section and below it.
#[utoipa::path(tag = "sections", params(ListSections), responses((status = 200, body = SectionTree, description = "The tree."), ListProblems))]
#[get("/sections")]
async fn list_sections(caller: Caller, query: Query<ListSections>, db: Data<Db>) -> http::Result<Tagged<SectionTree>> {
    let scope = caller.scope();
    let (tree, at) = db
        .read(move |conn| {
            let rows = store::sections::tree(conn)?;
            let counts = counts_of(conn, &scope, &rows)?;
            Ok((SectionTree { items: nodes(rows, &counts, None) }, last_change(conn, &scope)?))
        })
        .await?;
    Ok(dated(Tagged::list(tree), at).keys(vec!["sections".to_owned()]).fields::<SectionNode>(query.into_inner().fields))
}

/// Show a section.
///
/// With its breadcrumbs and all that is below it. A path that it used to have answers 301 with its present address.
#[utoipa::path(tag = "sections", params(SectionRef, ShowSection), responses((status = 200, body = Section, description = "The section."), ReadProblems))]
#[get("/sections/{section:.*}")]
async fn show_section(caller: Caller, path: Path<SectionRef>, query: Query<ShowSection>, db: Data<Db>) -> http::Result<Tagged<Section>> {
    let reference = path.into_inner().0;
    let scope = caller.scope();
    let shown = db.read(move |conn| load(conn, &scope, &reference)).await?;
    Ok(shown.tagged().fields::<Section>(query.into_inner().fields))
}

/// Create a section.
///
/// Without a slug it gets one from its name.
#[utoipa::path(
    tag = "sections",
    security(("token" = [ManageStructure])),
    request_body = NewSection,
    responses((status = 201, body = Section, description = "The section."), CreateProblems)
)]
#[post("/sections")]
async fn create_section(
    editor: Allowed<ManageStructure>,
    _: Query<NoParameters>,
    section: Json<NewSection>,
    db: Data<Db>,
) -> http::Result<Tagged<Section>> {
    let (actor, changes) = (editor.actor(), SectionChanges::try_from(section.into_inner())?);
    let shown = db
        .write(move |tx| {
            let section = store::sections::insert(tx, actor, &changes)?;
            load(tx, &Scope::Everything, &Reference::Id(section.id.0))
        })
        .await?;
    let location = format!("/v1/sections/{}", shown.section.node.path);
    Ok(shown.tagged().created(location))
}

/// Change or move a section.
///
/// A new `slug` or `parent` moves it with all below it; every former path answers 301 for ever. A section cannot move below itself.
#[utoipa::path(
    tag = "sections",
    params(SectionRef),
    security(("token" = [ManageStructure])),
    request_body(content((SectionPatch = "application/merge-patch+json"), (SectionPatch = "application/json"))),
    responses((status = 200, body = Section, description = "The section as it is now."), WriteProblems)
)]
#[patch("/sections/{section:.*}")]
async fn update_section(
    editor: Allowed<ManageStructure>,
    path: Path<SectionRef>,
    expected: IfMatch,
    _: Query<NoParameters>,
    patch: Json<SectionPatch>,
    db: Data<Db>,
) -> http::Result<Tagged<Section>> {
    let (actor, reference, changes) = (editor.actor(), path.into_inner().0, SectionChanges::try_from(patch.into_inner())?);
    let shown = db
        .write(move |tx| {
            let section = store::sections::update(tx, actor, &reference, expected.version(), &changes)?;
            load(tx, &Scope::Everything, &Reference::Id(section.id.0))
        })
        .await?;
    Ok(shown.tagged())
}

/// Delete a section.
///
/// Only when nothing stands in it or below it: 409 otherwise.
#[utoipa::path(
    tag = "sections",
    params(SectionRef),
    security(("token" = [ManageStructure])),
    responses((status = 204, description = "It is gone."), WriteProblems)
)]
#[delete("/sections/{section:.*}")]
async fn delete_section(
    editor: Allowed<ManageStructure>,
    path: Path<SectionRef>,
    expected: IfMatch,
    _: Query<NoParameters>,
    db: Data<Db>,
) -> http::Result<HttpResponse> {
    let (actor, reference) = (editor.actor(), path.into_inner().0);
    db.write(move |tx| store::sections::delete(tx, actor, &reference, expected.version())).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A section with what its answer says beside the JSON.
struct Shown {
    section: Section,
    version: i64,
    at: Option<DateTime<Utc>>,
}

impl Shown {
    fn tagged(self) -> Tagged<Section> {
        let keys = vec!["sections".to_owned(), format!("section-{}", self.section.node.id)];
        dated(Tagged::new(self.section), self.at).version(self.version).keys(keys)
    }
}

fn load(conn: &mut PgConnection, scope: &Scope, reference: &Reference) -> StoreResult<Shown> {
    let section = store::sections::get(conn, reference)?;
    let family = store::sections::family(conn, &section)?;
    let counts = counts_of(conn, scope, &family)?;
    Ok(Shown { version: section.version, at: last_change(conn, scope)?, section: Section::of(section, family, &counts) })
}

fn counts_of(conn: &mut PgConnection, scope: &Scope, rows: &[SectionRow]) -> StoreResult<HashMap<Uuid, i64>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id.0).collect();
    Ok(counts(conn, scope, &ids)?.into_iter().collect())
}

fn dated<T>(tagged: Tagged<T>, at: Option<DateTime<Utc>>) -> Tagged<T> {
    match at {
        Some(at) => tagged.last_modified(at),
        None => tagged,
    }
}
