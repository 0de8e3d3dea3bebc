//! The innermost middleware: an answer in its last form, before it is compressed.

use actix_web::{
    Error, HttpMessage, HttpRequest,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header::{HeaderValue, LOCATION},
    middleware::Next,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::request_id::RequestId;
use crate::http::{caching, problem::Problem};

/// In a request's extensions: the key that stood in its address, and was taken out of it before anything could log it.
#[derive(Clone)]
pub struct KeyInAddress(pub String);

/// Gives a problem the request's id and logs its cause, says where a moved thing is, and tells caches what to do.
///
/// # Errors
/// None of its own.
pub async fn settle<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let answer = next.call(request).await?;
    let Some(problem) = answer.response().error().and_then(|error| error.as_error::<Problem>()) else {
        let (request, mut response) = answer.into_parts();
        let status = response.status();
        caching::apply(&request, status, response.headers_mut());
        return Ok(ServiceResponse::new(request, response.map_into_left_body()));
    };
    let request = answer.request();
    let id = request.extensions().get::<RequestId>().cloned();
    let id = id.as_ref().map(RequestId::as_str);
    problem.log(id.unwrap_or("-"));
    let mut response = problem.response(id);
    if let Some(location) = problem.moved_to().and_then(|to| address_of(request, to)) {
        response.headers_mut().insert(LOCATION, location);
    }
    let status = response.status();
    caching::apply(request, status, response.headers_mut());
    let request = request.clone();
    Ok(ServiceResponse::new(request, response.map_into_right_body()))
}

/// What stands in a segment of a path as it is (RFC 3986 §3.3).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same in a variable that holds several segments.
const SEGMENTS: &AsciiSet = &SEGMENT.remove(b'/');

/// The request's own address with the first variable of its path replaced.
fn address_of(request: &HttpRequest, to: &str) -> Option<HeaderValue> {
    let pattern = request.match_pattern()?;
    let mut address = String::with_capacity(pattern.len() + to.len());
    let mut values = std::iter::once(to.to_owned())
        .chain(request.match_info().iter().skip(1).map(|(_, value)| percent_decode_str(value).decode_utf8_lossy().into_owned()));
    let mut rest = pattern.as_str();
    while let Some((literal, variable)) = rest.split_once('{') {
        let end = closing(variable)?;
        let is_tail = variable[..end].contains(':');
        address.push_str(literal);
        address.extend(utf8_percent_encode(&values.next()?, if is_tail { SEGMENTS } else { SEGMENT }));
        rest = &variable[end + 1..];
    }
    address.push_str(rest);
    let mut query = request.query_string().to_owned();
    if let Some(KeyInAddress(key)) = request.extensions().get() {
        // Told to whom it came from: without it they would go on as anybody.
        let separator = if query.is_empty() { "" } else { "&" };
        query = format!("{query}{separator}key={}", utf8_percent_encode(key, SEGMENT));
    }
    if !query.is_empty() {
        address.push('?');
        address.push_str(&query);
    }
    HeaderValue::from_str(&address).ok()
}

/// Where the brace that was just opened closes.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1_u32;
    text.char_indices().find_map(|(at, letter)| {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(at)
    })
}
