//! From rows to sitemaps.

use chrono::{DateTime, Utc};

use crate::{
    domain::{change::Resource, links, sitemap::SitemapMonth},
    feeds::sitemap::{News, Url},
    store::sitemaps::{Dated, Elsewhere, MonthRow, NewsRow, PlaceRow, Structure},
};

/// The articles of a month.
#[must_use]
pub fn month(Dated { rows, site, changed_at: _ }: Dated<Vec<PlaceRow>>) -> Vec<Url> {
    let address = |path: &str, slug: &str| format!("{}{}", site.url, links::article_path(path, slug));
    let url = |PlaceRow { id: _, slug, path, language, changed_at, image_url, translations }: PlaceRow| Url {
        location: address(&path, &slug),
        changed_at: Some(changed_at),
        language: Some(language),
        alternates: translations.0.into_iter().map(|Elsewhere { id: _, language, slug, path }| (language, address(&path, &slug))).collect(),
        image: image_url,
        news: None,
    };
    rows.into_iter().map(url).collect()
}

/// What is new.
#[must_use]
pub fn news(Dated { rows, site, changed_at: _ }: Dated<Vec<NewsRow>>) -> Vec<Url> {
    let url = |NewsRow { id: _, slug, path, language, title, published_at, changed_at, image_url }: NewsRow| Url {
        location: format!("{}{}", site.url, links::article_path(&path, &slug)),
        changed_at: Some(changed_at),
        image: image_url,
        news: Some(News { publication: site.title.clone(), language, published_at, title }),
        ..Url::default()
    };
    rows.into_iter().map(url).collect()
}

/// The front page, sections and pages.
#[must_use]
pub fn structure(Dated { rows, site, changed_at: _ }: Dated<Structure>) -> Vec<Url> {
    let Structure { sections, pages } = rows;
    let front = Url { location: format!("{}/", site.url), ..Url::default() };
    let sections = sections
        .into_iter()
        .map(|path| Url { location: format!("{}{}", site.url, links::path_of(Resource::Section, &path)), ..Url::default() });
    let pages = pages.into_iter().map(|(slug, changed_at)| Url {
        location: format!("{}{}", site.url, links::path_of(Resource::Page, &slug)),
        changed_at: Some(changed_at),
        ..Url::default()
    });
    std::iter::once(front).chain(sections).chain(pages).collect()
}

/// The files of the index, below `base`.
#[must_use]
pub fn index(Dated { rows, site: _, changed_at: _ }: Dated<Vec<MonthRow>>, base: &str) -> Vec<(String, Option<DateTime<Utc>>)> {
    let file = |name: &str| format!("{base}/v1/sitemaps/{name}.xml");
    let months = rows.into_iter().flat_map(|MonthRow { month, articles, changed_at }| {
        SitemapMonth::of(month, articles).map(move |month| (month.to_string(), Some(changed_at)))
    });
    let always = [("news".to_owned(), None), ("structure".to_owned(), None)];
    always.into_iter().chain(months).map(|(name, at)| (file(&name), at)).collect()
}
