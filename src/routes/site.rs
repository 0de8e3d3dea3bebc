//! The publication itself.

use actix_web::{get, patch, web::Data};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    access::{caller::Allowed, permission::ManageSite},
    api::site::{Site, SitePatch},
    http::{
        self,
        conditional::{IfMatch, Tagged},
        extract::{Json, NoParameters, Query},
        fields::Fields,
        problem::{StandingProblems, WriteProblems},
    },
    store::{
        self,
        db::Db,
        site::{SiteChanges, SiteRow},
    },
};

/// The routes of this file.
pub fn routes(config: &mut ServiceConfig) {
    config.service(show_site).service(update_site);
}

/// The form of the publication.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ShowSite {
    /// Only these members.
    #[serde(default)]
    #[param(value_type = String, required = false)]
    pub fields: Fields,
}

/// Show the publication.
///
/// Its name, its languages, where readers find it, and how to reach it.
#[utoipa::path(tag = "site", params(ShowSite), responses((status = 200, body = Site, description = "The publication."), StandingProblems))]
#[get("/site")]
async fn show_site(query: Query<ShowSite>, db: Data<Db>) -> http::Result<Tagged<Site>> {
    let row = db.read(store::site::get).await?;
    Ok(tagged(row).fields::<Site>(query.into_inner().fields))
}

/// Change the publication.
///
/// A JSON Merge Patch (RFC 7396) against the version in `If-Match`. A new `url` changes every address that readers are given.
#[utoipa::path(
    tag = "site",
    security(("token" = [ManageSite])),
    request_body(content((SitePatch = "application/merge-patch+json"), (SitePatch = "application/json"))),
    responses((status = 200, body = Site, description = "The publication as it is now."), WriteProblems)
)]
#[patch("/site")]
async fn update_site(
    admin: Allowed<ManageSite>,
    expected: IfMatch,
    _: Query<NoParameters>,
    patch: Json<SitePatch>,
    db: Data<Db>,
) -> http::Result<Tagged<Site>> {
    let (actor, changes) = (admin.actor(), SiteChanges::try_from(patch.into_inner())?);
    let row = db.write(move |tx| store::site::update(tx, actor, expected.version(), &changes)).await?;
    Ok(tagged(row))
}

fn tagged(row: SiteRow) -> Tagged<Site> {
    let version = row.version;
    Tagged::new(Site::from(row)).version(version).keys(vec!["site".to_owned()])
}
