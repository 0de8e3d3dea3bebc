//! The changes as they happen, as Server-Sent Events.

use std::time::{Duration, Instant};

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    body::BodyStream,
    get,
    http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderName},
    web::{Bytes, Data},
};
use futures_util::stream::unfold;
use serde::Deserialize;
use tokio::sync::broadcast::Receiver;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::changes::section_of;
use crate::{
    access::caller::Caller,
    api::{
        change_token::{Followed, refused},
        reference::SectionRef,
    },
    delivery::{
        Hub,
        hub::{Message, Seat, write},
    },
    http::{
        self,
        caching::Credentialed,
        extract::Query,
        problem::{DeltaProblems, Problem, ProblemKind},
    },
    store::{
        db::Db,
        delta::{DeltaPage, Position, Seen},
    },
};

/// Where a client that was cut off goes on (WHATWG HTML §9.2.4).
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Tells nginx and its like not to collect an answer before they pass it on.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
/// A credential may be revoked meanwhile: who has one comes back with it now and then.
const LONGEST_WITH_CREDENTIAL: Duration = Duration::from_secs(300);
/// Everybody else is only to find their way to servers that were added.
const LONGEST: Duration = Duration::from_secs(4 * 3600);
/// In how many milliseconds a client comes back that was cut off.
const RETRY: &str = "retry: 2000\n";

/// The routes of this file.
pub fn routes(config: &mut ServiceConfig) {
    config.service(stream_changes);
}

/// What to follow, and from where.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StreamChanges {
    /// In this section or below it: a path or an id.
    #[param(value_type = SectionRef, inline, required = false)]
    pub section: Option<SectionRef>,
    /// What came last: the id of an event, or `page.next_since` of `/v1/changes`. Without it only what happens from now on comes.
    #[param(required = false, nullable = false, max_length = 4096)]
    pub since: Option<String>,
}

/// Stream changes.
///
/// The items of `/v1/changes` as Server-Sent Events, as they happen: `event` is the action, `data` the item as JSON, `id` the token of
/// the delta after it. A client that was cut off sends the last id as `Last-Event-ID` (browsers do so by themselves) and misses nothing;
/// several events may share one id, and come again when it was not reached. `since` does the same for the first connection, so that
/// a copy made by `/v1/changes` is kept up by the stream without a gap.
///
/// A comment comes every 15 seconds. A listener that does not read is cut off rather than waited for, and the server cuts one off
/// now and then: come back with the last id.
#[utoipa::path(
    tag = "changes",
    params(
        StreamChanges,
        ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that came; counts for more than `since`.")
    ),
    responses(
        (status = 200, body = String, content_type = "text/event-stream", description = "Events, without end.",
            example = "event: withdrawn\nid: AVJ0m3xvq0c1\ndata: {\"action\":\"withdrawn\",\"at\":\"2026-03-02T09:30:00Z\",\"id\":\"0197a8f2-7c1b-7b0e-9a52-3f1f6f9f2d11\",\"slug\":\"mayor-resigns\",\"reason\":\"The statement was forged.\",\"article\":null}\n\n"),
        DeltaProblems
    )
)]
#[get("/stream")]
async fn stream_changes(
    caller: Caller,
    query: Query<StreamChanges>,
    db: Data<Db>,
    hub: Data<Hub>,
    request: HttpRequest,
) -> http::Result<HttpResponse> {
    let StreamChanges { section, since } = query.into_inner();
    let hub = Hub::clone(&hub);
    let seat = hub.seat().ok_or_else(|| {
        Problem::new(ProblemKind::Unavailable, "There are as many listeners as this server takes; use `/v1/changes`.").retry_after(30)
    })?;
    let section = match &section {
        None => None,
        Some(_) => db.read(move |conn| section_of(conn, section.as_ref())).await?.map_err(|problem| *problem)?,
    };
    let followed = Followed { section, scope: caller.scope().of_reader() };
    let since = request.headers().get(LAST_EVENT_ID).and_then(|id| id.to_str().ok()).filter(|id| !id.is_empty()).or(since.as_deref());
    let from = since.map(|since| followed.position(since)).transpose()?;
    let longest = if request.extensions().contains::<Credentialed>() { LONGEST_WITH_CREDENTIAL } else { LONGEST };
    let listener = Listener::start(hub, seat, followed, from, Instant::now() + longest).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/event-stream"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((X_ACCEL_BUFFERING, "no"))
        // Compression would keep events back until there are enough of them.
        .insert_header((CONTENT_ENCODING, "identity"))
        .body(BodyStream::new(Box::pin(unfold(listener, next)))))
}

/// Somebody who listens.
struct Listener {
    hub: Hub,
    followed: Followed,
    messages: Receiver<Message>,
    /// What the listener has seen by looking for itself.
    seen: Option<Seen>,
    /// From where it still has to.
    catching_up: Option<Position>,
    /// What is to be sent first.
    first: Option<Bytes>,
    ends_at: Instant,
    _seat: Seat,
}

impl Listener {
    async fn start(hub: Hub, seat: Seat, followed: Followed, from: Option<Position>, ends_at: Instant) -> http::Result<Self> {
        let (messages, token) = hub.subscribe(&followed);
        let mut listener = Self { hub, followed, messages, seen: None, catching_up: None, first: None, ends_at, _seat: seat };
        let first = match (from, token) {
            (None, Some(token)) => format!("{RETRY}id: {token}\n\n").into(),
            (from, _) => match listener.hub.look(&listener.followed, from).await? {
                Ok(page) => listener.take(page, RETRY),
                Err(why) => return Err(refused(why)),
            },
        };
        listener.first = Some(first);
        Ok(listener)
    }

    /// What to send of a page that the listener looked up itself.
    fn take(&mut self, page: DeltaPage, before: &str) -> Bytes {
        let token = self.followed.token(page.position.clone());
        self.seen = Some(page.position.stage.seen().clone());
        self.catching_up = page.has_more.then_some(page.position);
        let events = write(page.entries, &token);
        if events.is_empty() { format!("{before}id: {token}\n\n").into() } else { [before.as_bytes(), &events].concat().into() }
    }
}

/// The next part of the stream; none ends it.
async fn next(mut listener: Listener) -> Option<(Result<Bytes, std::convert::Infallible>, Listener)> {
    if let Some(first) = listener.first.take() {
        return Some((Ok(first), listener));
    }
    if listener.hub.is_closing() {
        return None;
    }
    if let Some(from) = listener.catching_up.take() {
        // What is told from now on is heard, and what was told before is about to be looked up.
        listener.messages = listener.messages.resubscribe();
        let Ok(Ok(page)) = listener.hub.look(&listener.followed, Some(from)).await else { return None };
        let bytes = listener.take(page, "");
        return Some((Ok(bytes), listener));
    }
    loop {
        // Too slow, or the server stops: the end either way.
        let message = listener.messages.recv().await.ok()?;
        if Instant::now() >= listener.ends_at {
            return None;
        }
        let is_known = |seen: &Seen| message.reach.as_ref().is_some_and(|reach| reach.is_within(seen));
        if !listener.seen.as_ref().is_some_and(is_known) {
            return Some((Ok(message.bytes), listener));
        }
    }
}
