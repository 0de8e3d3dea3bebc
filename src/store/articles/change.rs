//! What a write wants of an article, in values that are already of the right form.

use crate::domain::{
    article::{BylineRole, Kind, SourceKind, SourceRights},
    reference::Reference,
    slug::Slug,
};

/// What is to be different. `None` leaves a member as it is; an inner `None` takes it away.
#[derive(Clone, Debug, Default)]
pub struct ArticleChanges {
    /// A slug of the editor's choice.
    pub slug: Option<Slug>,
    /// The genre.
    pub kind: Option<Kind>,
    /// A BCP 47 tag.
    pub language: Option<String>,
    /// Plain text.
    pub title: Option<String>,
    /// Plain text.
    pub kicker: Option<Option<String>>,
    /// Plain text.
    pub standfirst: Option<Option<String>>,
    /// The text, as it was sent.
    pub body: Option<BodyText>,
    /// The primary section.
    pub section: Option<Reference>,
    /// All further sections.
    pub sections: Option<Vec<Reference>>,
    /// The whole byline, in order.
    pub byline: Option<Vec<(Reference, BylineRole)>>,
    /// All tags, in order.
    pub tags: Option<Vec<Reference>>,
    /// The image at the top.
    pub lead_media: Option<Option<Reference>>,
    /// All other media, in order.
    pub media: Option<Vec<Reference>>,
    /// Where it comes from.
    pub source: Option<Option<SourceChange>>,
    /// An absolute URL.
    pub canonical_url: Option<Option<String>>,
    /// For search engines.
    pub seo_title: Option<Option<String>>,
    /// For search engines.
    pub seo_description: Option<Option<String>>,
    /// Whether it is breaking.
    pub is_breaking: Option<bool>,
    /// Whether it is featured.
    pub is_featured: Option<bool>,
    /// Whether somebody paid for it.
    pub is_sponsored: Option<bool>,
    /// Another article that this one says in another language.
    pub translation_of: Option<Option<Reference>>,
}

/// A body before it is sanitised.
#[derive(Clone, Debug)]
pub enum BodyText {
    /// An HTML fragment.
    Html(String),
    /// CommonMark.
    Markdown(String),
}

/// The outlet of a reprint or a translation. It is found by its name, or made.
#[derive(Clone, Debug)]
pub struct SourceChange {
    /// The outlet's name.
    pub name: String,
    /// Where the original stands.
    pub url: Option<String>,
    /// How it came to be ours.
    pub kind: SourceKind,
    /// Whether it may be passed on.
    pub rights: SourceRights,
}
