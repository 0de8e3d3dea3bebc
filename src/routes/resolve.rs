//! From any path that readers may still have to what stands there now.

use actix_web::{
    HttpRequest, HttpResponse, Responder, get,
    http::header::{HeaderValue, LOCATION},
    web::Data,
};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::Deserialize;
use url::Url;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    access::caller::Caller,
    api::resolve::Resolution,
    http::{
        self,
        conditional::Tagged,
        extract::Query,
        problem::{Problem, ProblemKind, ReadProblems},
    },
    store::{self, db::Db},
};

const LONGEST: usize = 2000;

/// The routes of this file.
pub fn routes(config: &mut ServiceConfig) {
    config.service(resolve_path);
}

/// What to look up.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ResolvePath {
    /// A path on the publication's site, or a whole URL of it: now, formerly, or on the site that its content was imported from.
    #[param(value_type = String, required, min_length = 1, max_length = 2000, example = "/2024/04/old-url/")]
    pub path: Option<String>,
}

/// Resolve a path.
///
/// For a front end's catch-all route: says what a path leads to, in one call. A path that something used to have answers 301 to the
/// resolution of its present path; who follows redirects sees by `path` that the reader must be sent on.
#[utoipa::path(tag = "resolve", params(ResolvePath), responses(ReadProblems, (status = 200, body = Resolution, description = "What stands there."), (status = 301, body = Resolution, description = "What stands there has another path now, which `Location` resolves.")))]
#[get("/resolve")]
async fn resolve_path(request: HttpRequest, caller: Caller, query: Query<ResolvePath>, db: Data<Db>) -> http::Result<HttpResponse> {
    let asked = query.into_inner().path.unwrap_or_default();
    let path = normalised(&asked)?;
    let (scope, wanted) = (caller.scope(), path.clone());
    let found = db.read(move |conn| store::resolve::resolve(conn, &scope, &wanted)).await?;
    let is_there = found.path == path;
    let key = format!("{}-{}", store::references::name_of(found.resource), found.id);
    let location = format!("/v1/resolve?path={}", utf8_percent_encode(&found.path, NON_ALPHANUMERIC));
    let mut response = Tagged::new(Resolution::from(found)).keys(vec![key]).respond_to(&request);
    if !is_there && response.status().is_success() {
        let location = HeaderValue::from_str(&location).map_err(|fault| Problem::new(ProblemKind::Internal, "").with_source(fault))?;
        *response.status_mut() = actix_web::http::StatusCode::MOVED_PERMANENTLY;
        response.headers_mut().insert(LOCATION, location);
    }
    Ok(response)
}

/// The path alone, decoded, without a slash at its end; the query stays, for sites that named articles by it.
fn normalised(asked: &str) -> http::Result<String> {
    let refused = |detail: &str| Problem::new(ProblemKind::InvalidParameter, detail).with_error("path", "invalid", detail);
    if asked.trim().is_empty() {
        return Err(refused("`path` is missing or empty; give the path that the reader asked for, such as `/news/transport`."));
    }
    if asked.len() > LONGEST {
        return Err(refused("`path` is longer than any address of a publication."));
    }
    let path = match Url::parse(asked) {
        Ok(url) if url.has_host() => match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        },
        _ => asked.to_owned(),
    };
    let path = path.split('#').next().unwrap_or_default();
    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    let path = percent_decode_str(path).decode_utf8().map_err(|_| refused("`path` is not UTF-8 when its percent signs are decoded."))?;
    if path.contains('\0') {
        return Err(refused("`path` holds the character U+0000."));
    }
    let path = format!("/{}", path.trim_matches('/'));
    Ok(match query {
        Some(query) if !query.is_empty() => format!("{path}?{query}"),
        _ => path,
    })
}

#[cfg(test)]
mod tests {
    use super::normalised;

    #[test]
    fn a_path_is_found_however_it_is_written() {
        for (asked, expected) in [
            ("/2024/04/old-url/", "/2024/04/old-url"),
            ("2024/04/old-url", "/2024/04/old-url"),
            ("https://old.example.org/2024/04/old-url/#top", "/2024/04/old-url"),
            ("/x%C3%A9", "/xé"),
            ("/?p=12", "/?p=12"),
            ("https://old.example.org/?p=12", "/?p=12"),
        ] {
            assert_eq!(normalised(asked).ok().as_deref(), Some(expected), "{asked}");
        }
        assert!(normalised("").is_err());
        assert!(normalised("/%FF").is_err());
        assert!(normalised("/a%00b").is_err());
    }
}
