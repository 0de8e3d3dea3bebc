//! What receivers are sent, in the document: OpenAPI 3.1 has a place for requests that go the other way.

use utoipa::openapi::{
    ContentBuilder, HttpMethod, OpenApi, PathItem, PathsBuilder, Ref, Required, ResponseBuilder, SecurityRequirement,
    path::{OperationBuilder, ParameterBuilder, ParameterIn},
    request_body::RequestBodyBuilder,
    schema::{ObjectBuilder, Type},
};

/// Adds the message to the document.
pub fn describe(document: &mut OpenApi) {
    let header = |name: &str, about: &str| {
        ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Header)
            .required(Required::True)
            .description(Some(about))
            .schema(Some(ObjectBuilder::new().schema_type(Type::String).build()))
            .build()
    };
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("WebhookMessage"))).build();
    let body = RequestBodyBuilder::new()
        .description(Some("At most 20 kB. Check the signature over these very bytes, before they are parsed."))
        .content("application/json", content)
        .required(Some(Required::True))
        .build();
    let operation = OperationBuilder::new()
        .operation_id(Some("receive_webhook"))
        .tag("webhooks")
        // Whoever receives it knows by the signature whom it is from.
        .security(SecurityRequirement::default())
        .summary(Some("Be told that an article changed"))
        .description(Some(
            "What an endpoint is sent, by Standard Webhooks 1.0. Answer 2xx within 20 seconds; anything else is tried again, by the same \
             `webhook-id`, for some three days. A message may come twice: keep the ids of the last days. 410 disables the endpoint.",
        ))
        .parameter(header("webhook-id", "The id of the message: the same at every attempt."))
        .parameter(header(
            "webhook-timestamp",
            "When this attempt was made, in seconds since 1970. Refuse what is older than five minutes.",
        ))
        .parameter(header(
            "webhook-signature",
            "Signatures of `{webhook-id}.{webhook-timestamp}.{body}`, separated by spaces: `v1,` and the HMAC-SHA256 in base64, or `v1a,` \
             and the Ed25519 signature. Several after a rotation; one that fits will do.",
        ))
        .request_body(Some(body))
        .response("2XX", ResponseBuilder::new().description("It has the message."))
        .response("410", ResponseBuilder::new().description("It wants no more of them: the endpoint is disabled."))
        .response(
            "default",
            ResponseBuilder::new().description("It has not: it is sent again later, after `Retry-After` if that is there."),
        )
        .build();
    document.webhooks = Some(PathsBuilder::new().path("article", PathItem::new(HttpMethod::Post, operation)).build());
}
