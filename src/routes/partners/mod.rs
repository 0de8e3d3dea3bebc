//! Partners, for who administers them; what hangs on one stands in the files beside.

mod keys;
mod licences;
mod usage;

use actix_web::{HttpResponse, delete, get, patch, post, web::Data};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    access::{caller::Allowed, permission::ManagePartners},
    api::{
        partner::{NewPartner, Partner, PartnerPatch},
        reference::PartnerRef,
    },
    http::{
        self, AccessProblems, CreateProblems, Cursor, Fields, IfMatch, Json, Limit, ListProblems, NoParameters, Page, Path, Query,
        ReadProblems, Tagged, WriteProblems,
    },
    store::{
        self,
        db::Db,
        keyset::NameKey,
        partners::{PartnerChanges, PartnerRow},
    },
};

pub use licences::partner_by_any_name;
pub use usage::UsageDetail;

/// The routes of this folder.
pub fn routes(config: &mut ServiceConfig) {
    config.service(list_partners).service(create_partner).service(show_partner).service(update_partner).service(delete_partner);
    licences::routes(config);
    keys::routes(config);
    usage::routes(config);
}

/// The form of the list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListPartners {
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

/// List the partners.
///
/// By name. `page.next_cursor` leads to the next page.
#[utoipa::path(
    tag = "partners",
    params(ListPartners),
    security(("token" = [ManagePartners])),
    responses((status = 200, body = Page<Partner>, description = "A page of partners."), ListProblems, AccessProblems)
)]
#[get("/partners")]
async fn list_partners(_: Allowed<ManagePartners>, query: Query<ListPartners>, db: Data<Db>) -> http::Result<Tagged<Page<Partner>>> {
    const LIST: &str = "partners";
    let ListPartners { limit, cursor, count, fields } = query.into_inner();
    let after: Option<NameKey> = cursor.map(|cursor| Cursor::decode(&cursor, LIST)).transpose()?;
    let (page, total) = db
        .read(move |conn| {
            let total = if count { Some(store::partners::count(conn)?) } else { None };
            Ok((store::partners::page(conn, after.clone(), limit.rows())?, total))
        })
        .await?;
    let cursor = page.next.map(|key| Cursor::encode(&key, LIST));
    let items = page.rows.into_iter().map(Partner::from).collect();
    Ok(Tagged::page(Page::new(items, limit, cursor).total(total)).fields::<Partner>(fields))
}

/// Create a partner.
///
/// It can read nothing yet: give it a licence, then a key.
#[utoipa::path(
    tag = "partners",
    security(("token" = [ManagePartners])),
    request_body = NewPartner,
    responses((status = 201, body = Partner, description = "The partner."), CreateProblems)
)]
#[post("/partners")]
async fn create_partner(
    admin: Allowed<ManagePartners>,
    _: Query<NoParameters>,
    new: Json<NewPartner>,
    db: Data<Db>,
) -> http::Result<Tagged<Partner>> {
    let (actor, changes) = (admin.actor(), PartnerChanges::try_from(new.into_inner())?);
    let row = db.write(move |tx| store::partners::insert(tx, actor, &changes)).await?;
    let location = format!("/v1/partners/{}", row.slug);
    Ok(tagged(row).created(location))
}

/// Show a partner.
///
/// A slug that it used to have answers 301 with its present address.
#[utoipa::path(
    tag = "partners",
    params(PartnerRef),
    security(("token" = [ManagePartners])),
    responses((status = 200, body = Partner, description = "The partner."), ReadProblems, AccessProblems)
)]
#[get("/partners/{partner}")]
async fn show_partner(
    _: Allowed<ManagePartners>,
    path: Path<PartnerRef>,
    _: Query<NoParameters>,
    db: Data<Db>,
) -> http::Result<Tagged<Partner>> {
    let reference = path.into_inner().0;
    Ok(tagged(db.read(move |conn| store::partners::get(conn, &reference)).await?))
}

/// Change a partner.
///
/// A JSON Merge Patch (RFC 7396) against the version in `If-Match`. `is_suspended` closes all of its keys at once, and opens them again.
#[utoipa::path(
    tag = "partners",
    params(PartnerRef),
    security(("token" = [ManagePartners])),
    request_body(content((PartnerPatch = "application/merge-patch+json"), (PartnerPatch = "application/json"))),
    responses((status = 200, body = Partner, description = "The partner as it is now."), WriteProblems)
)]
#[patch("/partners/{partner}")]
async fn update_partner(
    admin: Allowed<ManagePartners>,
    path: Path<PartnerRef>,
    expected: IfMatch,
    _: Query<NoParameters>,
    patch: Json<PartnerPatch>,
    db: Data<Db>,
) -> http::Result<Tagged<Partner>> {
    let (actor, reference, changes) = (admin.actor(), path.into_inner().0, PartnerChanges::try_from(patch.into_inner())?);
    Ok(tagged(db.write(move |tx| store::partners::update(tx, actor, &reference, expected.version(), &changes)).await?))
}

/// Delete a partner.
///
/// With its licences, its keys and the report of their usage. To close the door for a while, suspend it.
#[utoipa::path(
    tag = "partners",
    params(PartnerRef),
    security(("token" = [ManagePartners])),
    responses((status = 204, description = "It is gone."), WriteProblems)
)]
#[delete("/partners/{partner}")]
async fn delete_partner(
    admin: Allowed<ManagePartners>,
    path: Path<PartnerRef>,
    expected: IfMatch,
    _: Query<NoParameters>,
    db: Data<Db>,
) -> http::Result<HttpResponse> {
    let (actor, reference) = (admin.actor(), path.into_inner().0);
    db.write(move |tx| store::partners::delete(tx, actor, &reference, expected.version())).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn tagged(row: PartnerRow) -> Tagged<Partner> {
    let (version, updated_at) = (row.version, row.updated_at);
    Tagged::new(Partner::from(row)).version(version).last_modified(updated_at)
}
