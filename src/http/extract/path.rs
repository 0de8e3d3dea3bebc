//! The variables of a path, percent-decoded.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;

use crate::http::problem::{Problem, ProblemKind, Result};

/// The variables of the path. `%2F` arrives as a slash.
///
/// 400 for what is no UTF-8 or holds U+0000; 404 for what can be no reference, since nothing has that address.
#[derive(Debug)]
pub struct Path<T>(pub T);

super::wrapper!(Path);

impl<T: DeserializeOwned + 'static> FromRequest for Path<T> {
    type Error = Problem;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request))
    }
}

fn read<T: DeserializeOwned>(request: &HttpRequest) -> Result<Path<T>> {
    check(request.uri().path())?;
    T::deserialize(actix_router::PathDeserializer::new(request.match_info()))
        .map(Path)
        .map_err(|fault| Problem::not_found().with_source(fault))
}

/// The router has replaced what is no UTF-8 already, so the raw path is looked at.
fn check(raw: &str) -> Result<()> {
    match percent_decode_str(raw).decode_utf8() {
        Err(_) => Err(Problem::new(ProblemKind::BadRequest, "The path is not UTF-8 when its percent signs are decoded.")),
        Ok(text) if text.contains('\0') => Err(Problem::new(ProblemKind::BadRequest, "The path holds the character U+0000.")),
        Ok(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::{App, HttpResponse, test, web};

    use super::*;

    #[actix_web::test]
    async fn a_path_is_decoded_once() {
        let echo = |path: Path<String>| async move { HttpResponse::Ok().body(path.into_inner()) };
        let app = test::init_service(App::new().route("/x/{name:.*}", web::get().to(echo))).await;
        for (path, status, body) in [
            ("/x/news/energy", 200, "news/energy"),
            ("/x/news%2Fenergy", 200, "news/energy"),
            ("/x/s%C3%B6z", 200, "söz"),
            ("/x/100%2525", 200, "100%25"),
            ("/x/%FF", 400, ""),
            ("/x/%00", 400, ""),
        ] {
            let response = test::call_service(&app, test::TestRequest::get().uri(path).to_request()).await;
            assert_eq!(response.status(), status, "{path}");
            if status == 200 {
                assert_eq!(test::read_body(response).await, body, "{path}");
            }
        }
    }

    #[actix_web::test]
    async fn what_can_be_no_reference_is_not_found() {
        let app = test::init_service(App::new().route("/n/{number}", web::get().to(|_: Path<u8>| async { HttpResponse::Ok().finish() }))).await;
        assert_eq!(test::call_service(&app, test::TestRequest::get().uri("/n/7").to_request()).await.status(), 200);
        assert_eq!(test::call_service(&app, test::TestRequest::get().uri("/n/seven").to_request()).await.status(), 404);
    }
}
