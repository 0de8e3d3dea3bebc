//! Somebody who listens to a stream.

use std::time::Duration;

use actix_web::rt::time::timeout;
use awc::{ClientResponse, error::PayloadError, http::header::HeaderMap};
use futures_util::{Stream, StreamExt};
use serde_json::Value;

/// A stream that was begun.
pub struct Listening {
    pub status: u16,
    pub headers: HeaderMap,
    body: Box<dyn Stream<Item = Result<actix_web::web::Bytes, PayloadError>> + Unpin>,
    text: String,
    /// The last id that came.
    pub id: String,
}

/// An event as it came.
#[derive(Debug, PartialEq)]
pub struct Event {
    pub action: String,
    pub data: Value,
}

impl Listening {
    pub fn new(response: ClientResponse<impl Stream<Item = Result<actix_web::web::Bytes, PayloadError>> + Unpin + 'static>) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, body: Box::new(response), text: String::new(), id: String::new() }
    }

    /// The next event within so long; none if none came, or the stream ended.
    pub async fn next(&mut self, within: Duration) -> Option<Event> {
        timeout(within, async {
            loop {
                while let Some((block, rest)) = self.text.split_once("\n\n") {
                    let (block, rest) = (block.to_owned(), rest.to_owned());
                    self.text = rest;
                    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
                    if let Some(id) = field("id: ") {
                        self.id = id;
                    }
                    if let (Some(action), Some(data)) = (field("event: "), field("data: ")) {
                        return Some(Event { action, data: serde_json::from_str(&data).unwrap() });
                    }
                }
                let chunk = self.body.next().await?.ok()?;
                self.text.push_str(std::str::from_utf8(&chunk).unwrap());
            }
        })
        .await
        .ok()
        .flatten()
    }

    /// Waits for the first id, which comes at once.
    pub async fn begun(&mut self) {
        assert_eq!(self.next(Duration::from_millis(200)).await, None);
        assert!(!self.id.is_empty());
    }
}
