//! How clients name one thing: `port-reopens-after-storm`, `news/energy`, or an id.

use serde::{Deserialize, Deserializer, de::Error};
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{
        RefOr, Required, Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
        schema::{ObjectBuilder, Schema},
    },
};

use crate::domain::reference::Reference;

const LONGEST: usize = 1000;

fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Reference, D::Error> {
    let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
    // Characters that no slug has are not looked for here: what is named so is not found.
    if text.is_empty() || text.chars().count() > LONGEST {
        return Err(D::Error::custom("it must be an id or a slug"));
    }
    Ok(Reference::parse(text.trim_matches('/')))
}

macro_rules! references {
    ($($(#[$doc:meta])* $name:ident: $parameter:literal, $description:literal, $example:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(pub Reference);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                read(deserializer).map(Self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some($description))
                    .min_length(Some(1))
                    .max_length(Some(LONGEST))
                    .examples([serde_json::json!($example)])
                    .build()
                    .into()
            }
        }
        impl ToSchema for $name {}

        impl IntoParams for $name {
            fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
                vec![
                    ParameterBuilder::new()
                        .name($parameter)
                        .parameter_in(ParameterIn::Path)
                        .required(Required::True)
                        .description(Some($description))
                        .schema(Some(Self::schema()))
                        .build(),
                ]
            }
        }
    )*};
}

references! {
    /// An article.
    ArticleRef: "article", "An article's id or slug; a former slug answers 301.", "port-reopens-after-storm";
    /// A section.
    SectionRef: "section", "A section's id or full path; a former path answers 301.", "news/transport";
    /// A tag.
    TagRef: "tag", "A tag's id or slug; a former slug answers 301.", "ports";
    /// An author.
    AuthorRef: "author", "An author's id or slug; a former slug answers 301.", "m-aydin";
    /// An outlet.
    SourceRef: "source", "An outlet's id or slug.", "harbour-gazette";
    /// An image or a file.
    MediaRef: "media", "The id of a media record.", "0197a8f2-7c1b-7b0e-9a52-3f1f6f9f2d10";
    /// A page.
    PageRef: "page", "A page's id or slug; a former slug answers 301.", "about";
    /// A menu.
    MenuRef: "menu", "A menu's id or slug.", "header";
    /// A partner.
    PartnerRef: "partner", "A partner's id or slug; a former slug answers 301.", "harbour-wire";
    /// A collection.
    CollectionRef: "collection", "A collection's id or slug; a former slug answers 301.", "front-page";
}
