//! The text of an article in the form that suits the client.

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, MapAccess, Visitor, value::MapAccessDeserializer},
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Type,
        schema::{ObjectBuilder, OneOfBuilder, Schema},
    },
};

use crate::{
    domain::body::{self, Block},
    store::articles::change::BodyText,
};

/// The forms in which a body can be had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BodyFormat {
    /// Sanitised HTML, as it is stored.
    #[default]
    Html,
    /// Plain text; blank lines between paragraphs.
    Text,
    /// CommonMark with tables.
    Markdown,
    /// A list of typed blocks, for native apps.
    Blocks,
}

/// A body, in one of four forms; `format` says which.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "format", rename_all = "snake_case")]
pub enum Body {
    /// HTML.
    #[schema(title = "BodyHtml")]
    Html {
        /// Sanitised HTML: no scripts, no handlers, embeds of known providers only.
        #[schema(example = "<p>Ferries ran again on Tuesday.</p>")]
        html: String,
    },
    /// Plain text.
    #[schema(title = "BodyText")]
    Text {
        /// Paragraphs with blank lines between them.
        text: String,
    },
    /// Markdown.
    #[schema(title = "BodyMarkdown")]
    Markdown {
        /// CommonMark with tables.
        markdown: String,
    },
    /// Blocks.
    #[schema(title = "BodyBlocks")]
    Blocks {
        /// In the order of the text.
        blocks: Vec<Block>,
    },
}

impl Body {
    /// A stored body in this form.
    #[must_use]
    pub fn of(html: String, format: BodyFormat) -> Self {
        match format {
            BodyFormat::Html => Self::Html { html },
            BodyFormat::Text => Self::Text { text: body::to_text(&html) },
            BodyFormat::Markdown => Self::Markdown { markdown: body::to_markdown(&html) },
            BodyFormat::Blocks => Self::Blocks { blocks: body::blocks(&html) },
        }
    }
}

/// A body as it is written: a string is HTML; `{"format": "markdown", "text": "…"}` and `{"format": "html", "html": "…"}`
/// say what they are.
#[derive(Clone, Debug)]
pub enum BodyInput {
    /// An HTML fragment, which will be sanitised.
    Html(String),
    /// CommonMark with tables.
    Markdown(String),
}

impl BodyInput {
    /// The text as it was sent.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Html(text) | Self::Markdown(text) => text,
        }
    }
}

impl From<BodyInput> for BodyText {
    fn from(body: BodyInput) -> Self {
        match body {
            BodyInput::Html(html) => Self::Html(html),
            BodyInput::Markdown(text) => Self::Markdown(text),
        }
    }
}

#[derive(Deserialize)]
#[serde(tag = "format", rename_all = "snake_case")]
enum Formatted {
    #[serde(alias = "HTML")]
    Html(HtmlInput),
    Markdown(MarkdownInput),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HtmlInput {
    #[serde(alias = "text")]
    html: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MarkdownInput {
    #[serde(alias = "markdown")]
    text: String,
}

impl<'de> Deserialize<'de> for BodyInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = BodyInput;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("HTML as a string, or an object with `format`")
            }

            fn visit_str<E: Error>(self, html: &str) -> Result<BodyInput, E> {
                Ok(BodyInput::Html(html.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<BodyInput, A::Error> {
                Ok(match Formatted::deserialize(MapAccessDeserializer::new(map))? {
                    Formatted::Html(HtmlInput { html }) => BodyInput::Html(html),
                    Formatted::Markdown(MarkdownInput { text }) => BodyInput::Markdown(text),
                })
            }
        }

        deserializer.deserialize_any(Either)
    }
}

impl PartialSchema for BodyInput {
    fn schema() -> RefOr<Schema> {
        let text = |description: &str| {
            ObjectBuilder::new()
                .schema_type(Type::String)
                .max_length(Some(super::article_change::LONGEST_BODY))
                .description(Some(description))
                .build()
        };
        let formatted = |format: &str, member: &str, description: &str| {
            ObjectBuilder::new()
                .property("format", ObjectBuilder::new().schema_type(Type::String).enum_values(Some([format])).build())
                .property(member, text(description))
                .required("format")
                .required(member)
                .additional_properties(Some(utoipa::openapi::schema::AdditionalProperties::FreeForm(false)))
                .build()
        };
        let schema = OneOfBuilder::new()
            .item(text("HTML, which is sanitised."))
            .item(formatted("markdown", "text", "CommonMark with tables."))
            .item(formatted("html", "html", "HTML, which is sanitised."))
            .description(Some("The text: a string is HTML; an object says what it is by `format`."))
            .build();
        RefOr::T(Schema::OneOf(schema))
    }
}
impl ToSchema for BodyInput {}
