//! The OpenAPI document: what the routes say, completed with what every answer carries.

use std::collections::{BTreeMap, HashMap};

use actix_web::App;
use utoipa::{
    OpenApi as _,
    openapi::{
        HeaderBuilder, HttpMethod, Object, OpenApi, Ref, RefOr, Required, Response, ResponseBuilder, SecurityRequirement, Type,
        path::{Operation, ParameterBuilder, ParameterIn, ParameterStyle},
        schema::{ArrayBuilder, ArrayItems, ObjectBuilder, Schema},
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
        server::Server,
    },
};
use utoipa_actix_web::{AppExt, scope};

use super::{configure, configure_root};
use crate::{
    api::{
        article::{ArticleInclude, CardInclude},
        article_body::BodyFormat,
        change::ChangeInclude,
        webhook_message::{GoneArticle, SeenArticle, WebhookData, WebhookMessage, WebhookTest},
    },
    domain::{
        article::{Kind, Status},
        webhook::{DeliveryStatus, Event},
    },
    http::{
        fields::names_of,
        problem::{FaultShape, ProblemKind, ProblemShape, answer},
    },
};

/// The name of the security scheme of the newsroom, as routes give it.
const TOKEN: &str = "token";
/// The name of the security scheme of partners.
const KEY: &str = "key";
/// The same on the addresses of feeds.
const KEY_IN_ADDRESS: &str = "key_in_address";

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Broadsheet",
        description = "A headless content API for news publishers.\n\n\
            Lists are pages by keyset: follow `page.next_cursor` (or the `Link` header) until it is null. Every answer has a strong `ETag`: send it as \
            `If-None-Match` and get 304 while nothing changed. `fields=` leaves the members that you need, `include=` adds what stands around, so that a page \
            needs one call. Errors are `application/problem+json`, all faults at once. Changes want the version that was read in `If-Match`."
    ),
    components(schemas(
        ProblemShape, FaultShape, Kind, Status, BodyFormat, CardInclude, ArticleInclude, ChangeInclude,
        super::articles::Sort, super::articles::Has, super::partners::UsageDetail,
        DeliveryStatus, Event, WebhookMessage, WebhookData, SeenArticle, GoneArticle, WebhookTest
    )),
    tags(
        (name = "articles", description = "What the publication prints, as cards and whole."),
        (name = "search", description = "Articles by their words."),
        (name = "feeds", description = "Newest-first feeds as cards, JSON Feed, RSS, Atom and ninjs."),
        (name = "sitemaps", description = "For search engines: what is new, and everything."),
        (name = "changes", description = "For who keeps a copy: what changed since, and everything at once."),
        (name = "sections", description = "The tree of the publication."),
        (name = "tags", description = "What articles are about."),
        (name = "authors", description = "Who signs articles."),
        (name = "media", description = "Images and files."),
        (name = "sources", description = "The outlets of reprints and translations."),
        (name = "pages", description = "Privacy, About, and the like."),
        (name = "menus", description = "Ordered, nested links: header, footer."),
        (name = "collections", description = "Lists that the newsroom puts together by hand."),
        (name = "site", description = "The publication itself."),
        (name = "resolve", description = "From any address that readers have to what stands there now."),
        (name = "auth", description = "Logging in and out."),
        (name = "me", description = "The account of who calls."),
        (name = "users", description = "The accounts of the newsroom."),
        (name = "partners", description = "Companies that take content by API keys: what they may read, and how often."),
        (name = "webhooks", description = "Addresses that are told when articles change: of the publication, and of partners by their licence."),
        (name = "health", description = "For load balancers."),
        (name = "docs", description = "The contract and the problem catalogue.")
    )
)]
struct Base;

/// The document of every route.
#[must_use]
pub fn document() -> OpenApi {
    let (_, mut document) = App::new()
        .into_utoipa_app()
        .openapi(Base::openapi())
        .service(scope("/v1").configure(configure))
        .configure(configure_root)
        .split_for_parts();
    complete(&mut document);
    super::webhooks::describe(&mut document);
    document
}

fn complete(document: &mut OpenApi) {
    document.servers = Some(vec![Server::new("/")]);
    if let Some(components) = &mut document.components {
        let token = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("An access token of `POST /v1/auth/login`, for the newsroom. What an operation needs is named with it."))
            .build();
        components.security_schemes.insert(TOKEN.to_owned(), SecurityScheme::Http(token).into());
        let header = ApiKeyValue::with_description(
            "X-Api-Key",
            "A partner's key (`bs_…`), for what its licence lets it read. `Authorization: Bearer bs_…` will do as well.",
        );
        components.security_schemes.insert(KEY.to_owned(), SecurityScheme::ApiKey(ApiKey::Header(header)).into());
        let query =
            ApiKeyValue::with_description("key", "The same for feed readers, which send no headers. On the addresses of feeds alone.");
        components.security_schemes.insert(KEY_IN_ADDRESS.to_owned(), SecurityScheme::ApiKey(ApiKey::Query(query)).into());
    }
    let mut fields = FieldNames::of(document);
    for (path, item) in &mut document.paths.paths {
        let operations = [
            (HttpMethod::Get, &mut item.get),
            (HttpMethod::Post, &mut item.post),
            (HttpMethod::Put, &mut item.put),
            (HttpMethod::Patch, &mut item.patch),
            (HttpMethod::Delete, &mut item.delete),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                complete_operation(path, &method, operation);
                fields.describe(operation);
            }
        }
    }
    if let Some(components) = &mut document.components {
        components.schemas.extend(fields.used);
    }
}

/// The names that `fields` takes, so that a client's compiler knows them: a schema for each kind of answer.
struct FieldNames {
    schemas: HashMap<String, RefOr<Schema>>,
    used: BTreeMap<String, RefOr<Schema>>,
}

impl FieldNames {
    fn of(document: &OpenApi) -> Self {
        let schemas = document.components.iter().flat_map(|components| components.schemas.clone()).collect();
        Self { schemas, used: BTreeMap::new() }
    }

    fn describe(&mut self, operation: &mut Operation) {
        let Some(shown) = answer_of(operation).map(|schema| self.item_of(&schema)) else { return };
        for parameter in operation.parameters.iter_mut().flatten() {
            let RefOr::T(parameter) = parameter else { continue };
            if parameter.name != "fields" {
                continue;
            }
            let name = format!("{shown}Field");
            let schemas = &self.schemas;
            self.used.entry(name.clone()).or_insert_with(|| {
                let names = names_of(&shown, schemas.clone());
                let about = format!("A member of `{shown}`, for `fields`. Members that are deeper than two dots may be named too.");
                ObjectBuilder::new().schema_type(Type::String).description(Some(about)).enum_values(Some(names)).build().into()
            });
            let names = ArrayBuilder::new().items(Ref::from_schema_name(name)).min_items(Some(1)).max_items(Some(100)).build();
            // Made anew, for the example of a text is none of a list.
            *parameter = ParameterBuilder::new()
                .name("fields")
                .parameter_in(ParameterIn::Query)
                .required(Required::False)
                .description(parameter.description.take())
                .style(Some(ParameterStyle::Form))
                .explode(Some(false))
                .schema(Some(names))
                .build();
        }
    }

    /// A list's fields are those of its items.
    fn item_of(&self, schema: &str) -> String {
        let items = self.schemas.get(schema).and_then(|schema| match schema {
            RefOr::T(Schema::Object(object)) if schema_is_list(object) => object.properties.get("items"),
            _ => None,
        });
        match items {
            Some(RefOr::T(Schema::Array(array))) => match &array.items {
                ArrayItems::RefOrSchema(item) => name_in(item).unwrap_or_else(|| schema.to_owned()),
                _ => schema.to_owned(),
            },
            _ => schema.to_owned(),
        }
    }
}

fn schema_is_list(object: &Object) -> bool {
    object.properties.contains_key("items") && object.properties.keys().all(|name| name == "items" || name == "page")
}

/// The schema of what an operation answers with.
fn answer_of(operation: &Operation) -> Option<String> {
    ["200", "201"].iter().find_map(|status| match operation.responses.responses.get(*status) {
        Some(RefOr::T(response)) => match response.content.get("application/json") {
            Some(RefOr::T(content)) => content.schema.as_ref().and_then(name_in),
            _ => None,
        },
        _ => None,
    })
}

fn name_in(schema: &RefOr<Schema>) -> Option<String> {
    match schema {
        RefOr::Ref(reference) => reference.ref_location.rsplit('/').next().map(str::to_owned),
        RefOr::T(_) => None,
    }
}

fn complete_operation(path: &str, method: &HttpMethod, operation: &mut Operation) {
    let is_read = *method == HttpMethod::Get;
    if operation.security.is_none() {
        let anybody = SecurityRequirement::default();
        // A reader needs no token for what is public, but may send one to see more.
        let is_public_read = is_read && path.starts_with("/v1/");
        let mut schemes = if path == "/v1/licence" { Vec::new() } else { vec![anybody] };
        if is_public_read {
            let of = |scheme| SecurityRequirement::new(scheme, Vec::<String>::new());
            schemes.extend((path != "/v1/licence").then(|| of(TOKEN)));
            schemes.push(of(KEY));
            schemes.extend(path.starts_with("/v1/feeds/").then(|| of(KEY_IN_ADDRESS)));
        }
        operation.security = Some(schemes);
    }
    // Refused by the outermost middleware, before any route is chosen.
    operation.responses.responses.entry("414".to_owned()).or_insert_with(|| RefOr::T(answer(&[ProblemKind::UriTooLong])));
    // Whoever is limited, by a key or by an address, is so for everything under `/v1`.
    if path.starts_with("/v1/") {
        operation
            .responses
            .responses
            .entry("429".to_owned())
            .or_insert_with(|| RefOr::T(answer(&[ProblemKind::QuotaExceeded, ProblemKind::TooManyAttempts])));
    }
    let is_list =
        operation.parameters.iter().flatten().any(|parameter| matches!(parameter, RefOr::T(parameter) if parameter.name == "cursor"));
    // What stands beside `/v1` is for probes and people.
    let is_resource = path.starts_with("/v1/");
    // A write that can find a version stale, or makes something, answers with the version that it left.
    let has_versions = is_read || operation.responses.responses.keys().any(|status| status == "412" || status == "201");
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response {
            complete_response(status, response, is_read && is_resource, has_versions && is_resource, is_list);
        }
    }
    let is_validated = operation.responses.responses.get("200").is_some_and(|response| match response {
        RefOr::T(response) => response.headers.contains_key("ETag"),
        RefOr::Ref(_) => false,
    });
    if is_read && is_validated {
        let mut unchanged = ResponseBuilder::new()
            .description("Nothing changed since the tag in `If-None-Match`, or the date in `If-Modified-Since`.")
            .build();
        for name in ["ETag", "Last-Modified", "Cache-Control", "Vary"] {
            unchanged.headers.insert(name.to_owned(), header(name).into());
        }
        operation.responses.responses.insert("304".to_owned(), RefOr::T(unchanged));
    }
}

fn complete_response(status: &str, response: &mut Response, is_read: bool, has_versions: bool, is_list: bool) {
    let is_success = status.starts_with('2');
    // It has no end, so nothing can be said of the whole.
    let is_stream = response.content.keys().any(|kind| matches!(kind.as_str(), "text/event-stream" | "application/x-ndjson"));
    if is_success && is_stream {
        for name in ["X-Request-Id", "Cache-Control", "Vary"] {
            response.headers.entry(name.to_owned()).or_insert_with(|| header(name).into());
        }
        return;
    }
    let mut names = vec!["X-Request-Id"];
    if is_success && !response.content.is_empty() && !response.content.contains_key("text/html") {
        if has_versions {
            names.push("ETag");
        }
        if is_read {
            names.extend(["Last-Modified", "Cache-Control", "Vary", "Surrogate-Key", "Cache-Tag"]);
        }
        if is_list {
            names.push("Link");
        }
    }
    if status == "201" {
        names.push("Location");
    }
    for name in names {
        response.headers.entry(name.to_owned()).or_insert_with(|| header(name).into());
    }
}

fn header(name: &str) -> utoipa::openapi::Header {
    let description = match name {
        "ETag" => "The version of the answer (RFC 9110 §8.8.3): for `If-None-Match`, and for `If-Match` in a change.",
        "Last-Modified" => "When what readers see last changed. Left out while that is only seconds ago.",
        "Cache-Control" => "How long the answer may be kept, and by whom (RFC 9111, RFC 5861).",
        "Vary" => "The request headers that the answer depends on.",
        "Surrogate-Key" => "What the answer depends on, for purging a CDN: separated by spaces.",
        "Cache-Tag" => "What the answer depends on, for purging a CDN: separated by commas.",
        "Link" => "The next page, if there is one (RFC 8288).",
        "Location" => "Where it is.",
        _ => "The id of the request, as in the log. A sane one that the client sends is kept.",
    };
    HeaderBuilder::new().schema(Some(ObjectBuilder::new().schema_type(Type::String).build())).description(Some(description)).build()
}
