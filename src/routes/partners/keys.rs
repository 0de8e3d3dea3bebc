//! The API keys of a partner.

use actix_web::{HttpResponse, delete, get, patch, post, web::Data};
use chrono::Utc;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::licences::partner_by_any_name;
use crate::{
    access::{caller::Allowed, permission::ManagePartners},
    api::{
        api_key::{ApiKey, ApiKeyPatch, MadeApiKey, NewApiKey, Rotation},
        reference::PartnerRef,
    },
    domain::id::ApiKeyId,
    http::{
        self, AccessProblems, CreateProblems, Cursor, IfMatch, Json, Limit, ListProblems, NoParameters, Page, Path, Query, ReadProblems,
        Tagged, WriteProblems, extract::OptionalJson,
    },
    store::{
        self,
        api_keys::{ApiKeyChanges, ApiKeyRow, NewApiKey as Checked},
        db::Db,
    },
};

pub fn routes(config: &mut ServiceConfig) {
    config.service(list_keys).service(create_key).service(show_key).service(update_key).service(revoke_key).service(rotate_key);
}

/// A partner and one of its keys.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct KeyPath {
    /// A partner's id or slug.
    #[param(value_type = String, example = "harbour-wire")]
    partner: PartnerRef,
    /// A key's id.
    #[param(value_type = uuid::Uuid)]
    key: ApiKeyId,
}

/// The form of the list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListKeys {
    /// How many items a page holds.
    #[serde(default)]
    #[param(inline, required = false)]
    pub limit: Limit,
    /// Where the page begins: `page.next_cursor` of the one before.
    #[param(required = false, nullable = false, max_length = 1024)]
    pub cursor: Option<String>,
}

/// List a partner's keys.
///
/// The newest first, with those that are revoked or expired. None shows its secret part.
#[utoipa::path(
    tag = "partners",
    params(PartnerRef, ListKeys),
    security(("token" = [ManagePartners])),
    responses((status = 200, body = Page<ApiKey>, description = "A page of keys."), ListProblems, AccessProblems)
)]
#[get("/partners/{partner}/keys")]
async fn list_keys(
    _: Allowed<ManagePartners>,
    path: Path<PartnerRef>,
    query: Query<ListKeys>,
    db: Data<Db>,
) -> http::Result<Tagged<Page<ApiKey>>> {
    let ListKeys { limit, cursor } = query.into_inner();
    let reference = path.into_inner().0;
    let list = format!("keys {reference}");
    let after: Option<ApiKeyId> = cursor.map(|cursor| Cursor::decode(&cursor, &list)).transpose()?;
    let mut rows = db
        .read(move |conn| {
            let partner = partner_by_any_name(conn, &reference)?.id;
            // One more than is shown tells whether there is a next page.
            store::api_keys::page(conn, partner, after, limit.rows() + 1)
        })
        .await?;
    let shown = usize::from(limit.get());
    let has_more = rows.len() > shown;
    rows.truncate(shown);
    let next = rows.last().filter(|_| has_more).map(|last| Cursor::encode(&last.id, &list));
    Ok(Tagged::page(Page::new(rows.into_iter().map(ApiKey::from).collect(), limit, next)))
}

/// Create a key.
///
/// `key` in the answer is shown this once. A partner has 20 keys at most that can be used.
#[utoipa::path(
    tag = "partners",
    params(PartnerRef),
    security(("token" = [ManagePartners])),
    request_body = NewApiKey,
    responses((status = 201, body = MadeApiKey, description = "The key, in full for this once."), CreateProblems)
)]
#[post("/partners/{partner}/keys")]
async fn create_key(
    admin: Allowed<ManagePartners>,
    path: Path<PartnerRef>,
    _: Query<NoParameters>,
    new: Json<NewApiKey>,
    db: Data<Db>,
) -> http::Result<Tagged<MadeApiKey>> {
    let (actor, reference, new) = (admin.actor(), path.into_inner().0, Checked::try_from(new.into_inner())?);
    let (partner, (row, key)) = db
        .write(move |tx| {
            let partner = partner_by_any_name(tx, &reference)?;
            Ok((partner.slug, store::api_keys::insert(tx, actor, partner.id, &new)?))
        })
        .await?;
    Ok(made(&partner, row, key))
}

/// Show a key.
///
/// Without its secret part, which nobody has but its owner.
#[utoipa::path(
    tag = "partners",
    params(KeyPath),
    security(("token" = [ManagePartners])),
    responses((status = 200, body = ApiKey, description = "The key."), ReadProblems, AccessProblems)
)]
#[get("/partners/{partner}/keys/{key}")]
async fn show_key(_: Allowed<ManagePartners>, path: Path<KeyPath>, _: Query<NoParameters>, db: Data<Db>) -> http::Result<Tagged<ApiKey>> {
    let KeyPath { partner, key } = path.into_inner();
    let row = db
        .read(move |conn| {
            let partner = partner_by_any_name(conn, &partner.0)?.id;
            store::api_keys::get(conn, partner, key)
        })
        .await?;
    Ok(tagged(row))
}

/// Change a key.
///
/// A JSON Merge Patch (RFC 7396) against the version in `If-Match`: its name, its licence, from where and until when it may be used.
#[utoipa::path(
    tag = "partners",
    params(KeyPath),
    security(("token" = [ManagePartners])),
    request_body(content((ApiKeyPatch = "application/merge-patch+json"), (ApiKeyPatch = "application/json"))),
    responses((status = 200, body = ApiKey, description = "The key as it is now."), WriteProblems)
)]
#[patch("/partners/{partner}/keys/{key}")]
async fn update_key(
    admin: Allowed<ManagePartners>,
    path: Path<KeyPath>,
    expected: IfMatch,
    _: Query<NoParameters>,
    patch: Json<ApiKeyPatch>,
    db: Data<Db>,
) -> http::Result<Tagged<ApiKey>> {
    let KeyPath { partner, key } = path.into_inner();
    let (actor, changes) = (admin.actor(), ApiKeyChanges::try_from(patch.into_inner())?);
    let row = db
        .write(move |tx| {
            let partner = partner_by_any_name(tx, &partner.0)?.id;
            store::api_keys::update(tx, actor, (partner, key), expected.version(), &changes)
        })
        .await?;
    Ok(tagged(row))
}

/// Revoke a key.
///
/// It opens nothing from the next request on, on every server, and stays in the list. There is no way back.
#[utoipa::path(
    tag = "partners",
    params(KeyPath),
    security(("token" = [ManagePartners])),
    responses((status = 204, description = "It is revoked."), WriteProblems)
)]
#[delete("/partners/{partner}/keys/{key}")]
async fn revoke_key(
    admin: Allowed<ManagePartners>,
    path: Path<KeyPath>,
    expected: IfMatch,
    _: Query<NoParameters>,
    db: Data<Db>,
) -> http::Result<HttpResponse> {
    let KeyPath { partner, key } = path.into_inner();
    let actor = admin.actor();
    db.write(move |tx| {
        let partner = partner_by_any_name(tx, &partner.0)?.id;
        store::api_keys::revoke(tx, actor, (partner, key), expected.version())
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Replace a key.
///
/// Makes another with the same name, licence and networks; the old one works beside it for a day, or as long as `overlap_minutes` says.
#[utoipa::path(
    tag = "partners",
    params(KeyPath),
    security(("token" = [ManagePartners])),
    request_body(content = Option<Rotation>),
    responses((status = 201, body = MadeApiKey, description = "The new key, in full for this once."), CreateProblems)
)]
#[post("/partners/{partner}/keys/{key}/rotate")]
async fn rotate_key(
    admin: Allowed<ManagePartners>,
    path: Path<KeyPath>,
    _: Query<NoParameters>,
    rotation: OptionalJson<Rotation>,
    db: Data<Db>,
) -> http::Result<Tagged<MadeApiKey>> {
    let KeyPath { partner, key } = path.into_inner();
    let (actor, until) = (admin.actor(), rotation.into_inner().ends(Utc::now())?);
    let (partner, (row, key)) = db
        .write(move |tx| {
            let partner = partner_by_any_name(tx, &partner.0)?;
            Ok((partner.slug, store::api_keys::rotate(tx, actor, (partner.id, key), until)?))
        })
        .await?;
    Ok(made(&partner, row, key))
}

fn made(partner: &str, row: ApiKeyRow, key: crate::domain::api_key::ApiKey) -> Tagged<MadeApiKey> {
    let (location, version) = (format!("/v1/partners/{partner}/keys/{}", row.id), row.version);
    Tagged::new(MadeApiKey { key: key.into_text(), api_key: row.into() }).version(version).created(location)
}

fn tagged(row: ApiKeyRow) -> Tagged<ApiKey> {
    let version = row.version;
    Tagged::new(ApiKey::from(row)).version(version)
}
