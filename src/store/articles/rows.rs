//! What is loaded of an article: a row type is the shape of a question.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    domain::{
        article::{Kind, Status},
        id::{ArticleId, UserId},
    },
    schema::articles,
    store::{
        links::{BylineRow, CorrectionRow, MediaRow, SectionLink, SourceLink, TagLink, TranslationLink},
        nested::{self, Nested},
    },
};

/// What a list shows of an article: one statement for a page of them.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = articles, check_for_backend(diesel::pg::Pg))]
#[expect(missing_docs, reason = "the columns say it")]
pub struct CardRow {
    pub id: ArticleId,
    pub slug: String,
    pub kind: Kind,
    pub language: String,
    pub status: Status,
    pub title: String,
    pub kicker: Option<String>,
    pub standfirst: Option<String>,
    pub is_breaking: bool,
    pub is_featured: bool,
    pub is_sponsored: bool,
    pub word_count: i32,
    pub published_at: Option<DateTime<Utc>>,
    pub updated_at: DateTime<Utc>,
    pub withdrawn_at: Option<DateTime<Utc>>,
    #[diesel(embed)]
    pub section: SectionLink,
    #[diesel(embed)]
    pub lead_media: Option<MediaRow>,
    #[diesel(select_expression = nested::Byline)]
    pub byline: Nested<Vec<BylineRow>>,
    #[diesel(select_expression = nested::SiteUrl)]
    pub site_url: String,
    #[diesel(select_expression = nested::LastChange)]
    pub last_change: Option<DateTime<Utc>>,
}

/// What an article's own page shows besides its card.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = articles, check_for_backend(diesel::pg::Pg))]
#[expect(missing_docs, reason = "the columns say it")]
pub struct DetailRow {
    pub version: i64,
    pub created_by_id: Option<UserId>,
    pub first_published_at: Option<DateTime<Utc>>,
    pub body: String,
    pub canonical_url: Option<String>,
    pub seo_title: Option<String>,
    pub seo_description: Option<String>,
    #[diesel(embed)]
    pub extras: ExtrasRow,
    #[diesel(select_expression = nested::Corrections)]
    pub corrections: Nested<Vec<CorrectionRow>>,
    #[diesel(select_expression = nested::InlineMedia)]
    pub media: Nested<Vec<MediaRow>>,
}

/// What the cards of a list carry on demand.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = articles, check_for_backend(diesel::pg::Pg))]
#[expect(missing_docs, reason = "the columns say it")]
pub struct ExtrasRow {
    #[diesel(select_expression = nested::Tags)]
    pub tags: Nested<Vec<TagLink>>,
    #[diesel(select_expression = nested::FurtherSections)]
    pub sections: Nested<Vec<SectionLink>>,
    #[diesel(select_expression = nested::Breadcrumbs)]
    pub breadcrumbs: Nested<Vec<SectionLink>>,
    #[diesel(select_expression = nested::Source)]
    pub source: Option<Nested<SourceLink>>,
    #[diesel(select_expression = nested::Translations)]
    pub translations: Nested<Vec<TranslationLink>>,
}

/// An article with all it carries.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = articles, check_for_backend(diesel::pg::Pg))]
#[expect(missing_docs, reason = "the columns say it")]
pub struct ArticleRow {
    #[diesel(embed)]
    pub card: CardRow,
    #[diesel(embed)]
    pub detail: DetailRow,
}
