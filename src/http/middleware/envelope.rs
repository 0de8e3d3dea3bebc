//! The outermost middleware: what is true of every answer, whoever made it.

use actix_web::{
    Error, HttpMessage, HttpResponse,
    body::{BodySize, BoxBody, MessageBody, None as NoBody},
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    http::{
        Method, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH,
            X_CONTENT_TYPE_OPTIONS,
        },
    },
    middleware::Next,
};

use super::{
    access_line::{AccessLine, Counted},
    request_id::{RequestId, X_REQUEST_ID},
};
use crate::http::{
    conditional::etag::{CODINGS, matching, with_coding},
    problem::{PROBLEM_JSON, Problem, ProblemKind},
};

/// In a request's extensions: it is a HEAD, answered as GET.
#[derive(Clone, Copy, Debug)]
pub struct AskedForHead;

/// The longest path with its query, in bytes. What proxies and CDNs take at least (RFC 9110 §4.1).
const LONGEST_ADDRESS: usize = 8000;

/// Names the request, answers HEAD as GET, gives each content coding its own ETag, and writes the access line.
///
/// # Errors
/// What an inner middleware gives instead of an answer, made a problem.
pub async fn envelope<B: MessageBody + 'static>(mut request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = RequestId::of(request.headers());
    let line = AccessLine::begin(&request, id.as_str());
    let known = request.headers().get(IF_NONE_MATCH).cloned();
    let is_head = request.method() == Method::HEAD;
    if is_head {
        // The codec remembers, and sends the head alone.
        request.head_mut().method = Method::GET;
        request.extensions_mut().insert(AskedForHead);
    }
    request.extensions_mut().insert(id.clone());
    if request.uri().path_and_query().is_some_and(|address| address.as_str().len() > LONGEST_ADDRESS) {
        let detail = format!("The address is longer than {LONGEST_ADDRESS} bytes.");
        let problem = Problem::new(ProblemKind::UriTooLong, detail);
        let mut response = problem.response(Some(id.as_str()));
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        finish(&mut response, None, &id);
        let response = response.map_body(|_, body| BoxBody::new(Counted::new(body, line, ProblemKind::UriTooLong.status())));
        return Ok(request.into_response(response));
    }
    match next.call(request).await {
        Ok(answer) => {
            let (request, response) = answer.into_parts();
            let mut response = as_problem(response.map_into_boxed_body(), &id);
            if is_head && response.body().size() == BodySize::Stream {
                // Nobody would ever take it: the connection would wait for its end.
                response = response.set_body(BoxBody::new(NoBody::new()));
            }
            finish(&mut response, known.as_ref(), &id);
            let status = response.status();
            let response = response.map_body(|_, body| BoxBody::new(Counted::new(body, line, status)));
            Ok(ServiceResponse::new(request, response))
        }
        Err(error) => {
            let mut response = as_problem(HttpResponse::from_error(error), &id);
            finish(&mut response, known.as_ref(), &id);
            let status = response.status();
            let response = response.map_body(|_, body| BoxBody::new(Counted::new(body, line, status)));
            Err(InternalError::from_response("refused by a middleware", response).into())
        }
    }
}

/// A fault that the web server itself, or CORS or compression, answered in words of its own.
fn as_problem(response: HttpResponse, id: &RequestId) -> HttpResponse {
    let status = response.status();
    let is_problem = response.headers().get(CONTENT_TYPE).is_some_and(|found| found.as_bytes() == PROBLEM_JSON.as_bytes());
    if !(status.is_client_error() || status.is_server_error()) || is_problem {
        return response;
    }
    let kind = ProblemKind::by_status(status);
    let detail = if kind == ProblemKind::Internal { String::new() } else { response.error().map(ToString::to_string).unwrap_or_default() };
    let problem = Problem::new(kind, detail);
    let fresh = problem.response(Some(id.as_str()));
    let mut response = response.map_body(|_, _| BoxBody::new(()));
    response.headers_mut().remove(CONTENT_ENCODING);
    response.headers_mut().remove(CONTENT_LENGTH);
    if !response.headers().contains_key(CACHE_CONTROL) {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    for (name, value) in fresh.headers() {
        response.headers_mut().insert(name.clone(), value.clone());
    }
    *response.status_mut() = status;
    response.map_body(|_, _| fresh.into_body())
}

fn finish(response: &mut HttpResponse, known: Option<&HeaderValue>, id: &RequestId) {
    let status = response.status();
    let headers = response.headers_mut();
    headers.insert(X_REQUEST_ID, id.header());
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Said inside so that nothing is compressed; outside it says nothing (RFC 9110 §8.4.1).
    if headers.get(CONTENT_ENCODING).is_some_and(|coding| coding == "identity") {
        headers.remove(CONTENT_ENCODING);
    }
    tag_coding(headers, status, known);
}

/// A strong tag stands for the very bytes (RFC 9110 §8.8.3.3), so each content coding has its own. A 304 repeats the one
/// that the client has, or a cache would not know which of its copies is meant.
fn tag_coding(headers: &mut HeaderMap, status: StatusCode, known: Option<&HeaderValue>) {
    let Some(tag) = headers.get(ETAG).and_then(|tag| tag.to_str().ok()) else { return };
    let tag = if status == StatusCode::NOT_MODIFIED {
        known.and_then(|known| known.to_str().ok()).and_then(|known| matching(known, tag)).map(|opaque| format!("\"{opaque}\""))
    } else {
        let coding = headers.get(CONTENT_ENCODING).and_then(|coding| coding.to_str().ok());
        coding.filter(|coding| CODINGS.contains(coding)).map(|coding| with_coding(tag, coding))
    };
    if let Some(tag) = tag.and_then(|tag| HeaderValue::from_str(&tag).ok()) {
        headers.insert(ETAG, tag);
    }
}
