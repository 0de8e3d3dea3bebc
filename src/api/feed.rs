//! From rows to a feed in no format yet.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    domain::{change::Resource, links},
    feeds::{Author, Correction, Entry, Feed, Media, Pages, Publisher, Rendition, Source, Term, Translation, Withdrawal, json_ld},
    store::{
        articles::rows::{ArticleRow, CardRow, DetailRow, ExtrasRow},
        feeds::{FeedRows, WithdrawnRow},
        links::{BylineRow, CorrectionRow, MediaRow, Rendition as RenditionRow, SectionLink, SourceLink, TagLink, TranslationLink},
        site::SiteRow,
    },
};

/// The feed of some rows at this moment. `feed_url` is where it is, `pages` where others of it are.
#[must_use]
pub fn feed(rows: FeedRows, language: Option<String>, feed_url: String, pages: Pages, now: DateTime<Utc>) -> Feed {
    let FeedRows { site, list, items, withdrawn, next: _, previous: _ } = rows;
    let title = list.as_ref().map_or_else(|| site.title.clone(), |list| format!("{} – {}", list.name, site.title));
    let description = match &list {
        Some(list) => list.description.clone(),
        None => site.description.clone().or_else(|| site.tagline.clone()),
    };
    let home_page_url = list.as_ref().map_or_else(|| format!("{}/", site.url), |list| format!("{}{}", site.url, list.path));
    let entries: Vec<Entry> = items
        .into_iter()
        .filter_map(|row| entry(row, &site.url))
        // Some licences show an article before its readers may see it.
        .map(|entry| Entry { embargoed_until: Some(entry.published).filter(|at| *at > now), ..entry })
        .collect();
    let withdrawn: Vec<Withdrawal> = withdrawn.into_iter().map(withdrawal).collect();
    let updates = entries.iter().map(|entry| entry.updated.max(entry.published)).chain(withdrawn.iter().map(|gone| gone.at));
    Feed {
        title,
        description,
        language: language.unwrap_or_else(|| site.default_language.clone()),
        home_page_url,
        feed_url,
        pages,
        updated: updates.max(),
        publisher: publisher(site),
        entries,
        withdrawn,
    }
}

/// The publication as feeds name it.
#[must_use]
pub fn publisher(site: SiteRow) -> Publisher {
    Publisher { name: site.title, url: site.url, logo: site.logo.map(media) }
}

/// An article in the words of schema.org; none for what is not published.
#[must_use]
pub fn json_ld(row: ArticleRow, site: SiteRow) -> Option<serde_json::Value> {
    let entry = entry(row, &site.url)?;
    Some(json_ld::of(&entry, &publisher(site)))
}

/// An article as feeds hold it; what is not published has no place in one. `site_url` is the base of readers' links.
#[must_use]
pub fn entry(row: ArticleRow, site_url: &str) -> Option<Entry> {
    let ArticleRow { card, detail } = row;
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
        site_url: _,
        last_change: _,
    } = card;
    let DetailRow {
        version,
        created_by_id: _,
        first_published_at,
        body,
        canonical_url,
        seo_title: _,
        seo_description: _,
        extras: ExtrasRow { tags, sections, breadcrumbs: _, source, translations },
        corrections,
        media: others,
    } = detail;
    let published = published_at?;
    let url = format!("{site_url}{}", links::article_path(&section.path, &slug));
    Some(Entry {
        id: urn(id.0),
        version,
        canonical_url: canonical_url.filter(|canonical| *canonical != url),
        url,
        slug,
        kind,
        title,
        kicker,
        summary: standfirst,
        content_html: body,
        word_count,
        published,
        embargoed_until: None,
        first_published: first_published_at.unwrap_or(published),
        updated: updated_at,
        is_breaking,
        is_featured,
        is_sponsored,
        authors: byline.0.into_iter().map(|name| author(name, site_url)).collect(),
        sections: std::iter::once(section).chain(sections.0).map(|section| of_section(section, site_url)).collect(),
        tags: tags.0.into_iter().map(|tag| of_tag(tag, site_url)).collect(),
        language,
        lead: lead_media.map(media),
        media: others.0.into_iter().map(media).collect(),
        source: source.map(|source| of_source(source.0)),
        corrections: corrections.0.into_iter().map(|CorrectionRow { id: _, at, text }| Correction { at, text }).collect(),
        translations: translations.0.into_iter().map(translation).collect(),
    })
}

fn urn(id: Uuid) -> String {
    format!("urn:uuid:{id}")
}

fn author(BylineRow { id, name, slug, kind, role }: BylineRow, site_url: &str) -> Author {
    let url = Some(format!("{site_url}{}", links::path_of(Resource::Author, &slug)));
    Author { id: urn(id.0), name, url, kind, role }
}

fn of_section(SectionLink { id, name, path }: SectionLink, site_url: &str) -> Term {
    Term { id: urn(id.0), name, url: format!("{site_url}{}", links::path_of(Resource::Section, &path)), path }
}

fn of_tag(TagLink { id, name, slug }: TagLink, site_url: &str) -> Term {
    Term { id: urn(id.0), name, url: format!("{site_url}{}", links::path_of(Resource::Tag, &slug)), path: slug }
}

fn of_source(SourceLink { id, slug: _, name, url, kind, rights }: SourceLink) -> Source {
    Source { id: urn(id.0), name, url, kind, rights }
}

fn translation(TranslationLink { language, id, slug: _, title }: TranslationLink) -> Translation {
    Translation { id: urn(id.0), language, title }
}

fn withdrawal(WithdrawnRow { id, at, reason }: WithdrawnRow) -> Withdrawal {
    Withdrawal { id: urn(id), at, reason }
}

/// An image or a file as feeds hold it.
fn media(row: MediaRow) -> Media {
    // A rendition that cannot be read is left out: the picture itself is still there.
    let renditions: Vec<RenditionRow> = serde_json::from_value(row.renditions).unwrap_or_default();
    Media {
        renditions: renditions
            .into_iter()
            .map(|other| Rendition { name: other.name, url: other.url, width: other.width, height: other.height })
            .collect(),
        id: urn(row.id.0),
        kind: row.kind,
        url: row.url,
        mime_type: row.mime_type,
        alt: row.alt,
        caption: row.caption,
        credit: row.credit,
        size: row.size_bytes,
        width: row.width,
        height: row.height,
        focal_point: row.focal_x.zip(row.focal_y),
    }
}
