//! Articles as readers get them: the card of a list, and the whole.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    article_body::{Body, BodyFormat},
    examples,
    link::{BylineEntry, Correction, SectionLink, SourceLink, TagLink, Translation, all},
    media::Media,
    related::RelatedList,
};
use crate::{
    domain::{
        article::{Kind, Status},
        body::reading_minutes,
        id::ArticleId,
        licence::Extent,
        links,
    },
    store::articles::rows::{ArticleRow, CardRow, DetailRow, ExtrasRow},
};

/// What every form of an article has.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CardMembers {
    /// Its id, which never changes.
    pub id: ArticleId,
    /// Its slug; a former one answers 301.
    pub slug: String,
    /// The genre.
    pub kind: Kind,
    /// The language (BCP 47).
    pub language: String,
    /// The headline, as plain text.
    pub title: String,
    /// The small label over the headline.
    #[schema(required)]
    pub kicker: Option<String>,
    /// The paragraph under the headline.
    #[schema(required)]
    pub standfirst: Option<String>,
    /// Where readers find it on the publication's site.
    pub url: String,
    /// The primary section.
    pub section: SectionLink,
    /// Who signs it, in order.
    pub byline: Vec<BylineEntry>,
    /// The image at the top.
    #[schema(required)]
    pub lead_media: Option<Media>,
    /// When it became visible, or will. Null for a draft, which only the newsroom sees.
    #[schema(required)]
    pub published_at: Option<DateTime<Utc>>,
    /// Where it is not for readers yet: when it will be. Do not show it earlier.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub embargoed_until: Option<DateTime<Utc>>,
    /// The last change that readers should know of.
    pub updated_at: DateTime<Utc>,
    /// How long it takes to read, at 230 words a minute.
    #[schema(minimum = 0)]
    pub reading_minutes: u32,
    /// What a front page may show of its standing.
    pub flags: Flags,
}

/// What a front page may show of an article's standing.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct Flags {
    /// It is happening now.
    pub breaking: bool,
    /// The newsroom is proud of it.
    pub featured: bool,
    /// Somebody paid for it.
    pub sponsored: bool,
}

/// The short form of an article that lists carry. The members after `flags` are there when `include` asks for them.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = examples::card)]
pub struct Card {
    #[serde(flatten)]
    #[expect(missing_docs, reason = "its members have theirs")]
    pub card: CardMembers,
    /// With a `status` filter only, which the newsroom alone may use.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub status: Option<Status>,
    /// `include=tags`: what it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub tags: Option<Vec<TagLink>>,
    /// `include=sections`: where else it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub sections: Option<Vec<SectionLink>>,
    /// `include=breadcrumbs`: the primary section and all above it, the root first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub breadcrumbs: Option<Vec<SectionLink>>,
    /// `include=source`: where it comes from, unless it is the publication's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub source: Option<SourceLink>,
    /// `include=translations`: the same in other languages.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub translations: Option<Vec<Translation>>,
    /// `include=body`: the text, in the form that `body` asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub body: Option<Body>,
}

/// An article with all it carries.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = examples::article)]
pub struct Article {
    #[serde(flatten)]
    #[expect(missing_docs, reason = "its members have theirs")]
    pub card: CardMembers,
    /// Where it is on its way to the reader; what readers see is `published`.
    pub status: Status,
    /// When it was visible for the first time.
    #[schema(required)]
    pub first_published_at: Option<DateTime<Utc>>,
    /// The words of the body.
    #[schema(minimum = 0)]
    pub word_count: u32,
    /// Where else it stands, besides `section`.
    pub sections: Vec<SectionLink>,
    /// What it is about.
    pub tags: Vec<TagLink>,
    /// Where a reprint or a translation comes from; null for the publication's own.
    #[schema(required)]
    pub source: Option<SourceLink>,
    /// The text, in the form that `body` asks for. Empty where a partner's licence gives none: see `extent`.
    pub body: Body,
    /// With a partner's key only: how much of the article its licence gives.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub extent: Option<Extent>,
    /// Images and files besides the lead.
    pub media: Vec<Media>,
    /// What was put right, the oldest first.
    pub corrections: Vec<Correction>,
    /// The same article in other languages, where visible.
    pub translations: Vec<Translation>,
    /// For search engines.
    pub seo: Seo,
    /// `include=breadcrumbs`: the primary section and all above it, the root first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub breadcrumbs: Option<Vec<SectionLink>>,
    /// `include=json_ld`: the article in the words of schema.org, for a script element of the type `application/ld+json` (where `<` is to be written as
    /// `\u003c`). Of what is published only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Object, required = false, example = examples::json_ld)]
    pub json_ld: Option<serde_json::Value>,
    /// `include=related`: what to read next.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub related: Option<RelatedList>,
    /// `include=more_in_section`: the newest of its section, without what `related` shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub more_in_section: Option<CardList>,
}

/// What search engines are told of an article.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Seo {
    /// Instead of the headline.
    #[schema(required)]
    pub title: Option<String>,
    /// Instead of the standfirst.
    #[schema(required)]
    pub description: Option<String>,
    /// Where the original is, if not here.
    #[schema(required)]
    pub canonical_url: Option<String>,
}

/// Some cards.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CardList {
    /// In order.
    pub items: Vec<Card>,
}

/// A scheduled article whose time has come is published, whatever no job has written down.
fn status_shown(status: Status, published_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Status {
    match status {
        Status::Scheduled if published_at.is_some_and(|at| at <= now) => Status::Published,
        other => other,
    }
}

impl From<CardRow> for CardMembers {
    fn from(row: CardRow) -> Self {
        let CardRow {
            id,
            slug,
            kind,
            language,
            status: _,
            title,
            kicker,
            standfirst,
            is_breaking,
            is_featured,
            is_sponsored,
            word_count,
            published_at,
            updated_at,
            withdrawn_at: _,
            section,
            lead_media,
            byline,
            site_url,
            last_change: _,
        } = row;
        Self {
            url: format!("{site_url}{}", links::article_path(&section.path, &slug)),
            id,
            slug,
            kind,
            language,
            title,
            kicker,
            standfirst,
            section: section.into(),
            byline: all(byline.0),
            lead_media: lead_media.map(Media::from),
            published_at,
            embargoed_until: published_at.filter(|at| *at > Utc::now()),
            updated_at,
            reading_minutes: reading_minutes(u32::try_from(word_count).unwrap_or(0)),
            flags: Flags { breaking: is_breaking, featured: is_featured, sponsored: is_sponsored },
        }
    }
}

impl From<CardRow> for Card {
    fn from(row: CardRow) -> Self {
        Self { card: row.into(), status: None, tags: None, sections: None, breadcrumbs: None, source: None, translations: None, body: None }
    }
}

impl Card {
    /// With its state, for the newsroom.
    #[must_use]
    pub fn with_status(row: CardRow, now: DateTime<Utc>) -> Self {
        let status = status_shown(row.status, row.published_at, now);
        Self { status: Some(status), ..Self::from(row) }
    }

    /// Adds what `wanted` asks for.
    pub fn include(&mut self, extras: ExtrasRow, wanted: impl Fn(&CardInclude) -> bool) {
        let ExtrasRow { tags, sections, breadcrumbs, source, translations } = extras;
        self.tags = wanted(&CardInclude::Tags).then(|| all(tags.0));
        self.sections = wanted(&CardInclude::Sections).then(|| all(sections.0));
        self.breadcrumbs = wanted(&CardInclude::Breadcrumbs).then(|| all(breadcrumbs.0));
        self.source = source.filter(|_| wanted(&CardInclude::Source)).map(|source| source.0.into());
        self.translations = wanted(&CardInclude::Translations).then(|| all(translations.0));
    }
}

/// What a list adds to its cards on demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CardInclude {
    /// What each is about.
    Tags,
    /// Where else each stands.
    Sections,
    /// The primary section of each and all above it.
    Breadcrumbs,
    /// Where each comes from.
    Source,
    /// Each in other languages.
    Translations,
    /// The text of each.
    Body,
}

impl CardInclude {
    /// The member that holds it.
    #[must_use]
    pub const fn member(self) -> &'static str {
        match self {
            Self::Tags => "tags",
            Self::Sections => "sections",
            Self::Breadcrumbs => "breadcrumbs",
            Self::Source => "source",
            Self::Translations => "translations",
            Self::Body => "body",
        }
    }
}

/// What an article's own page adds on demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ArticleInclude {
    /// The primary section and all above it.
    Breadcrumbs,
    /// The article in the words of schema.org.
    JsonLd,
    /// What to read next.
    Related,
    /// The newest of its section, without what `related` shows.
    MoreInSection,
}

impl ArticleInclude {
    /// The member that holds it.
    #[must_use]
    pub const fn member(self) -> &'static str {
        match self {
            Self::Breadcrumbs => "breadcrumbs",
            Self::JsonLd => "json_ld",
            Self::Related => "related",
            Self::MoreInSection => "more_in_section",
        }
    }
}

impl Article {
    /// The JSON of a row, with the body in this form.
    #[must_use]
    pub fn of(row: ArticleRow, format: BodyFormat, now: DateTime<Utc>) -> Self {
        let ArticleRow { card, detail } = row;
        let DetailRow {
            version: _,
            created_by_id: _,
            first_published_at,
            body,
            canonical_url,
            seo_title,
            seo_description,
            extras: ExtrasRow { tags, sections, breadcrumbs: _, source, translations },
            corrections,
            media,
        } = detail;
        Self {
            status: status_shown(card.status, card.published_at, now),
            word_count: u32::try_from(card.word_count).unwrap_or(0),
            card: card.into(),
            first_published_at,
            sections: all(sections.0),
            tags: all(tags.0),
            source: source.map(|source| source.0.into()),
            body: Body::of(body, format),
            extent: None,
            media: all(media.0),
            corrections: all(corrections.0),
            translations: all(translations.0),
            seo: Seo { title: seo_title, description: seo_description, canonical_url },
            breadcrumbs: None,
            json_ld: None,
            related: None,
            more_in_section: None,
        }
    }
}
