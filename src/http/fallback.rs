//! What answers where no route does: 404, or 405 where the address takes other methods.

use std::collections::BTreeMap;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        Method,
        header::{ALLOW, HeaderValue},
    },
    web::Data,
};
use utoipa::openapi::OpenApi;

use super::problem::{Problem, ProblemKind, Result};

/// The `Allow` of each address, by its pattern: application data, made from the document.
#[derive(Clone, Debug, Default)]
pub struct AllowTable(BTreeMap<String, String>);

impl AllowTable {
    /// The methods of every path of the document. HEAD goes with GET, OPTIONS with all.
    #[must_use]
    pub fn of(document: &OpenApi) -> Self {
        let allow = |item: &utoipa::openapi::PathItem| {
            let methods = [
                ("GET, HEAD", item.get.is_some()),
                ("POST", item.post.is_some()),
                ("PUT", item.put.is_some()),
                ("PATCH", item.patch.is_some()),
                ("DELETE", item.delete.is_some()),
                ("OPTIONS", true),
            ];
            methods.into_iter().filter(|(_, is_taken)| *is_taken).map(|(name, _)| name).collect::<Vec<_>>().join(", ")
        };
        Self(document.paths.paths.iter().map(|(path, item)| (path.clone(), allow(item))).collect())
    }

    /// `pattern` is the router's, in which a variable may carry an expression: `/sections/{path:.*}`.
    fn get(&self, pattern: &str) -> Option<&str> {
        self.0.get(&plain(pattern)).map(String::as_str)
    }
}

/// A router's pattern as the document spells it, without expressions.
fn plain(pattern: &str) -> String {
    let mut plain = String::with_capacity(pattern.len());
    let (mut depth, mut is_expression) = (0_u32, false);
    for letter in pattern.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ':' if depth == 1 => is_expression = true,
            _ => {}
        }
        if !is_expression || (letter == '}' && depth == 0) {
            plain.push(letter);
        }
        is_expression &= depth > 0;
    }
    plain
}

/// The service of last resort.
///
/// # Errors
/// Always, unless a browser or a tool asks for the OPTIONS of an address that exists.
pub async fn fallback(request: HttpRequest) -> Result<HttpResponse> {
    let table = request.app_data::<Data<AllowTable>>();
    let pattern = request.resource_map().match_pattern(request.path());
    let Some(allow) =
        table.zip(pattern).and_then(|(table, pattern)| table.get(&pattern).and_then(|allow| HeaderValue::from_str(allow).ok()))
    else {
        return Err(Problem::new(ProblemKind::NotFound, "No resource has this address; `/docs` lists those that there are."));
    };
    if request.method() == Method::OPTIONS {
        return Ok(HttpResponse::NoContent().insert_header((ALLOW, allow)).finish());
    }
    let detail = format!("This address takes {}.", allow.to_str().unwrap_or_default());
    Err(Problem::new(ProblemKind::MethodNotAllowed, detail).with_header(ALLOW, allow))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use actix_web::{App, get, patch, test, web};
    use utoipa_actix_web::AppExt;

    use super::*;

    #[utoipa::path]
    #[get("/things/{thing:.*}")]
    async fn show() -> HttpResponse {
        HttpResponse::Ok().finish()
    }

    #[utoipa::path]
    #[patch("/things/{thing:.*}")]
    async fn update() -> HttpResponse {
        HttpResponse::Ok().finish()
    }

    #[test]
    async fn expressions_are_left_out_of_a_pattern() {
        assert_eq!(plain("/a/{b}/c"), "/a/{b}/c");
        assert_eq!(plain("/a/{b:.*}/c/{d:[a-z]{2}}"), "/a/{b}/c/{d}");
    }

    #[test]
    async fn a_wrong_method_is_told_the_right_ones() {
        let (app, document) = App::new()
            .into_utoipa_app()
            .service(utoipa_actix_web::scope("/v1").service(show).service(update))
            .default_service(web::to(fallback))
            .split_for_parts();
        let app = test::init_service(app.app_data(Data::new(AllowTable::of(&document)))).await;
        let call =
            |method: Method, path: &str| test::call_service(&app, test::TestRequest::default().method(method).uri(path).to_request());

        let response = call(Method::DELETE, "/v1/things/a/b").await;
        assert_eq!(response.status(), 405);
        assert_eq!(response.headers().get(ALLOW).unwrap(), "GET, HEAD, PATCH, OPTIONS");
        assert_eq!(call(Method::OPTIONS, "/v1/things/a").await.status(), 204);
        assert_eq!(call(Method::GET, "/v1/thing").await.status(), 404);
        assert_eq!(call(Method::GET, "/v1/things/a").await.status(), 200);
    }
}
