//! Loads the publication into a database that has no articles.

use std::collections::HashMap;

use anyhow::{Context, Result, anyhow, bail};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{Connection, PgConnection};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    publication::{Article, ArticleHead, MenuItem, Page, Publication, Section, Structure},
    text,
};
use crate::{
    domain::{
        actor::Actor,
        article::Status,
        body,
        change::Resource,
        id::{ArticleId, AuthorId, MediaId, PageId, SectionId, SourceId, TagId},
    },
    store::{
        audit,
        bulk::{self, BulkArticle, BulkSource},
        load::{self, LoadedLink, LoadedPage, LoadedSite, NewAuthor, NewMedia, NewSection, NewTag, Target},
    },
};

/// How the publication is remembered among what was imported.
const ORIGIN: &str = "demo";

/// What became of a load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The publication is there now.
    Loaded {
        /// Articles that readers see.
        visible: usize,
        /// One of each kind that they do not: a draft, in review, scheduled, withdrawn.
        hidden: usize,
    },
    /// It was there already, whatever has become of it since: nothing was done.
    WasThere,
}

/// Loads the publication in one transaction. `now` is when it is today.
///
/// # Errors
/// The database has articles of another origin, or fails; nothing was written then.
pub fn load(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<Outcome> {
    let publication = Publication::read().map_err(|fault| anyhow!(fault))?;
    conn.transaction(|tx| {
        if load::knows_origin(tx, ORIGIN)? {
            return Ok(Outcome::WasThere);
        }
        if load::has_articles(tx)? {
            bail!("the database has articles of its own, and the demo would mix with them; name an empty place with --data-dir");
        }
        let Publication { structure, pages, articles } = &publication;
        let names = Names::load(tx, &publication)?;
        let loaded: Vec<BulkArticle> =
            articles.iter().map(|article| names.article(article, now).with_context(|| article.slug.clone())).collect::<Result<_>>()?;
        let mut log = bulk::Log::default();
        bulk::insert_articles(tx, &mut log, &mut bulk::Words::default(), &loaded)?;
        names.load_rest(tx, articles, now)?;
        for page in pages {
            load_page(tx, &names, page, now)?;
        }
        load_presentation(tx, &names, structure)?;
        let hashes = articles.iter().zip(&loaded).map(|(article, loaded)| {
            (article.slug.as_str(), loaded.id, Sha256::digest(format!("{}\n{}", loaded.title, article.text)).to_vec())
        });
        load::remember(tx, ORIGIN, &hashes.collect::<Vec<_>>())?;
        log.write(tx)?;
        audit::record(tx, Actor::command_line(), "load_demo", Resource::Site, None, json!({ "articles": loaded.len() }))?;
        let visible = loaded.iter().filter(|article| article.status == Status::Published).count();
        Ok(Outcome::Loaded { visible, hidden: loaded.len() - visible })
    })
}

/// What the names in the files stand for.
struct Names<'a> {
    structure: &'a Structure,
    sections: HashMap<String, SectionId>,
    tags: HashMap<String, TagId>,
    authors: HashMap<String, AuthorId>,
    media: HashMap<&'a str, MediaId>,
    sources: HashMap<&'a str, SourceId>,
    pages: HashMap<&'a str, PageId>,
    articles: HashMap<&'a str, (ArticleId, &'a ArticleHead)>,
    /// The group of each article that is translated, or is a translation.
    groups: HashMap<&'a str, Uuid>,
}

fn named<T: Copy>(map: &HashMap<impl std::borrow::Borrow<str> + std::hash::Hash + Eq, T>, name: &str) -> Result<T> {
    map.get(name).copied().ok_or_else(|| anyhow!("`{name}` names nothing"))
}

impl<'a> Names<'a> {
    /// Makes what articles hang on, and ids for the rest.
    fn load(tx: &mut PgConnection, publication: &'a Publication) -> Result<Self> {
        let Publication { structure, pages, articles } = publication;
        let media: Vec<NewMedia<'_>> = structure
            .media
            .iter()
            .map(|item| NewMedia {
                kind: item.kind,
                url: &item.url,
                alt: &item.alt,
                caption: item.caption.as_deref(),
                credit: item.credit.as_deref(),
                mime_type: &item.mime_type,
                width: item.width,
                height: item.height,
                focal_point: item.focal_point.map(|point| (point.x, point.y)),
                renditions: item.renditions.clone(),
            })
            .collect();
        let by_url = load::media(tx, &media)?;
        let media: HashMap<&str, MediaId> =
            structure.media.iter().map(|item| Ok((item.slug.as_str(), named(&by_url, &item.url)?))).collect::<Result<_>>()?;

        let mut tree = Vec::new();
        flatten(&structure.sections, "", &mut tree);
        let sections: Vec<NewSection<'_>> = tree
            .iter()
            .map(|(path, section, position)| NewSection {
                path,
                name: &section.name,
                description: section.description.as_deref(),
                position: *position,
            })
            .collect();
        let sections = load::sections(tx, &sections)?;

        let tags: Vec<NewTag<'_>> =
            structure.tags.iter().map(|tag| NewTag { slug: &tag.slug, name: &tag.name, description: tag.description.as_deref() }).collect();
        let tags = load::tags(tx, &tags)?;

        let authors: Vec<NewAuthor<'_>> = structure
            .authors
            .iter()
            .map(|author| {
                Ok(NewAuthor {
                    slug: &author.slug,
                    name: &author.name,
                    kind: author.kind,
                    job_title: author.job_title.as_deref(),
                    bio: author.bio.as_deref(),
                    portrait_id: author.portrait.as_deref().map(|slug| named(&media, slug)).transpose()?,
                    links: author.links.clone(),
                })
            })
            .collect::<Result<_>>()?;
        let authors = load::authors(tx, &authors)?;

        let mut sources = HashMap::new();
        for source in &structure.sources {
            sources.insert(source.slug.as_str(), load::source(tx, &source.slug, &source.name, Some(&source.url))?);
        }

        let mut groups = HashMap::new();
        for article in articles {
            if let Some(original) = &article.head.translation_of {
                let group = *groups.entry(original.as_str()).or_insert_with(Uuid::now_v7);
                groups.insert(&article.slug, group);
            }
        }
        Ok(Self {
            structure,
            sections,
            tags,
            authors,
            media,
            sources,
            pages: pages.iter().map(|page| (page.slug.as_str(), PageId::new())).collect(),
            articles: articles.iter().map(|article| (article.slug.as_str(), (ArticleId::new(), &article.head))).collect(),
            groups,
        })
    }

    /// Where the publication's readers find what `scheme:name` stands for.
    fn address(&self, scheme: &str, name: &str) -> Option<String> {
        let site = &self.structure.site.url;
        match scheme {
            "article" => Some(format!("{site}/{}/{name}", self.articles.get(name)?.1.section)),
            "page" => self.pages.get(name).map(|_| format!("{site}/{name}")),
            _ => None,
        }
    }

    fn html(&self, text: &str) -> String {
        let figure = |slug: &str| {
            let media = self.structure.media.iter().find(|item| item.slug == slug)?;
            Some(text::figure(*self.media.get(slug)?, media))
        };
        text::render(text, |scheme, name| self.address(scheme, name), figure)
    }

    fn article(&self, article: &'a Article, now: DateTime<Utc>) -> Result<BulkArticle> {
        let Article { slug, head, text } = article;
        let now = moment(slug, now);
        let ago = |hours: i32| now - TimeDelta::hours(hours.into());
        let published = head.published_hours_ago.map(ago);
        let published_at = published.or_else(|| head.scheduled_in_hours.map(|hours| now + TimeDelta::hours(hours.into())));
        let withdrawn_at = head.withdrawn_hours_ago.map(ago);
        let body = self.html(text);
        let further_sections = head.sections.iter().map(|path| named(&self.sections, path)).collect::<Result<_>>()?;
        let tags = head.tags.iter().map(|tag| named(&self.tags, tag)).collect::<Result<_>>()?;
        let signatures = head.signatures().map_err(|fault| anyhow!(fault))?;
        let byline = signatures.into_iter().map(|(author, role)| Ok((named(&self.authors, author)?, role))).collect::<Result<_>>()?;
        Ok(BulkArticle {
            id: named(&self.articles, slug)?.0,
            slug: slug.clone(),
            kind: head.kind,
            language: head.language.clone(),
            status: if withdrawn_at.is_some() { Status::Archived } else { head.status },
            title: head.title.clone(),
            kicker: head.kicker.clone(),
            standfirst: head.standfirst.clone(),
            word_count: i32::try_from(body::word_count(&body)).unwrap_or(i32::MAX),
            body,
            section_id: named(&self.sections, &head.section)?,
            lead_media_id: head.lead_media.as_deref().map(|media| named(&self.media, media)).transpose()?,
            canonical_url: head.seo.canonical_url.clone(),
            seo_title: head.seo.title.clone(),
            seo_description: head.seo.description.clone(),
            is_breaking: head.flags.breaking,
            is_featured: head.flags.featured,
            is_sponsored: head.flags.sponsored,
            translation_group_id: self.groups.get(slug.as_str()).copied(),
            published_at,
            first_published_at: published_at,
            updated_at: head.updated_hours_ago.or(head.withdrawn_hours_ago).map(ago).or(published).unwrap_or(now),
            withdrawn_at,
            further_sections,
            tags,
            byline,
            media: self.media_in(text),
            source: self.source(head)?,
            found: None,
        })
    }

    /// Corrections, picks and withdrawals of all articles.
    fn load_rest(&self, tx: &mut PgConnection, articles: &[Article], now: DateTime<Utc>) -> Result<()> {
        let (mut corrections, mut related, mut withdrawn) = (Vec::new(), Vec::new(), Vec::new());
        for Article { slug, head, .. } in articles {
            let id = named(&self.articles, slug)?.0;
            let now = moment(slug, now);
            corrections.extend(head.corrections.iter().map(|one| (id, now - TimeDelta::hours(one.hours_ago.into()), one.text.as_str())));
            for (other, position) in head.related.iter().zip(0..) {
                related.push((id, position, named(&self.articles, other)?.0));
            }
            withdrawn.extend(head.withdrawal_reason.as_deref().map(|reason| (id, slug.as_str(), reason)));
        }
        load::corrections(tx, &corrections)?;
        load::related(tx, &related)?;
        Ok(load::withdrawn(tx, &withdrawn)?)
    }

    /// The pictures that stand in a text, in order.
    fn media_in(&self, text: &str) -> Vec<MediaId> {
        let mut found = Vec::new();
        for name in text.lines().filter_map(|line| line.strip_prefix("![](media:")?.strip_suffix(')')) {
            found.extend(self.media.get(name).filter(|id| !found.contains(*id)));
        }
        found
    }

    fn source(&self, head: &ArticleHead) -> Result<Option<BulkSource>> {
        let Some(slug) = &head.source else { return Ok(None) };
        let terms = self.structure.sources.iter().find(|source| source.slug == *slug).ok_or_else(|| anyhow!("`{slug}` is no source"))?;
        let source =
            BulkSource { source_id: named(&self.sources, slug)?, url: head.source_url.clone(), kind: terms.kind, rights: terms.rights };
        Ok(Some(source))
    }

    fn link(&self, item: &MenuItem) -> Result<LoadedLink> {
        let MenuItem { label, url, section, page, article, tag, children } = item;
        let target = match (url, section, page, article, tag) {
            (Some(url), ..) => Target::Url(url.clone()),
            (_, Some(path), ..) => Target::Section(named(&self.sections, path)?),
            (_, _, Some(slug), ..) => Target::Page(named(&self.pages, slug)?),
            (.., Some(slug), _) => Target::Article(named(&self.articles, slug)?.0),
            (.., Some(slug)) => Target::Tag(named(&self.tags, slug)?),
            _ => Target::Nowhere,
        };
        let children = children.iter().map(|child| self.link(child)).collect::<Result<_>>()?;
        Ok(LoadedLink { label: label.clone(), target, children })
    }
}

/// When it is now for one article: up to 50 minutes ago, for no newsroom publishes on the hour.
fn moment(slug: &str, now: DateTime<Utc>) -> DateTime<Utc> {
    let seconds = slug.bytes().fold(7_i64, |sum, byte| (sum * 31 + i64::from(byte)) % 3_000);
    DateTime::from_timestamp(now.timestamp() - seconds, 0).unwrap_or(now)
}

/// The tree as a list, parents first: path, node, place among its siblings.
fn flatten<'a>(sections: &'a [Section], above: &str, into: &mut Vec<(String, &'a Section, i32)>) {
    for (section, position) in sections.iter().zip(0..) {
        let path = if above.is_empty() { section.slug.clone() } else { format!("{above}/{}", section.slug) };
        into.push((path.clone(), section, position));
        flatten(&section.children, &path, into);
    }
}

fn load_page(tx: &mut PgConnection, names: &Names<'_>, page: &Page, now: DateTime<Utc>) -> Result<()> {
    let Page { slug, head, text } = page;
    let published_at = now - TimeDelta::hours(head.published_hours_ago.into());
    let loaded = LoadedPage {
        id: named(&names.pages, slug)?,
        slug,
        language: &head.language,
        title: &head.title,
        body: &names.html(text),
        seo_title: head.seo.title.as_deref(),
        seo_description: head.seo.description.as_deref(),
        published_at: Some(published_at),
        updated_at: head.updated_hours_ago.map_or(published_at, |hours| now - TimeDelta::hours(hours.into())),
    };
    Ok(load::page(tx, &loaded)?)
}

fn load_presentation(tx: &mut PgConnection, names: &Names<'_>, structure: &Structure) -> Result<()> {
    let Structure { site, collections, menus, .. } = structure;
    let loaded = LoadedSite {
        title: &site.title,
        tagline: Some(&site.tagline),
        description: Some(&site.description),
        url: &site.url,
        default_language: &site.default_language,
        languages: site.languages.iter().map(String::as_str).collect(),
        contact_email: Some(&site.contact_email),
        logo_id: Some(named(&names.media, &site.logo)?),
        social_links: &site.social_links,
    };
    load::site(tx, &loaded)?;
    for collection in collections {
        let articles: Vec<ArticleId> =
            collection.articles.iter().map(|slug| named(&names.articles, slug).map(|(id, _)| id)).collect::<Result<_>>()?;
        load::collection(tx, &collection.slug, &collection.name, collection.description.as_deref(), &articles)?;
    }
    for menu in menus {
        let links: Vec<LoadedLink> = menu.items.iter().map(|item| names.link(item)).collect::<Result<_>>()?;
        load::menu(tx, &menu.slug, &menu.name, &links)?;
    }
    Ok(())
}
