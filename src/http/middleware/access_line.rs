//! One log line a request, written when the last byte of its answer has been handed over.

use std::{
    borrow::Cow,
    pin::Pin,
    task::{Context, Poll},
    time::Instant,
};

use actix_web::{
    body::{BodySize, BoxBody, MessageBody},
    dev::ServiceRequest,
    http::StatusCode,
    web::Bytes,
};

/// The target of the lines, to be filtered by.
pub const LOG_TARGET: &str = "broadsheet::access";

/// What of the line is known before the answer. None when nobody reads the lines.
pub struct AccessLine {
    head: String,
    id: String,
    begun: Instant,
}

impl AccessLine {
    /// Begins the line of a request.
    pub fn begin(request: &ServiceRequest, id: &str) -> Option<Self> {
        log::log_enabled!(target: LOG_TARGET, log::Level::Info).then(|| {
            let query = request.query_string();
            let mut head = format!("{} {}", request.method(), request.uri().path());
            if !query.is_empty() {
                head.push('?');
                head.push_str(&masked(query));
            }
            Self { head: without_keys(&head), id: id.to_owned(), begun: Instant::now() }
        })
    }

    fn write(&self, status: StatusCode, bytes: u64) {
        let milliseconds = self.begun.elapsed().as_secs_f64() * 1000.0;
        log::info!(target: LOG_TARGET, "{} {} {bytes}B {milliseconds:.1}ms {}", self.head, status.as_u16(), self.id);
    }
}

/// Names of parameters, or ends of such, whose values are credentials.
const SECRET: [&str; 6] = ["key", "token", "password", "secret", "signature", "code"];

/// A query without its credentials: a log is read by more people than a key is meant for.
fn masked(query: &str) -> Cow<'_, str> {
    let is_secret = |part: &str| {
        let name = part.split('=').next().unwrap_or_default().to_ascii_lowercase();
        // A percent sign might hide a letter of the name.
        SECRET.iter().any(|secret| name.ends_with(secret)) || name.contains('%')
    };
    if !query.split('&').any(is_secret) {
        return Cow::Borrowed(query);
    }
    let parts = query.split('&').map(|part| match part.split_once('=') {
        Some((name, _)) if is_secret(part) => format!("{name}=***"),
        _ => part.to_owned(),
    });
    Cow::Owned(parts.collect::<Vec<_>>().join("&"))
}

/// A line without API keys, wherever somebody put them: of each, what it begins with stays.
fn without_keys(line: &str) -> String {
    const SHOWN: usize = 11;
    const SHORTEST: usize = 20;
    let mut clean = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find("bs_") {
        let key = &rest[at..];
        let length = 3 + key[3..].bytes().take_while(u8::is_ascii_alphanumeric).count();
        clean.push_str(&rest[..at]);
        clean.push_str(if length < SHORTEST { &key[..length] } else { &key[..SHOWN] });
        clean.push_str(if length < SHORTEST { "" } else { "***" });
        rest = &key[length..];
    }
    clean.push_str(rest);
    clean
}

/// A body that counts what is taken of it and writes the line when it is done with, or broken off.
pub struct Counted {
    body: BoxBody,
    line: Option<AccessLine>,
    status: StatusCode,
    bytes: u64,
}

impl Counted {
    /// Counts `body` for `line`.
    pub const fn new(body: BoxBody, line: Option<AccessLine>, status: StatusCode) -> Self {
        Self { body, line, status, bytes: 0 }
    }
}

impl MessageBody for Counted {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let counted = self.get_mut();
        let polled = Pin::new(&mut counted.body).poll_next(context);
        if let Poll::Ready(Some(Ok(chunk))) = &polled {
            counted.bytes += chunk.len() as u64;
        }
        polled
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        if let Some(line) = &self.line {
            line.write(self.status, self.bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stays_out_of_the_log_wherever_it_is_put() {
        let key = "bs_4fGh8Kq2aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
        assert_eq!(
            without_keys(&format!("GET /v1/articles/{key}?limit={key};a=bs_1")),
            "GET /v1/articles/bs_4fGh8Kq2***?limit=bs_4fGh8Kq2***;a=bs_1"
        );
        assert_eq!(without_keys("GET /v1/tags/bs_"), "GET /v1/tags/bs_");
        assert_eq!(without_keys("GET /é/bs_é"), "GET /é/bs_é");
    }

    #[test]
    fn credentials_stay_out_of_the_log() {
        assert_eq!(masked("section=news&limit=5"), "section=news&limit=5");
        assert_eq!(masked("a=1&key=bs_secret&b=2"), "a=1&key=***&b=2");
        assert_eq!(masked("access_token=x&KEY=y&%6bey=z"), "access_token=***&KEY=***&%6bey=***");
    }
}
