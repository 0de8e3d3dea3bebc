//! Pools, middleware and routes make a bound server, which drains on SIGTERM.

use std::{
    net::SocketAddr,
    sync::{Arc, Once},
    time::Duration,
};

use actix_cors::Cors;
use actix_web::{
    App, HttpServer,
    dev::Server,
    http::{Method, header},
    middleware::{Compress, from_fn},
    rt::{
        self,
        signal::unix::{SignalKind, signal},
    },
    web::{self, Data},
};
use utoipa::openapi::OpenApi;
use utoipa_actix_web::{AppExt, scope};

use crate::{
    access::{
        address::TrustedProxies,
        caller::{Counting, Doorkeeper, identify},
        keyring::Keyring,
        limits::Limits,
        partner::Strangers,
        usage::Usage,
    },
    allocator::release,
    config::{CorsOrigins, ServerOptions},
    delivery::{Bell, Hub, trimmer, webhooks::Dispatcher},
    http::{
        base_url::BaseUrl,
        caching::{CachePolicy, VariesByOrigin},
        extract::BodyLimit,
        fallback::{AllowTable, fallback},
        middleware::{envelope, settle},
    },
    routes::{self, docs},
    store::db::Db,
};

/// The `iss` of access tokens.
const ISSUER: &str = "broadsheet";
/// After so long a thread has its router.
const SETTLED: Duration = Duration::from_millis(500);
/// How long a client may take to send the head of a request: a slow one holds a connection, never a thread.
const SLOWEST_HEAD: Duration = Duration::from_secs(10);
/// Connections for webhooks alone, opened as they are needed: writing down what came of one takes a millisecond.
const WEBHOOK_CONNECTIONS: u32 = 4;

/// Answers until SIGTERM or SIGINT, then until requests under way are finished.
///
/// # Errors
/// The database cannot be reached, or the address cannot be bound.
pub fn run(options: &ServerOptions, database_url: &str) -> anyhow::Result<()> {
    let bound = bind_until(options, database_url, told_to_stop())?;
    for address in &bound.addresses {
        log::info!("listening on {}", options.base_url(*address));
    }
    rt::System::new().block_on(async {
        let ended = bound.server.await;
        bound.closing.close().await;
        Ok(ended?)
    })
}

/// A server that listens already, and answers as soon as it is awaited in an actix system.
pub struct Bound {
    /// To be awaited.
    pub server: Server,
    /// Where it listens.
    pub addresses: Vec<SocketAddr>,
    /// What is left to do when it has ended.
    pub closing: Closing,
}

/// What a server that has ended still has to do. Without it no webhooks are sent any more.
pub struct Closing {
    usage: Usage,
    db: Db,
    webhooks: Option<Dispatcher>,
    patience: Duration,
}

impl Closing {
    /// Writes down the usage of keys that was only counted yet, and waits for webhooks that are being sent.
    pub async fn close(self) {
        self.usage.flush(&self.db).await;
        if let Some(webhooks) = self.webhooks {
            webhooks.stop(self.patience);
        }
    }
}

/// Opens the pool, binds the address and builds the router. It answers until its handle stops it; signals are the caller's.
///
/// # Errors
/// The database cannot be reached, or the address cannot be bound.
pub fn bind(options: &ServerOptions, database_url: &str) -> anyhow::Result<Bound> {
    bind_until(options, database_url, std::future::pending())
}

fn bind_until(options: &ServerOptions, database_url: &str, stop: impl Future<Output = ()> + Send + 'static) -> anyhow::Result<Bound> {
    let db = Db::open(database_url, options.pool_size, options.statement_timeout)?;
    let document = routes::document();
    let contract = Data::new(docs::Contract::of(&document)?);
    let allowed = Data::new(AllowTable::of(&document));
    let keyring = Data::new(Keyring::new(db.clone(), ISSUER));
    let usage = Usage::default();
    let doorkeeper = Data::new(Doorkeeper { limits: Limits::new(db.clone()), strangers: Strangers::default(), usage: usage.clone() });
    let counting = Counting {
        anonymous_per_minute: options.anonymous_per_minute,
        unchanged_counts: options.unchanged_counts,
        heads_count: options.heads_count,
        needs_credential: options.needs_credential,
    };
    let (own, keeps_usage) = (db.clone(), Arc::new(Once::new()));
    let mut closing = Closing { usage: usage.clone(), db: db.clone(), webhooks: None, patience: options.drain_for };
    let targets = Data::new(options.webhook_targets);
    let bell = Bell::new(database_url);
    trimmer::start(&bell, database_url, options.keep_changes_for);
    let hub = Data::new(Hub::new(db.clone(), bell.clone(), options.max_listeners));
    let stop = {
        let bell = bell.clone();
        async move {
            stop.await;
            // Who waits for a change would hold up the end.
            bell.close();
        }
    };
    let bell = Data::new(bell);
    let db = Data::new(db);
    let policy = CachePolicy { max_age: u32::try_from(options.cache_for.as_secs()).unwrap_or(u32::MAX), ..CachePolicy::default() };
    let base_url = BaseUrl(options.public_url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned()));
    let (limit, cors_origins, proxies) =
        (BodyLimit(options.max_body_bytes), options.cors_origins.clone(), TrustedProxies(options.trusted_proxies.clone()));

    drop(document);
    release();
    let server = HttpServer::new(move || {
        // One task for all workers, on whichever begins first.
        keeps_usage.call_once(|| drop(rt::spawn(usage.clone().keep(own.clone()))));
        // When this thread has its router; what it took to make it is free then.
        rt::spawn(async {
            rt::time::sleep(SETTLED).await;
            release();
        });
        let cors_origins = cors_origins.clone();
        let (app, _) = App::new()
            .into_utoipa_app()
            .app_data(db.clone())
            .app_data(keyring.clone())
            .app_data(doorkeeper.clone())
            .app_data(counting)
            .app_data(bell.clone())
            .app_data(hub.clone())
            .app_data(targets.clone())
            .app_data(contract.clone())
            .app_data(allowed.clone())
            .app_data(policy)
            .app_data(limit)
            .app_data(base_url.clone())
            .app_data(proxies.clone())
            // The first is the innermost.
            .map(|app| app.wrap(from_fn(identify)))
            .map(|app| app.wrap(from_fn(settle)))
            .map(|app| app.wrap(Compress::default()))
            .map(|app| app.wrap(cors(&cors_origins)))
            .map(|app| app.wrap(from_fn(envelope)))
            .service(scope("/v1").configure(routes::configure))
            .configure(routes::configure_root)
            .split_for_parts();
        let app = match &cors_origins {
            CorsOrigins::Any => app,
            CorsOrigins::Only(_) => app.app_data(VariesByOrigin),
        };
        app.service(docs::swagger_ui()).service(web::redirect("/docs", "/docs/")).default_service(web::to(fallback))
    })
    .workers(options.workers)
    // As many as there are connections: more threads would only wait for one inside the pool (measured: p99 of 41 ms against 6).
    .worker_max_blocking_threads((options.pool_size as usize).div_ceil(options.workers).max(1))
    .client_request_timeout(SLOWEST_HEAD)
    .shutdown_timeout(options.drain_for.as_secs())
    .shutdown_signal(stop)
    .bind(options.bind)?;
    let addresses = server.addrs();
    if let (Some(address), true) = (addresses.first(), options.webhook_senders > 0) {
        let own = Db::open(database_url, WEBHOOK_CONNECTIONS, options.statement_timeout)?;
        let base = options.base_url(*address);
        closing.webhooks = Some(Dispatcher::start(own, options.webhook_targets, base, options.webhook_senders)?);
    }
    Ok(Bound { server: server.run(), addresses, closing })
}

fn cors(origins: &CorsOrigins) -> Cors {
    let cors = Cors::default()
        .allowed_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_any_header()
        .expose_headers([
            header::ETAG.as_str(),
            header::LINK.as_str(),
            header::LOCATION.as_str(),
            header::RETRY_AFTER.as_str(),
            "X-Request-Id",
            "RateLimit",
            "RateLimit-Policy",
        ])
        .max_age(3600);
    match origins {
        CorsOrigins::Any => cors.allow_any_origin().send_wildcard().disable_vary_header(),
        CorsOrigins::Only(origins) => origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin)),
    }
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
#[must_use]
pub fn document() -> OpenApi {
    routes::document()
}
