//! A body that may be left out.

use std::{future::Future, pin::Pin};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{CONTENT_LENGTH, TRANSFER_ENCODING},
};
use serde::de::DeserializeOwned;

use super::Json;
use crate::http::problem::{Problem, Result};

/// A JSON body, or the default of its type when the request has none: for actions that need no more than their address.
#[derive(Debug)]
pub struct OptionalJson<T>(pub T);

super::wrapper!(OptionalJson);

impl<T: DeserializeOwned + Default + 'static> FromRequest for OptionalJson<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let headers = request.headers();
        // Without either of these a request has no body (RFC 9112 §6.3), whatever type it claims.
        let is_empty = headers.get(CONTENT_LENGTH).is_none_or(|length| length.as_bytes() == b"0");
        if is_empty && !headers.contains_key(TRANSFER_ENCODING) {
            return Box::pin(std::future::ready(Ok(Self(T::default()))));
        }
        let body = Json::<Option<T>>::from_request(request, payload);
        Box::pin(async move { body.await.map(|Json(value)| Self(value.unwrap_or_default())) })
    }
}
