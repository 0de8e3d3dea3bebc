//! Pools, middleware and routes make a bound server, which drains on SIGTERM.

use actix_web::{App, HttpResponse, HttpServer, web};
use utoipa::openapi::OpenApi;

use crate::config::ServerOptions;

/// Answers until SIGTERM or SIGINT, then until requests under way are finished.
///
/// # Errors
/// The address cannot be bound.
pub fn run(options: &ServerOptions, _database_url: &str) -> anyhow::Result<()> {
    let server = HttpServer::new(|| App::new().route("/health/live", web::get().to(HttpResponse::Ok)))
        .workers(options.workers)
        .shutdown_timeout(options.drain_for.as_secs())
        .bind(options.bind)?;
    for address in server.addrs() {
        log::info!("listening on {}", options.base_url(address));
    }
    Ok(actix_web::rt::System::new().block_on(server.run())?)
}

/// The OpenAPI document of every route.
pub fn document() -> OpenApi {
    OpenApi::default()
}
