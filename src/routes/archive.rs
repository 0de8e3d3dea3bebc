//! Everything that the caller may read, as lines of JSON.

use std::time::Duration;

use actix_web::{
    HttpResponse,
    body::BodyStream,
    get,
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    rt::time::sleep,
    web::{Bytes, Data},
};
use chrono::Utc;
use diesel::PgConnection;
use futures_util::stream::unfold;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    access::caller::Caller,
    api::{
        archive::{ArchiveEnd, ArchiveLine},
        article::Article,
        article_body::BodyFormat,
        change_token::{Followed, refused},
    },
    delivery::Bell,
    http::{
        self,
        extract::Query,
        paging::Cursor,
        problem::{DeltaProblems, Problem},
    },
    store::{
        articles::archive,
        db::Db,
        delta,
        error::{StoreError, StoreResult},
        keyset::TimeKey,
    },
};

/// About as much is held in memory for each who reads, in bytes: batches are made larger or smaller to come near it.
const BATCH_BYTES: usize = 512 * 1024;
/// Articles in the first batch.
const FIRST_BATCH: i64 = 50;
/// Articles in any batch.
const LARGEST_BATCH: i64 = 200;
/// A database that is busy is asked again so often.
const ATTEMPTS: u32 = 5;

/// The routes of this file.
pub fn routes(config: &mut ServiceConfig) {
    config.service(show_archive);
}

/// From where, and in which form.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ShowArchive {
    /// Where to go on: the last `cursor` line that came.
    #[param(required = false, nullable = false, max_length = 4096)]
    pub cursor: Option<String>,
    /// The form of the bodies.
    #[serde(default)]
    #[param(value_type = BodyFormat, required = false)]
    pub body: BodyFormat,
}

/// How far a reader of the archive is: since when the delta has what they miss, and the last article they have.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Place {
    #[serde(rename = "s")]
    since: String,
    #[serde(rename = "k")]
    after: Option<TimeKey>,
}

/// Show the archive.
///
/// Everything that the caller may read, whole, the oldest first, as lines of JSON (`application/x-ndjson`). Each line is an object with
/// one member: `article`; `cursor` after every few articles; `end` as the last. Without an `end` line the rest is missing: ask again
/// with the last `cursor`. What came after that line comes again.
///
/// What is published meanwhile comes at the end. What is changed, withdrawn or dated back meanwhile need not show: `end.since` is
/// the token by which `/v1/changes` tells all that happened since the archive was begun, so that both together are complete.
///
/// `Accept-Encoding` chooses `br`, `gzip` or `zstd`.
#[utoipa::path(
    tag = "changes",
    params(ShowArchive),
    responses((status = 200, body = ArchiveLine, content_type = "application/x-ndjson", description = "A line after another."), DeltaProblems)
)]
#[get("/archive")]
async fn show_archive(caller: Caller, query: Query<ShowArchive>, db: Data<Db>, bell: Data<Bell>) -> http::Result<HttpResponse> {
    let ShowArchive { cursor, body } = query.into_inner();
    let followed = Followed { section: None, scope: caller.scope().of_reader() };
    let reader = {
        let place = cursor.map(|cursor| Cursor::decode::<Place>(&cursor, "archive")).transpose()?;
        let position = place.as_ref().map(|place| followed.position(&place.since)).transpose()?;
        let asked = followed.clone();
        let place = db
            .read(move |conn| {
                if let (Some(place), Some(position)) = (&place, &position) {
                    return Ok(delta::check(conn, position)?.map(|()| place.clone()));
                }
                let since = asked.token(delta::present(conn)?);
                Ok(Ok(Place { since, after: None }))
            })
            .await?
            .map_err(refused)?;
        Reader { db: Db::clone(&db), bell: Bell::clone(&bell), followed, body, place, size: FIRST_BATCH, is_ended: false, read: None }
    };
    // The first batch before the status, so that a fault is a problem and not half an answer.
    let reader = reader.look_ahead().await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/x-ndjson"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(BodyStream::new(Box::pin(unfold(Some(reader), next)))))
}

/// Somebody who reads the archive.
struct Reader {
    db: Db,
    bell: Bell,
    followed: Followed,
    body: BodyFormat,
    place: Place,
    size: i64,
    is_ended: bool,
    read: Option<Bytes>,
}

/// Some lines, the last article in them, and how many there are.
type Batch = (Vec<u8>, Option<TimeKey>, usize);

impl Reader {
    /// Reads the next batch, whose lines then wait to be taken. No connection is held while a client takes its time.
    async fn look_ahead(mut self) -> http::Result<Self> {
        if self.is_ended || self.bell.is_closing() {
            return Ok(self);
        }
        let (mut lines, last, count) = self.batch().await.map_err(Problem::from)?;
        self.is_ended = count < usize::try_from(self.size).unwrap_or(usize::MAX);
        if let Some(last) = last {
            self.place.after = Some(last);
        }
        if self.is_ended {
            line(&mut lines, &ArchiveLine::End(ArchiveEnd { since: self.place.since.clone() }))?;
        } else {
            line(&mut lines, &ArchiveLine::Cursor(Cursor::encode(&self.place, "archive")))?;
            let of_one = (lines.len() / count.max(1)).max(1);
            self.size = i64::try_from(BATCH_BYTES / of_one).unwrap_or(LARGEST_BATCH).clamp(1, LARGEST_BATCH);
        }
        self.read = Some(lines.into());
        Ok(self)
    }

    async fn batch(&self) -> StoreResult<Batch> {
        let mut attempt = 1;
        loop {
            let (followed, body, after, size) = (self.followed.clone(), self.body, self.place.after, self.size);
            match self.db.read(move |conn| write(conn, &followed, body, after, size)).await {
                Err(StoreError::Busy(reason)) if attempt < ATTEMPTS => {
                    log::debug!("the archive waits: {reason}");
                    sleep(Duration::from_millis(200) * attempt).await;
                    attempt += 1;
                }
                outcome => return outcome,
            }
        }
    }
}

/// The lines of a batch. Written where the database is waited for, for a long body in another form takes a while.
fn write(conn: &mut PgConnection, followed: &Followed, body: BodyFormat, after: Option<TimeKey>, size: i64) -> StoreResult<Batch> {
    let rows = archive::batch(conn, &followed.scope, after, size)?;
    let (count, now) = (rows.len(), Utc::now());
    let last = rows.last().and_then(|row| row.card.published_at.map(|at| TimeKey { at, id: row.card.id.0 }));
    let mut lines = Vec::new();
    for row in rows {
        serde_json::to_writer(&mut lines, &ArchiveLine::Article(Box::new(Article::of(row, body, now))))?;
        lines.push(b'\n');
    }
    Ok((lines, last, count))
}

fn line(lines: &mut Vec<u8>, what: &ArchiveLine) -> http::Result<()> {
    serde_json::to_writer(&mut *lines, what).map_err(|fault| Problem::from(StoreError::from(fault)))?;
    lines.push(b'\n');
    Ok(())
}

/// The next part of the archive. A fault breaks the answer off, which the client sees by the end that is missing.
async fn next(reader: Option<Reader>) -> Option<(http::Result<Bytes>, Option<Reader>)> {
    let mut reader = reader?;
    if reader.read.is_none() {
        reader = match reader.look_ahead().await {
            Ok(reader) => reader,
            Err(problem) => {
                log::warn!("an archive is broken off: {problem}");
                return Some((Err(problem), None));
            }
        };
    }
    let lines = reader.read.take()?;
    Some((Ok(lines), Some(reader)))
}
