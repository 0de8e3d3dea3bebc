//! The licences of a partner, and the one that a key has.

use actix_web::{HttpResponse, delete, get, patch, post, web::Data};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    access::{
        caller::{Allowed, Caller},
        permission::ManagePartners,
    },
    api::{
        licence::{Licence, LicenceList, LicencePatch, NewLicence, OwnLicence},
        reference::PartnerRef,
    },
    domain::{id::LicenceId, reference::Reference},
    http::{
        self, AccessProblems, CreateProblems, IfMatch, Json, NoParameters, Path, Problem, Query, ReadProblems, StandingProblems, Tagged,
        WriteProblems,
    },
    store::{
        self,
        db::Db,
        licences::{LicenceChanges, NamedLicence},
    },
};

pub fn routes(config: &mut ServiceConfig) {
    config.service(list_licences).service(create_licence).service(show_licence).service(update_licence).service(delete_licence);
    config.service(show_own_licence);
}

/// A partner and one of its licences.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct LicencePath {
    /// A partner's id or slug.
    #[param(value_type = String, example = "harbour-wire")]
    partner: PartnerRef,
    /// A licence's id.
    #[param(value_type = uuid::Uuid)]
    licence: LicenceId,
}

/// List a partner's licences.
///
/// All of them, the oldest first.
#[utoipa::path(
    tag = "partners",
    params(PartnerRef),
    security(("token" = [ManagePartners])),
    responses((status = 200, body = LicenceList, description = "The licences."), ReadProblems, AccessProblems)
)]
#[get("/partners/{partner}/licences")]
async fn list_licences(
    _: Allowed<ManagePartners>,
    path: Path<PartnerRef>,
    _: Query<NoParameters>,
    db: Data<Db>,
) -> http::Result<Tagged<LicenceList>> {
    let reference = path.into_inner().0;
    let licences = db
        .read(move |conn| {
            let partner = partner_by_any_name(conn, &reference)?.id;
            store::licences::all(conn, partner)
        })
        .await?;
    Ok(Tagged::list(LicenceList { items: licences.into_iter().map(Licence::from).collect() }))
}

/// Create a licence.
///
/// It says what keys that have it may read. What is not narrowed is all that readers can see, except reprints whose outlet
/// forbids to pass them on: those are in no partner's answers.
#[utoipa::path(
    tag = "partners",
    params(PartnerRef),
    security(("token" = [ManagePartners])),
    request_body = NewLicence,
    responses((status = 201, body = Licence, description = "The licence."), CreateProblems)
)]
#[post("/partners/{partner}/licences")]
async fn create_licence(
    admin: Allowed<ManagePartners>,
    path: Path<PartnerRef>,
    _: Query<NoParameters>,
    new: Json<NewLicence>,
    db: Data<Db>,
) -> http::Result<Tagged<Licence>> {
    let (actor, reference, changes) = (admin.actor(), path.into_inner().0, LicenceChanges::try_from(new.into_inner())?);
    let (partner, licence) = db
        .write(move |tx| {
            let partner = partner_by_any_name(tx, &reference)?;
            Ok((partner.slug, store::licences::insert(tx, actor, partner.id, &changes)?))
        })
        .await?;
    let location = format!("/v1/partners/{partner}/licences/{}", licence.row.id);
    Ok(tagged(licence).created(location))
}

/// Show a licence.
///
/// With the present paths and slugs of what it lists.
#[utoipa::path(
    tag = "partners",
    params(LicencePath),
    security(("token" = [ManagePartners])),
    responses((status = 200, body = Licence, description = "The licence."), ReadProblems, AccessProblems)
)]
#[get("/partners/{partner}/licences/{licence}")]
async fn show_licence(
    _: Allowed<ManagePartners>,
    path: Path<LicencePath>,
    _: Query<NoParameters>,
    db: Data<Db>,
) -> http::Result<Tagged<Licence>> {
    let LicencePath { partner, licence } = path.into_inner();
    let found = db
        .read(move |conn| {
            let partner = partner_by_any_name(conn, &partner.0)?.id;
            store::licences::get(conn, partner, licence)
        })
        .await?;
    Ok(tagged(found))
}

/// Change a licence.
///
/// A JSON Merge Patch (RFC 7396) against the version in `If-Match`. It holds from the next request of its keys on; what they
/// may no longer see is a tombstone in their next delta.
#[utoipa::path(
    tag = "partners",
    params(LicencePath),
    security(("token" = [ManagePartners])),
    request_body(content((LicencePatch = "application/merge-patch+json"), (LicencePatch = "application/json"))),
    responses((status = 200, body = Licence, description = "The licence as it is now."), WriteProblems)
)]
#[patch("/partners/{partner}/licences/{licence}")]
async fn update_licence(
    admin: Allowed<ManagePartners>,
    path: Path<LicencePath>,
    expected: IfMatch,
    _: Query<NoParameters>,
    patch: Json<LicencePatch>,
    db: Data<Db>,
) -> http::Result<Tagged<Licence>> {
    let LicencePath { partner, licence } = path.into_inner();
    let (actor, changes) = (admin.actor(), LicenceChanges::try_from(patch.into_inner())?);
    let found = db
        .write(move |tx| {
            let partner = partner_by_any_name(tx, &partner.0)?.id;
            store::licences::update(tx, actor, (partner, licence), expected.version(), &changes)
        })
        .await?;
    Ok(tagged(found))
}

/// Delete a licence.
///
/// Only when no key has it that is not revoked: 409 otherwise.
#[utoipa::path(
    tag = "partners",
    params(LicencePath),
    security(("token" = [ManagePartners])),
    responses((status = 204, description = "It is gone."), WriteProblems)
)]
#[delete("/partners/{partner}/licences/{licence}")]
async fn delete_licence(
    admin: Allowed<ManagePartners>,
    path: Path<LicencePath>,
    expected: IfMatch,
    _: Query<NoParameters>,
    db: Data<Db>,
) -> http::Result<HttpResponse> {
    let LicencePath { partner, licence } = path.into_inner();
    let actor = admin.actor();
    db.write(move |tx| {
        let partner = partner_by_any_name(tx, &partner.0)?.id;
        store::licences::delete(tx, actor, (partner, licence), expected.version())
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Show what one's own key may read.
///
/// For a partner: the licence of the key that this request shows, its end, and (in `RateLimit`) what is left of its limits.
#[utoipa::path(
    tag = "partners",
    responses((status = 200, body = OwnLicence, description = "The licence of the key."), StandingProblems, AccessProblems)
)]
#[get("/licence")]
async fn show_own_licence(caller: Caller, _: Query<NoParameters>, db: Data<Db>) -> http::Result<Tagged<OwnLicence>> {
    let Some(call) = caller.partner() else {
        return Err(Problem::unauthenticated("Send an API key: `X-Api-Key: bs_…`. The publisher gives out keys."));
    };
    let (partner, key, licence) = (call.partner, call.key, call.licence_id);
    let own = db
        .read(move |conn| {
            let row = store::api_keys::get(conn, partner, key)?;
            let licence = store::licences::get(conn, partner, licence)?;
            let partner = store::partners::get(conn, &Reference::Id(partner.0))?;
            Ok(OwnLicence { partner: partner.name, key: row.prefix, key_expires_at: row.expires_at, licence: licence.into() })
        })
        .await?;
    Ok(Tagged::new(own))
}

/// A former slug is followed here: below a partner there is nothing to redirect to but the same thing.
pub fn partner_by_any_name(
    conn: &mut diesel::PgConnection,
    reference: &Reference,
) -> store::error::StoreResult<store::partners::PartnerRow> {
    match store::partners::get(conn, reference) {
        Err(store::error::StoreError::Moved { to }) => store::partners::get(conn, &Reference::Slug(to)),
        outcome => outcome,
    }
}

fn tagged(found: NamedLicence) -> Tagged<Licence> {
    let (version, updated_at) = (found.row.version, found.row.updated_at);
    Tagged::new(Licence::from(found)).version(version).last_modified(updated_at)
}
