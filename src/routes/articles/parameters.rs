//! What may be asked of articles.

use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::{
    api::{
        article::{ArticleInclude, CardInclude},
        article_body::BodyFormat,
        reference::{ArticleRef, AuthorRef, SectionRef, SourceRef, TagRef},
        time::Moment,
    },
    domain::article::{Kind, Status},
    http::{extract::CommaList, fields::Fields, paging::Limit},
    store::articles::list::Order,
};

/// The filters, the order and the form of a list of articles.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListArticles {
    /// In this section or below it: a path or an id.
    #[param(value_type = SectionRef, inline, required = false)]
    pub section: Option<SectionRef>,
    /// `exact` leaves out what stands only in sections below `section`.
    #[serde(default)]
    #[param(inline, required = false)]
    pub section_scope: SectionScope,
    /// With this tag: a slug or an id. Several must all be there.
    #[serde(default)]
    #[param(value_type = Vec<TagRef>, inline, style = Form, explode, required = false, max_items = 20)]
    pub tag: Vec<TagRef>,
    /// With at least one of these tags, separated by commas or repeated.
    #[serde(default)]
    #[param(value_type = Vec<TagRef>, inline, style = Form, explode = false, required = false, max_items = 20)]
    pub tag_any: CommaList<TagRef>,
    /// Signed by this author: a slug or an id.
    #[param(value_type = AuthorRef, inline, required = false)]
    pub author: Option<AuthorRef>,
    /// Taken from this outlet: a slug or an id.
    #[param(value_type = SourceRef, inline, required = false)]
    pub source: Option<SourceRef>,
    /// Of this genre.
    #[param(value_type = Kind, required = false)]
    pub kind: Option<Kind>,
    /// In this language (BCP 47).
    #[param(value_type = String, required = false, example = "en", pattern = r"^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?$")]
    pub language: Option<Language>,
    /// Published at this time or later.
    #[param(value_type = DateTime<Utc>, required = false)]
    pub published_after: Option<Moment>,
    /// Published before this time.
    #[param(value_type = DateTime<Utc>, required = false)]
    pub published_before: Option<Moment>,
    /// Updated at this time or later.
    #[param(value_type = DateTime<Utc>, required = false)]
    pub updated_after: Option<Moment>,
    /// `media`: with lead media only.
    #[param(value_type = Has, required = false)]
    pub has: Option<Has>,
    /// Not these: slugs or ids, separated by commas or repeated.
    #[serde(default)]
    #[param(value_type = Vec<ArticleRef>, inline, style = Form, explode = false, required = false, max_items = 100)]
    pub exclude: CommaList<ArticleRef>,
    /// The newsroom only: in one of these states, whether readers see it or not. Then the order is `-updated_at`.
    #[serde(default)]
    #[param(value_type = Vec<Status>, style = Form, explode = false, required = false)]
    pub status: CommaList<Status>,
    /// The order.
    #[param(value_type = Sort, required = false)]
    pub sort: Option<Sort>,
    /// How many cards a page holds.
    #[serde(default)]
    #[param(inline, required = false)]
    pub limit: Limit,
    /// Where the page begins: `page.next_cursor` of the one before, with the same filters and order.
    #[param(required = false, nullable = false, max_length = 1024)]
    pub cursor: Option<String>,
    /// Whether to count the whole list, into `page.total`.
    #[serde(default)]
    #[param(required = false)]
    pub count: bool,
    /// What to add to each card.
    #[serde(default)]
    #[param(value_type = Vec<CardInclude>, style = Form, explode = false, required = false)]
    pub include: CommaList<CardInclude>,
    /// The form of the bodies that `include=body` adds.
    #[serde(default)]
    #[param(value_type = BodyFormat, required = false)]
    pub body: BodyFormat,
    /// Only these members of each card: `id,title,section.name`.
    #[serde(default)]
    #[param(value_type = String, required = false)]
    pub fields: Fields,
}

/// The form of one article.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ShowArticle {
    /// The form of the body.
    #[serde(default)]
    #[param(value_type = BodyFormat, required = false)]
    pub body: BodyFormat,
    /// What to add.
    #[serde(default)]
    #[param(value_type = Vec<ArticleInclude>, style = Form, explode = false, required = false)]
    pub include: CommaList<ArticleInclude>,
    /// Only these members: `id,title,section.name`.
    #[serde(default)]
    #[param(value_type = String, required = false)]
    pub fields: Fields,
}

/// The form of the answer to a write.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WrittenArticle {
    /// Only these members of the answer: `id,slug`.
    #[serde(default)]
    #[param(value_type = String, required = false)]
    pub fields: Fields,
}

/// Whether sections below count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SectionScope {
    /// They do.
    #[default]
    Descendants,
    /// They do not.
    Exact,
}

/// What an article must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Has {
    /// Lead media.
    Media,
}

/// The order of a list; a minus sign is for the latest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
pub enum Sort {
    /// The newest first.
    #[serde(rename = "-published_at")]
    NewestFirst,
    /// The oldest first.
    #[serde(rename = "published_at")]
    OldestFirst,
    /// The last updated first.
    #[serde(rename = "-updated_at")]
    LastUpdatedFirst,
}

impl From<Sort> for Order {
    fn from(sort: Sort) -> Self {
        match sort {
            Sort::NewestFirst => Self::NewestFirst,
            Sort::OldestFirst => Self::OldestFirst,
            Sort::LastUpdatedFirst => Self::LastUpdatedFirst,
        }
    }
}

/// A language tag, with its usual capitals.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Language(pub String);

impl TryFrom<String> for Language {
    type Error = String;

    fn try_from(tag: String) -> Result<Self, String> {
        crate::domain::language::parse(&tag).map(Self)
    }
}
