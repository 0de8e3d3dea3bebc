//! What the keys of a partner were used for.

use actix_web::{get, web::Data};
use chrono::{Datelike, Duration, NaiveDate, Utc};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::licences::partner_by_any_name;
use crate::{
    access::{caller::Allowed, permission::ManagePartners},
    api::{
        partner::{UsageItem, UsageReport},
        reference::PartnerRef,
    },
    http::{self, AccessProblems, CommaList, Path, Problem, ProblemKind, Query, ReadProblems, Tagged, TaggedBytes},
    store::{self, db::Db, key_usage::Question},
};

pub fn routes(config: &mut ServiceConfig) {
    config.service(show_usage).service(export_usage);
}

/// The most rows of one report.
const MOST_ROWS: i64 = 10_000;
/// The most days of one report.
const MOST_DAYS: i64 = 366;

/// By what a report is told apart, besides day and key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UsageDetail {
    /// By endpoint.
    Operation,
    /// By article.
    Article,
}

/// What a report is about.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ShowUsage {
    /// The first day (UTC); thirty days before `to` unless said.
    #[param(required = false, nullable = false, example = "2026-03-01")]
    pub from: Option<NaiveDate>,
    /// The last day (UTC), which is in the report; today unless said.
    #[param(required = false, nullable = false, example = "2026-03-31")]
    pub to: Option<NaiveDate>,
    /// By what else the rows are told apart.
    #[serde(default)]
    #[param(value_type = Vec<UsageDetail>, style = Form, explode = false, required = false)]
    pub by: CommaList<UsageDetail>,
}

/// Show a partner's usage.
///
/// How many requests its keys made, by day and key. A request counts a few seconds after it was answered; answers 304 are not among
/// them unless the publisher counts them. What no path of this document has is `none`. The same as CSV: `usage.csv`.
#[utoipa::path(
    tag = "partners",
    params(PartnerRef, ShowUsage),
    security(("token" = [ManagePartners])),
    responses((status = 200, body = UsageReport, description = "The report."), ReadProblems, AccessProblems)
)]
#[get("/partners/{partner}/usage")]
async fn show_usage(
    _: Allowed<ManagePartners>,
    path: Path<PartnerRef>,
    query: Query<ShowUsage>,
    db: Data<Db>,
) -> http::Result<Tagged<UsageReport>> {
    Ok(Tagged::new(report(&db, path.into_inner(), query.into_inner()).await?))
}

/// Export a partner's usage.
///
/// The same report as CSV (RFC 4180), for a spreadsheet.
#[utoipa::path(
    tag = "partners",
    params(PartnerRef, ShowUsage),
    security(("token" = [ManagePartners])),
    responses((status = 200, body = String, content_type = "text/csv", description = "The report."), ReadProblems, AccessProblems)
)]
#[get("/partners/{partner}/usage.csv")]
async fn export_usage(
    _: Allowed<ManagePartners>,
    path: Path<PartnerRef>,
    query: Query<ShowUsage>,
    db: Data<Db>,
) -> http::Result<TaggedBytes> {
    let report = report(&db, path.into_inner(), query.into_inner()).await?;
    let mut csv = "day,key_id,prefix,operation,article_id,requests\r\n".to_owned();
    for UsageItem { day, key_id, prefix, operation, article_id, requests } in report.items {
        let (operation, article) = (operation.unwrap_or_default(), article_id.flatten().map(|id| id.to_string()).unwrap_or_default());
        // None of these can hold a comma or a quote: paths of the document have none.
        csv.push_str(&format!("{day},{key_id},{prefix},{operation},{article},{requests}\r\n"));
    }
    Ok(TaggedBytes::new(csv, "text/csv; charset=utf-8"))
}

async fn report(db: &Db, partner: PartnerRef, query: ShowUsage) -> http::Result<UsageReport> {
    let to = query.to.unwrap_or_else(|| Utc::now().date_naive());
    let from = query.from.unwrap_or_else(|| to.checked_sub_signed(Duration::days(30)).unwrap_or(to));
    let days = to.signed_duration_since(from).num_days();
    let is_sane = |day: NaiveDate| (1..=9999).contains(&day.year());
    if !(0..MOST_DAYS).contains(&days) || !is_sane(from) || !is_sane(to) {
        let detail = format!("`from` must not be after `to`, nor {MOST_DAYS} days or more before it, and both in the years 1 to 9999.");
        return Err(Problem::new(ProblemKind::InvalidParameter, detail.clone()).with_error("from", "invalid", detail));
    }
    let (by_operation, by_article) = (query.by.contains(&UsageDetail::Operation), query.by.contains(&UsageDetail::Article));
    let mut rows = db
        .read(move |conn| {
            let partner = partner_by_any_name(conn, &partner.0)?.id;
            store::key_usage::report(conn, Question { partner, from, to, by_operation, by_article }, MOST_ROWS + 1)
        })
        .await?;
    let most = usize::try_from(MOST_ROWS).unwrap_or(usize::MAX);
    let is_cut = rows.len() > most;
    rows.truncate(most);
    let requests = rows.iter().map(|row| row.requests).sum();
    let items = rows.into_iter().map(|row| UsageItem::of(row, by_operation, by_article)).collect();
    Ok(UsageReport { from, to, requests, is_cut, items })
}
