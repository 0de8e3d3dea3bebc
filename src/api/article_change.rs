//! Articles as editors write them.

use serde::Deserialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, schema::Schema},
};

use super::{
    article_body::BodyInput,
    faults::Faults,
    patch::Patch,
    reference::{ArticleRef, AuthorRef, MediaRef, SectionRef, TagRef},
    time::Moment,
};
use crate::{
    domain::article::{BylineRole, Kind, SourceKind, SourceRights},
    http::{self, Problem},
    store::articles::change::{ArticleChanges, SourceChange},
};

/// The longest body, in characters.
pub const LONGEST_BODY: usize = 1_000_000;
/// The most tags, names in a byline, sections or media that one article has.
const MOST_LINKS: usize = 50;

/// A change of an article (RFC 7396): what is absent stays, null takes away, arrays replace the whole.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArticlePatch {
    /// The headline, as plain text.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 300, example = "Port reopens after storm")]
    title: Patch<String>,
    /// The primary section: its path or id.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, example = "news/transport")]
    section: Patch<SectionRef>,
    /// The slug; made from the title when an article is new and has none. A former slug answers 301 for ever.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 200, example = "port-reopens-after-storm")]
    slug: Patch<String>,
    /// The genre.
    #[serde(default)]
    #[schema(value_type = Option<Kind>)]
    kind: Patch<Kind>,
    /// The language (BCP 47); the publication's default when an article is new and has none.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, example = "en")]
    language: Patch<String>,
    /// The small label over the headline.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 100, example = "Coast")]
    kicker: Patch<String>,
    /// The paragraph under the headline, as plain text.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 2000, example = "Ferries ran again on Tuesday.")]
    standfirst: Patch<String>,
    /// The text: HTML as a string, or an object with `format`. Null empties it.
    #[serde(default)]
    #[schema(value_type = Option<BodyInput>)]
    body: Patch<BodyInput>,
    /// All further sections: paths or ids.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 50, example = json!(["news/coast"]))]
    sections: Patch<Vec<SectionRef>>,
    /// All tags, in order: slugs or ids.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 50, example = json!(["ports", "storms"]))]
    tags: Patch<Vec<TagRef>>,
    /// The whole byline, in order: authors' slugs or ids, or objects that also say what each did.
    #[serde(default)]
    #[schema(value_type = Option<Vec<BylineInput>>, max_items = 50, example = json!(["m-aydin", {"author": "l-novak", "role": "photographer"}]))]
    byline: Patch<Vec<BylineInput>>,
    /// The image at the top: the id of a media record.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    lead_media: Patch<MediaRef>,
    /// All other images and files, in order: ids of media records.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 50)]
    media: Patch<Vec<MediaRef>>,
    /// Where a reprint or a translation comes from.
    #[serde(default)]
    #[schema(value_type = Option<SourceInput>)]
    source: Patch<SourceInput>,
    /// An article that this one says in another language: its slug or id.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    translation_of: Patch<ArticleRef>,
    /// What a front page may show of its standing.
    #[serde(default)]
    #[schema(value_type = Option<FlagsInput>, nullable = false)]
    flags: Patch<FlagsInput>,
    /// What search engines are told.
    #[serde(default)]
    #[schema(value_type = Option<SeoInput>, nullable = false)]
    seo: Patch<SeoInput>,
}

/// An article to be: a draft, until it is published. `title` and `section` must be there.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct NewArticle(ArticlePatch);

impl PartialSchema for NewArticle {
    fn schema() -> RefOr<Schema> {
        let mut schema = ArticlePatch::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            object.required = vec!["title".to_owned(), "section".to_owned()];
            object.description = Some("An article to be: a draft, until it is published.".to_owned());
        }
        schema
    }
}

impl ToSchema for NewArticle {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        ArticlePatch::schemas(schemas);
    }
}

/// A name in a byline: an author's slug or id, or an object that also says what they did.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(untagged, expecting = "an author's slug or id, or an object with `author` and `role`")]
pub enum BylineInput {
    /// Who wrote it.
    Author(AuthorRef),
    /// Who did something else.
    Role(BylineRoleInput),
}

/// A name in a byline with what they did.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BylineRoleInput {
    /// The author's slug or id.
    #[schema(value_type = String, example = "l-novak")]
    author: AuthorRef,
    /// What they did; by default they wrote it.
    #[serde(default)]
    role: BylineRole,
}

/// Where a reprint or a translation comes from.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceInput {
    /// The outlet's name; an outlet that nobody knows yet is made.
    #[schema(min_length = 1, max_length = 200, example = "Harbour Gazette")]
    name: String,
    /// Where the original stands.
    #[schema(max_length = 2000, example = "https://gazette.example.org/port")]
    url: Option<String>,
    /// How it came to be ours.
    kind: SourceKind,
    /// Whether it may be passed on to partners.
    rights: SourceRights,
}

/// What a front page may show of an article's standing; what is absent stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FlagsInput {
    /// It is happening now.
    #[schema(nullable = false)]
    breaking: Option<bool>,
    /// The newsroom is proud of it.
    #[schema(nullable = false)]
    featured: Option<bool>,
    /// Somebody paid for it.
    #[schema(nullable = false)]
    sponsored: Option<bool>,
}

/// What search engines are told; what is absent stays, null takes away.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeoInput {
    /// Instead of the headline.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 300)]
    title: Patch<String>,
    /// Instead of the standfirst.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 1000)]
    description: Patch<String>,
    /// Where the original is, if not here.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 2000)]
    canonical_url: Patch<String>,
}

impl TryFrom<NewArticle> for ArticleChanges {
    type Error = Problem;

    fn try_from(NewArticle(article): NewArticle) -> http::Result<Self> {
        let mut faults = Faults::default();
        if article.title == Patch::Absent {
            faults.add("/title", "missing", "A new article needs a title.");
        }
        if article.section == Patch::Absent {
            faults.add("/section", "missing", "A new article needs a section: its path, such as `news/transport`, or its id.");
        }
        changes(article, faults)
    }
}

impl TryFrom<ArticlePatch> for ArticleChanges {
    type Error = Problem;

    fn try_from(patch: ArticlePatch) -> http::Result<Self> {
        changes(patch, Faults::default())
    }
}

fn changes(patch: ArticlePatch, mut faults: Faults) -> http::Result<ArticleChanges> {
    let ArticlePatch {
        title,
        section,
        slug,
        kind,
        language,
        kicker,
        standfirst,
        body,
        sections,
        tags,
        byline,
        lead_media,
        media,
        source,
        translation_of,
        flags,
        seo,
    } = patch;
    let flags = faults.kept("/flags", flags);
    let seo = faults.kept("/seo", seo);
    let (seo_title, seo_description, canonical_url) = seo.map(|seo| (seo.title, seo.description, seo.canonical_url)).unwrap_or_default();
    let changes = ArticleChanges {
        title: faults.kept("/title", title).map(|text| faults.line("/title", &text, 300)),
        section: faults.kept("/section", section).map(|section| section.0),
        slug: faults.kept("/slug", slug).and_then(|text| faults.slug("/slug", &text)),
        kind: kind.into_change().map(Option::unwrap_or_default),
        language: faults.kept("/language", language).map(|tag| faults.language("/language", &tag)),
        kicker: faults.patched(kicker, |faults, text| faults.line("/kicker", &text, 100)),
        standfirst: faults.patched(standfirst, |faults, text| faults.text("/standfirst", &text, 2000)),
        body: body.into_change().map(|body| {
            let body = body.unwrap_or_else(|| BodyInput::Html(String::new()));
            faults.length("/body", body.text(), LONGEST_BODY);
            body.into()
        }),
        sections: faults.list("/sections", sections, MOST_LINKS).map(|all| all.into_iter().map(|section| section.0).collect()),
        tags: faults.list("/tags", tags, MOST_LINKS).map(|all| all.into_iter().map(|tag| tag.0).collect()),
        byline: faults.list("/byline", byline, MOST_LINKS).map(|all| all.into_iter().map(BylineInput::into_parts).collect()),
        lead_media: lead_media.into_change().map(|media| media.map(|media| media.0)),
        media: faults.list("/media", media, MOST_LINKS).map(|all| all.into_iter().map(|media| media.0).collect()),
        source: faults.patched(source, |faults, source| SourceChange {
            name: faults.line("/source/name", &source.name, 200),
            url: source.url.map(|url| faults.web_address("/source/url", &url)),
            kind: source.kind,
            rights: source.rights,
        }),
        canonical_url: faults.patched(canonical_url, |faults, url| faults.web_address("/seo/canonical_url", &url)),
        seo_title: faults.patched(seo_title, |faults, text| faults.line("/seo/title", &text, 300)),
        seo_description: faults.patched(seo_description, |faults, text| faults.text("/seo/description", &text, 1000)),
        is_breaking: flags.as_ref().and_then(|flags| flags.breaking),
        is_featured: flags.as_ref().and_then(|flags| flags.featured),
        is_sponsored: flags.as_ref().and_then(|flags| flags.sponsored),
        translation_of: translation_of.into_change().map(|article| article.map(|article| article.0)),
    };
    faults.into_result(changes)
}

impl BylineInput {
    fn into_parts(self) -> (crate::domain::reference::Reference, BylineRole) {
        match self {
            Self::Author(author) => (author.0, BylineRole::Author),
            Self::Role(BylineRoleInput { author, role }) => (author.0, role),
        }
    }
}

/// When to publish.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    /// When readers will see it: a time to come schedules it, a past one dates it back. Now, if absent.
    #[schema(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub at: Option<Moment>,
}

/// Why an article is taken back.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    /// In words, for everybody who keeps a copy.
    #[schema(max_length = 500, example = "Withdrawn on legal advice.")]
    pub reason: Option<String>,
}

/// What is put right in a published article.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCorrection {
    /// What was wrong and what is right, as plain text.
    #[schema(min_length = 1, max_length = 2000, example = "An earlier version gave the wrong pier.")]
    pub text: String,
}

impl Withdrawal {
    /// The reason, checked.
    ///
    /// # Errors
    /// 422 when it is blank or too long.
    pub fn checked(self) -> http::Result<Option<String>> {
        let mut faults = Faults::default();
        let reason = self.reason.map(|reason| faults.line("/reason", &reason, 500));
        faults.into_result(reason)
    }
}

impl NewCorrection {
    /// The text, checked.
    ///
    /// # Errors
    /// 422 when it is blank or too long.
    pub fn checked(self) -> http::Result<String> {
        let mut faults = Faults::default();
        let text = faults.line("/text", &self.text, 2000);
        faults.into_result(text)
    }
}
