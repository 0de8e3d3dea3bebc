//! Identifiers: UUIDv7 (RFC 9562 §5.7), a type for each resource, so that none is handed to another's function.

use diesel_derive_newtype::DieselNewType;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema, DieselNewType)]
        #[schema(value_type = Uuid)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new identifier, later in order than all that were made before it.
            #[must_use]
            #[expect(clippy::new_without_default, reason = "each call gives another value")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

ids! {
    /// Identifies an article.
    ArticleId;
    /// Identifies a section.
    SectionId;
    /// Identifies a tag.
    TagId;
    /// Identifies an author.
    AuthorId;
    /// Identifies an image or a file.
    MediaId;
    /// Identifies the outlet of a reprint.
    SourceId;
    /// Identifies a page.
    PageId;
    /// Identifies a menu.
    MenuId;
    /// Identifies a collection.
    CollectionId;
    /// Identifies a user.
    UserId;
    /// Identifies a partner.
    PartnerId;
    /// Identifies a licence.
    LicenceId;
    /// Identifies an API key.
    ApiKeyId;
    /// Identifies a webhook endpoint.
    WebhookId;
    /// Identifies a delivery: the `webhook-id` of its messages.
    DeliveryId;
}
