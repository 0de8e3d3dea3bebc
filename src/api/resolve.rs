//! What a path leads to.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{domain::change::Resource, store::resolve::Resolution as Row};

/// What a path leads to, and where that is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Resolution {
    /// What kind of thing it is.
    #[schema(value_type = Resource)]
    pub resource: Resource,
    /// Its id.
    pub id: Uuid,
    /// Its slug (of a section: its path).
    #[schema(example = "port-reopens-after-storm")]
    pub slug: String,
    /// Its title or name.
    #[schema(example = "Port reopens after storm")]
    pub title: String,
    /// Its path on the publication's site now. Where it differs from the one that was asked for, send the reader there.
    #[schema(example = "/news/transport/port-reopens-after-storm")]
    pub path: String,
    /// Where this API has the whole of it.
    #[schema(example = "/v1/articles/port-reopens-after-storm")]
    pub href: String,
}

impl From<Row> for Resolution {
    fn from(Row { resource, id, slug, title, path }: Row) -> Self {
        let collection = match resource {
            Resource::Article => "articles",
            Resource::Section => "sections",
            Resource::Tag => "tags",
            Resource::Author => "authors",
            Resource::Media => "media",
            Resource::Source => "sources",
            Resource::Page => "pages",
            Resource::Menu => "menus",
            Resource::Collection => "collections",
            Resource::Site => "site",
            Resource::User => "users",
            Resource::Partner => "partners",
            Resource::Licence => "licences",
            Resource::ApiKey => "keys",
            Resource::Webhook => "webhooks",
        };
        Self { href: format!("/v1/{collection}/{slug}"), resource, id, slug, title, path }
    }
}
