//! Somebody who calls.

use std::time::Duration;

use awc::http::header::HeaderMap;
use serde_json::Value;

use super::{contract::Seen, listening::Listening};

/// Somebody who calls the API, with or without a token.
#[derive(Clone)]
pub struct Client {
    base: String,
    token: Option<String>,
    address: Option<String>,
}

impl Client {
    pub fn new(base: &str) -> Self {
        Self { base: base.to_owned(), token: None, address: None }
    }

    /// The same at another server.
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    /// The same with this token, whatever it is.
    pub fn bearing(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same from this address.
    pub fn calling_from(&self, address: &str) -> Self {
        Self { address: Some(address.to_owned()), ..self.clone() }
    }

    /// Where it calls.
    pub fn address(&self) -> &str {
        &self.base
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, &[], Some(body)).await
    }

    pub async fn patch(&self, path: &str, tag: &str, body: Value) -> Answer {
        self.send("PATCH", path, &[("If-Match", tag)], Some(body)).await
    }

    pub async fn put(&self, path: &str, tag: &str, body: Value) -> Answer {
        self.send("PUT", path, &[("If-Match", tag)], Some(body)).await
    }

    pub async fn delete(&self, path: &str, tag: &str) -> Answer {
        self.send("DELETE", path, &[("If-Match", tag)], None).await
    }

    /// A GET with these headers.
    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send("GET", path, headers, None).await
    }

    /// Begins to listen, with these headers.
    pub async fn listen(&self, path: &str, headers: &[(&str, &str)]) -> Listening {
        let client = awc::Client::builder().disable_timeout().finish();
        let mut request = client.get(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.append_header(("Authorization", format!("Bearer {token}")));
        }
        for header in headers {
            request = request.append_header(*header);
        }
        Listening::new(request.send().await.unwrap().map_body(|_, body| body))
    }

    /// A body that is no JSON, or none of ours to write.
    pub async fn post_text(&self, path: &str, content_type: &str, body: impl Into<String>) -> Answer {
        self.exchange("POST", path, &[("Content-Type", content_type)], Some(body.into())).await
    }

    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Answer {
        let json = body.as_ref().map(|_| ("Content-Type", "application/json"));
        let headers: Vec<_> = headers.iter().copied().chain(json).collect();
        self.exchange(method, path, &headers, body.map(|body| body.to_string())).await
    }

    async fn exchange(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<String>) -> Answer {
        let client = awc::Client::builder().timeout(Duration::from_secs(30)).disable_redirects().finish();
        let mut request = client.request(method.parse().unwrap(), format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.append_header(("Authorization", format!("Bearer {token}")));
        }
        if let Some(address) = &self.address {
            request = request.append_header(("X-Forwarded-For", address.as_str()));
        }
        for header in headers {
            request = request.append_header(*header);
        }
        let mut response = match body {
            Some(body) => request.send_body(body).await,
            None => request.send().await,
        }
        .unwrap();
        let bytes = response.body().limit(16 * 1024 * 1024).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Seen { method, address: path, status, headers: &headers, bytes: &bytes }.check();
        let is_json = headers.get("content-type").is_some_and(|found| found.to_str().unwrap().split(';').next().unwrap().ends_with("json"));
        let is_json = is_json && !headers.get("content-type").is_some_and(|found| found.as_bytes().ends_with(b"ndjson"));
        let is_json = is_json && !bytes.is_empty() && !headers.contains_key("content-encoding");
        let body = if is_json { serde_json::from_slice(&bytes).expect("JSON") } else { Value::Null };
        Answer { status, headers, body, bytes: bytes.to_vec() }
    }
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// Null where there is none, or no JSON.
    pub body: Value,
    /// The body as it came.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The body of an answer that has to have this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{:#}", self.body);
        self.body
    }

    /// The same, without giving up the headers.
    #[track_caller]
    pub fn body_of(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{:#}", self.body);
        self.body.clone()
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap()
    }

    /// A header's value; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Which kind of problem it is.
    pub fn kind(&self) -> &str {
        self.body["type"].as_str().unwrap_or_default().trim_start_matches("/problems/")
    }
}
