//! Pages, out and in.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    article_body::{Body, BodyFormat, BodyInput},
    article_change::LONGEST_BODY,
    faults::Faults,
    new::new_from_patch,
    patch::Patch,
    time::Moment,
};
use crate::{
    domain::id::PageId,
    http::{self, Problem},
    store::pages::{PageChanges, PageRow},
};

/// A page as the list of pages shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PageSummary {
    /// Its id.
    pub id: PageId,
    /// Its slug; a former one answers 301.
    #[schema(example = "about")]
    pub slug: String,
    /// Its language (BCP 47).
    #[schema(example = "en")]
    pub language: String,
    /// Its title.
    #[schema(example = "About us")]
    pub title: String,
    /// Since when readers see it. Null for a draft, which only the newsroom sees.
    #[schema(required)]
    pub published_at: Option<DateTime<Utc>>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// A page with its text.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StaticPage {
    #[serde(flatten)]
    #[expect(missing_docs, reason = "its members have theirs")]
    pub summary: PageSummary,
    /// The text, in the form that `body` asks for.
    pub body: Body,
    /// For search engines.
    pub seo: PageSeo,
}

/// What search engines are told of a page.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PageSeo {
    /// Instead of the title.
    #[schema(required)]
    pub title: Option<String>,
    /// What it is about.
    #[schema(required)]
    pub description: Option<String>,
}

impl From<PageRow> for PageSummary {
    fn from(row: PageRow) -> Self {
        let PageRow { id, slug, language, title, seo_title: _, seo_description: _, published_at, version: _, updated_at } = row;
        Self { id, slug, language, title, published_at, updated_at }
    }
}

impl StaticPage {
    /// The JSON of a row, with the body in this form.
    #[must_use]
    pub fn of((row, html): (PageRow, String), format: BodyFormat) -> Self {
        let seo = PageSeo { title: row.seo_title.clone(), description: row.seo_description.clone() };
        Self { summary: row.into(), body: Body::of(html, format), seo }
    }
}

/// A change of a page (RFC 7396): what is absent stays, null takes away.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PagePatch {
    /// The title.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 300, example = "About us")]
    title: Patch<String>,
    /// The slug; made from the title when a page is new and has none. A former slug answers 301 for ever.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 200, example = "about")]
    slug: Patch<String>,
    /// The language (BCP 47); the publication's default when a page is new and has none.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, example = "en")]
    language: Patch<String>,
    /// The text: HTML as a string, or an object with `format`. Null empties it.
    #[serde(default)]
    #[schema(value_type = Option<BodyInput>)]
    body: Patch<BodyInput>,
    /// For search engines, instead of the title.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 300)]
    seo_title: Patch<String>,
    /// For search engines.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 1000)]
    seo_description: Patch<String>,
    /// Since when readers may see it, a time to come included; null makes it a draft. A new page is a draft unless it has one.
    #[serde(default)]
    #[schema(value_type = Option<DateTime<Utc>>)]
    published_at: Patch<Moment>,
}

new_from_patch! {
    /// A page to be. `title` must be there.
    NewPage(PagePatch) -> PageChanges, "title": title, "A new page needs a title."
}

fn changes(patch: PagePatch, mut faults: Faults) -> http::Result<PageChanges> {
    let PagePatch { title, slug, language, body, seo_title, seo_description, published_at } = patch;
    let changes = PageChanges {
        title: faults.kept("/title", title).map(|text| faults.line("/title", &text, 300)),
        slug: faults.kept("/slug", slug).and_then(|text| faults.slug("/slug", &text)),
        language: faults.kept("/language", language).map(|tag| faults.language("/language", &tag)),
        body: body.into_change().map(|body| {
            let body = body.unwrap_or_else(|| BodyInput::Html(String::new()));
            faults.length("/body", body.text(), LONGEST_BODY);
            body.into()
        }),
        seo_title: faults.patched(seo_title, |faults, text| faults.line("/seo_title", &text, 300)),
        seo_description: faults.patched(seo_description, |faults, text| faults.text("/seo_description", &text, 1000)),
        published_at: published_at.into_change().map(|at| at.map(|at| at.0)),
    };
    faults.into_result(changes)
}
