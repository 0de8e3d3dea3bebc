//! The contract itself: the OpenAPI document, a page to try it in, and the problem catalogue.

use actix_web::{
    HttpResponse, get,
    web::{Bytes, Data, Redirect},
};
use serde::Deserialize;
use utoipa::openapi::OpenApi;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::http::{
    self,
    conditional::TaggedBytes,
    extract::{NoParameters, Path, Query},
    problem::{Problem, ProblemKind, ReadProblems},
};

/// The document, written once: application data.
#[derive(Clone, Debug)]
pub struct Contract(Bytes);

impl Contract {
    /// Writes the document.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn of(document: &OpenApi) -> Result<Self, serde_json::Error> {
        serde_json::to_vec(document).map(|bytes| Self(bytes.into()))
    }
}

/// The route of this file under `/v1`.
pub fn contract_routes(config: &mut ServiceConfig) {
    config.service(show_contract);
}

/// The routes of this file beside `/v1`.
pub fn routes(config: &mut ServiceConfig) {
    config.service(list_problems).service(show_problem);
}

/// The page to try the API in. Its files are inside the program: it needs no network.
#[must_use]
pub fn swagger_ui() -> SwaggerUi {
    SwaggerUi::new("/docs/{_:.*}").config(Config::from("/v1/openapi.json").try_it_out_enabled(true).persist_authorization(false))
}

/// `/docs` without a slash at its end.
#[must_use]
pub fn to_swagger_ui() -> Redirect {
    Redirect::to("/docs/").permanent()
}

/// Show the contract.
///
/// The OpenAPI 3.1 document of this API, made from its code.
#[utoipa::path(
    tag = "docs",
    responses((status = 200, body = serde_json::Value, content_type = "application/json", description = "The document."), ReadProblems)
)]
#[get("/openapi.json")]
async fn show_contract(_: Query<NoParameters>, contract: Data<Contract>) -> TaggedBytes {
    TaggedBytes::new(contract.0.clone(), "application/json")
}

/// List the problems.
///
/// A page with every kind of problem that this API answers with.
#[utoipa::path(
    tag = "docs",
    responses((status = 200, body = String, content_type = "text/html", description = "The catalogue."), ReadProblems)
)]
#[get("/problems")]
async fn list_problems(_: Query<NoParameters>) -> HttpResponse {
    let rows: String = ProblemKind::ALL
        .iter()
        .map(|kind| {
            format!(
                "<li><a href=\"/problems/{}\">{}</a> <small>{}</small></li>",
                kind.slug(),
                escaped(kind.title()),
                kind.status().as_u16()
            )
        })
        .collect();
    page(
        "Problems",
        &format!(
            "<h1>Problems</h1><p>Every error is <code>application/problem+json</code> (RFC 9457). These are the kinds.</p><ul>{rows}</ul>"
        ),
    )
}

/// Show a problem.
///
/// What the `type` of a problem leads to: what it means and what a client should do.
#[utoipa::path(
    tag = "docs",
    params(ProblemSlug),
    responses((status = 200, body = String, content_type = "text/html", description = "What it means."), ReadProblems)
)]
#[get("/problems/{problem}")]
async fn show_problem(path: Path<ProblemSlug>, _: Query<NoParameters>) -> http::Result<HttpResponse> {
    let kind = ProblemKind::by_slug(&path.problem).ok_or_else(Problem::not_found)?;
    let body = format!(
        "<p><a href=\"/problems\">Problems</a></p><h1>{}</h1><p>Status {}, <code>{}</code></p><p>{}</p>",
        escaped(kind.title()),
        kind.status(),
        kind.slug(),
        escaped(kind.guide())
    );
    Ok(page(kind.title(), &body))
}

/// The kind of a problem.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
struct ProblemSlug {
    /// The last part of a problem's `type`.
    #[param(example = "validation")]
    problem: String,
}

fn page(title: &str, body: &str) -> HttpResponse {
    const STYLE: &str = "body{font:17px/1.5 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem;color:#1a1a1a}\
                         small{color:#555}code{background:#f1f1f1;padding:.1em .3em}";
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{}</title><style>{STYLE}</style></head><body>{body}</body></html>",
        escaped(title)
    );
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html)
}

fn escaped(text: &str) -> String {
    // Titles and texts of the catalogue mark names with backquotes.
    let mut html = String::with_capacity(text.len());
    let mut is_code = false;
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '`' => {
                html.push_str(if is_code { "</code>" } else { "<code>" });
                is_code = !is_code;
            }
            letter => html.push(letter),
        }
    }
    html
}
