//! Whether the server lives, and whether it can answer.

use actix_web::{HttpResponse, get, web::Data};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    http::{
        self,
        extract::{NoParameters, Query},
        problem::{Problem, ProblemKind, ReadProblems},
    },
    store::{self, db::Db},
};

/// The routes of this file.
pub fn routes(config: &mut ServiceConfig) {
    config.service(show_liveness).service(show_readiness);
}

/// How the server is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok`: anything else is a problem.
    #[schema(example = "ok")]
    pub status: &'static str,
}

/// Say that the server lives.
///
/// Looks at nothing else: a server that cannot reach its database is not mended by a restart.
#[utoipa::path(tag = "health", responses((status = 200, body = Health, description = "It lives."), ReadProblems))]
#[get("/health/live")]
async fn show_liveness(_: Query<NoParameters>) -> HttpResponse {
    ok()
}

/// Say whether the server can answer.
///
/// 503 while its database does not answer or has migrations to come: a load balancer then asks another one.
#[utoipa::path(tag = "health", responses((status = 200, body = Health, description = "It can answer."), ReadProblems))]
#[get("/health/ready")]
async fn show_readiness(_: Query<NoParameters>, db: Data<Db>) -> http::Result<HttpResponse> {
    if db.read(store::migrations::is_pending).await? {
        let detail = "The database has migrations to come: run `broadsheet migrate`.";
        return Err(Problem::new(ProblemKind::Unavailable, detail).retry_after(5));
    }
    Ok(ok())
}

fn ok() -> HttpResponse {
    HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(Health { status: "ok" })
}
