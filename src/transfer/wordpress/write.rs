//! What an import leaves in the database: structure first, then posts by the batch, then menus, which point at both.

use std::collections::{HashMap, HashSet};

use anyhow::Result;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::convert::{Keys, Post};
use super::import::{FreeSlugs, ImportOptions};
use super::menus::{Link, PlannedMenu, Target};
use super::names::{address, legacy_path};
use super::structure;
use super::survey::Survey;
use crate::domain::actor::Actor;
use crate::domain::article::{BylineRole, Status};
use crate::domain::change::{ChangeAction, Resource};
use crate::domain::id::{ArticleId, AuthorId, MediaId, MenuId, PageId, SectionId, TagId};
use crate::store::audit;
use crate::store::bulk::{
    self, ArticleBefore, BulkArticle, BulkMenu, BulkMenuItem, BulkPage, Imported, Known, Log, Tidier, Words, claim, introduce_site, known,
    remember, taken_slugs,
};
use crate::transfer::report::{Outcome, Report};

/// How many articles make the planner's knowledge worth renewing.
const WORTH_ANALYSING: u64 = 1_000;

/// An import in the middle of its transaction.
pub(super) struct Writer {
    pub origin: String,
    pub now: DateTime<Utc>,
    pub log: Log,
    /// By key.
    pub sections: HashMap<String, SectionId>,
    /// By key.
    pub tags: HashMap<String, TagId>,
    /// By place in the survey.
    pub authors: Vec<Option<AuthorId>>,
    /// Changes of sections, which wait for the end: a move refiles what stands in them.
    pub section_changes: Vec<structure::SectionChange>,
    language: String,
    words: Words,
    tidier: Option<Tidier>,
    slugs: FreeSlugs,
    page_slugs: FreeSlugs,
    keys: Keys,
    /// What became of the posts that menus point at, and their titles.
    posts: HashMap<u64, (Resource, Uuid, String)>,
    wanted_posts: HashSet<u64>,
}

/// An item, what it is to be, and its hash.
pub(super) struct Pending {
    pub post: Post,
    pub hash: Vec<u8>,
}

/// What this run made of an item, and where that was.
struct Made {
    external_id: String,
    resource: Resource,
    id: Uuid,
    hash: Vec<u8>,
    paths: Vec<String>,
}

impl Made {
    fn of(post: &Post, resource: Resource, id: Uuid, hash: Vec<u8>) -> Self {
        Self { external_id: post.external_id.clone(), resource, id, hash, paths: post.paths.clone() }
    }
}

impl Writer {
    /// Writes all that posts refer to.
    pub fn begin(tx: &mut PgConnection, survey: &mut Survey, options: &ImportOptions, report: &mut Report) -> Result<Self> {
        let origin = survey.origin();
        claim(tx, &origin)?;
        let language = survey.language();
        if language.is_none() {
            report.warn("the file names no language that is one: the publication's own is taken", &survey.channel.language);
        }
        let (is_named, language) = introduce(tx, survey, language.as_deref())?;
        let wanted_posts = survey.menus.iter().flat_map(|menu| &menu.links).filter_map(|link| match link.target {
            Target::Post(id) => Some(id),
            _ => None,
        });
        let mut writer = Self {
            origin,
            now: options.now,
            log: Log::default(),
            sections: HashMap::new(),
            tags: HashMap::new(),
            authors: Vec::new(),
            section_changes: Vec::new(),
            language,
            words: Words::default(),
            tidier: options.database_url.as_deref().and_then(Tidier::start),
            slugs: FreeSlugs::default(),
            page_slugs: FreeSlugs::default(),
            keys: Keys::default(),
            posts: HashMap::new(),
            wanted_posts: wanted_posts.collect(),
        };
        if is_named {
            report.count(Resource::Site, Outcome::Updated);
            writer.log.add(Resource::Site, ChangeAction::Updated, std::iter::once((Uuid::nil(), json!({ "is_relinked": true }))));
        }
        structure::media(tx, &mut writer, survey, report)?;
        structure::sections(tx, &mut writer, survey, report)?;
        structure::tags(tx, &mut writer, survey, report)?;
        structure::authors(tx, &mut writer, survey, report)?;
        Ok(writer)
    }

    /// The language of posts that name none.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// Writes a batch of posts.
    pub fn write(&mut self, tx: &mut PgConnection, survey: &Survey, batch: Vec<Pending>, report: &mut Report) -> Result<()> {
        let mut pending: Vec<Pending> = Vec::with_capacity(batch.len());
        for Pending { mut post, hash } in batch {
            let Some(external_id) = self.keys.give(std::mem::take(&mut post.external_id), post.fingerprint) else {
                report.skip("repeated in the file: the first is taken", &post.label);
                continue;
            };
            post.external_id = external_id;
            pending.push(Pending { post, hash });
        }
        let ids: Vec<String> = pending.iter().map(|pending| pending.post.external_id.clone()).collect();
        let known = known(tx, &self.origin, &ids)?;
        let (mut new, mut changed) = (Vec::new(), Vec::new());
        for item in pending {
            match known.get(&item.post.external_id) {
                None => new.push(item),
                Some(before) => {
                    let (resource, id) = (before.resource, before.id);
                    if before.content_hash == item.hash {
                        report.count(resource, Outcome::Unchanged);
                        self.note(&item.post, resource, id);
                    } else {
                        changed.push((item, before.clone()));
                    }
                }
            }
        }
        let (pages, articles): (Vec<Pending>, Vec<Pending>) = new.into_iter().partition(|item| item.post.is_page);
        self.insert_articles(tx, survey, articles, report)?;
        self.insert_pages(tx, pages, report)?;
        self.update_articles(tx, survey, &mut changed, report)?;
        self.update_pages(tx, changed, report)?;
        if let Some(tidier) = &self.tidier {
            tidier.nudge();
        }
        Ok(())
    }

    /// Remembers what a menu points at.
    fn note(&mut self, post: &Post, resource: Resource, id: Uuid) {
        if self.wanted_posts.contains(&post.id) {
            self.posts.insert(post.id, (resource, id, post.title.clone()));
        }
    }

    fn insert_articles(&mut self, tx: &mut PgConnection, survey: &Survey, items: Vec<Pending>, report: &mut Report) -> Result<()> {
        let mut rows = Vec::with_capacity(items.len());
        let mut made = Vec::with_capacity(items.len());
        let taken = taken_among(tx, Resource::Article, &items)?;
        for Pending { post, hash } in items {
            let id = ArticleId::new();
            let slug = self.slugs.give(&post.slug, |slug| is_taken(tx, Resource::Article, slug, &taken, post.slug.as_str()))?;
            warn_of_slug(report, &post, &slug);
            report.count(Resource::Article, Outcome::Created);
            self.note(&post, Resource::Article, id.0);
            made.push(Made::of(&post, Resource::Article, id.0, hash));
            rows.push(self.article(survey, post, id, slug, None));
        }
        bulk::insert_articles(tx, &mut self.log, &mut self.words, &rows)?;
        self.remember(tx, made)
    }

    fn insert_pages(&mut self, tx: &mut PgConnection, items: Vec<Pending>, report: &mut Report) -> Result<()> {
        let mut rows = Vec::with_capacity(items.len());
        let mut made = Vec::with_capacity(items.len());
        let taken = taken_among(tx, Resource::Page, &items)?;
        for Pending { post, hash } in items {
            let id = PageId::new();
            let slug = self.page_slugs.give(&post.slug, |slug| is_taken(tx, Resource::Page, slug, &taken, post.slug.as_str()))?;
            warn_of_slug(report, &post, &slug);
            report.count(Resource::Page, Outcome::Created);
            self.note(&post, Resource::Page, id.0);
            made.push(Made::of(&post, Resource::Page, id.0, hash));
            rows.push(self.page(post, id, slug, None));
        }
        bulk::insert_pages(tx, &mut self.log, &rows)?;
        self.remember(tx, made)
    }

    /// Takes the articles out of `changed`.
    fn update_articles(
        &mut self,
        tx: &mut PgConnection,
        survey: &Survey,
        changed: &mut Vec<(Pending, Known)>,
        report: &mut Report,
    ) -> Result<()> {
        let (articles, rest) = std::mem::take(changed).into_iter().partition(|(_, known)| known.resource == Resource::Article);
        *changed = rest;
        let articles: Vec<(Pending, Known)> = articles;
        if articles.is_empty() {
            return Ok(());
        }
        let ids: Vec<ArticleId> = articles.iter().map(|(_, known)| ArticleId(known.id)).collect();
        let before = bulk::articles_before(tx, &ids)?;
        let (mut rows, mut made) = (Vec::new(), Vec::new());
        for (Pending { post, hash }, known) in articles {
            let id = ArticleId(known.id);
            let Some(here) = before.get(&id) else {
                report.skip("changed in the file, but deleted here since", &post.label);
                continue;
            };
            report.count(Resource::Article, Outcome::Updated);
            self.note(&post, Resource::Article, id.0);
            made.push(Made::of(&post, Resource::Article, id.0, hash));
            rows.push(self.article(survey, post, id, here.slug.clone(), Some(here)));
        }
        bulk::update_articles(tx, &mut self.log, &rows, |row| {
            let was_out = before.get(&row.id).is_some_and(|before| before.published_at.is_some() && before.withdrawn_at.is_none());
            let is_out = row.published_at.is_some() && row.withdrawn_at.is_none();
            match (was_out, is_out) {
                (false, true) => ChangeAction::Published,
                (true, false) => ChangeAction::Withdrawn,
                _ => ChangeAction::Updated,
            }
        })?;
        self.remember(tx, made)
    }

    fn update_pages(&mut self, tx: &mut PgConnection, changed: Vec<(Pending, Known)>, report: &mut Report) -> Result<()> {
        let ids: Vec<PageId> = changed.iter().map(|(_, known)| PageId(known.id)).collect();
        let before = bulk::pages_before(tx, &ids)?;
        let mut made = Vec::new();
        for (Pending { post, hash }, known) in changed {
            let id = PageId(known.id);
            let Some(here) = before.get(&id) else {
                report.skip("changed in the file, but deleted here since", &post.label);
                continue;
            };
            report.count(Resource::Page, Outcome::Updated);
            self.note(&post, Resource::Page, id.0);
            made.push(Made::of(&post, Resource::Page, id.0, hash));
            let row = self.page(post, id, here.slug.clone(), here.published_at);
            bulk::update_page(tx, &mut self.log, &row)?;
        }
        self.remember(tx, made)
    }

    fn remember(&mut self, tx: &mut PgConnection, made: Vec<Made>) -> Result<()> {
        let mut items = Vec::with_capacity(made.len());
        let mut paths = Vec::new();
        for Made { external_id, resource, id, hash, paths: own } in made {
            paths.extend(own.into_iter().map(|path| (path, resource, id)));
            items.push(Imported { origin: self.origin.clone(), external_id, resource, resource_id: id, content_hash: hash });
        }
        remember(tx, &items)?;
        bulk::insert_legacy_paths(tx, &paths)?;
        Ok(())
    }

    fn article(&self, survey: &Survey, post: Post, id: ArticleId, slug: String, before: Option<&ArticleBefore>) -> BulkArticle {
        let media_id = |number: u64| survey.library.attachment(number).and_then(|attachment| attachment.media_id).map(MediaId);
        let section = |key: &String| self.sections.get(key).copied();
        // Every key was written before any post; a section that two keys came to share stands once.
        let section_id = section(&post.section).unwrap_or(SectionId(Uuid::nil()));
        let mut further: Vec<SectionId> = Vec::new();
        for id in post.further_sections.iter().filter_map(section) {
            if id != section_id && !further.contains(&id) {
                further.push(id);
            }
        }
        let mut tags: Vec<TagId> = Vec::new();
        for id in post.tags.iter().filter_map(|key| self.tags.get(key).copied()) {
            if !tags.contains(&id) {
                tags.push(id);
            }
        }
        let mut byline: Vec<(AuthorId, BylineRole)> = Vec::new();
        for id in post.byline.iter().filter_map(|place| self.authors.get(*place).copied().flatten()) {
            if !byline.iter().any(|(known, _)| *known == id) {
                byline.push((id, BylineRole::Author));
            }
        }
        let mut media: Vec<MediaId> = Vec::new();
        for id in post.pictures.iter().filter_map(|number| media_id(*number)) {
            if !media.contains(&id) {
                media.push(id);
            }
        }
        let is_published = post.status == Status::Published;
        // Published without a date: the time of the import, once.
        let published_at =
            post.published_at.or_else(|| is_published.then(|| before.and_then(|before| before.published_at).unwrap_or(self.now)));
        let first_published_at = before.and_then(|before| before.first_published_at).or(published_at);
        let updated_at = post.updated_at.or(published_at).unwrap_or(self.now);
        let mut row = BulkArticle {
            id,
            slug,
            kind: post.kind,
            language: post.language.unwrap_or_else(|| self.language.clone()),
            status: post.status,
            title: post.title,
            kicker: post.kicker,
            standfirst: post.standfirst,
            body: post.body,
            section_id,
            lead_media_id: post.lead.and_then(media_id),
            canonical_url: post.canonical_url,
            seo_title: post.seo_title,
            seo_description: post.seo_description,
            is_breaking: false,
            is_featured: false,
            is_sponsored: false,
            translation_group_id: post.translation_group,
            word_count: post.words,
            published_at,
            first_published_at,
            updated_at: published_at.map_or(updated_at, |at| updated_at.max(at)),
            withdrawn_at: None,
            further_sections: further,
            tags,
            byline,
            media,
            source: None,
            found: post.found,
        };
        if let Some(before) = before {
            // What the file does not say is not taken away.
            row.kicker = row.kicker.or_else(|| before.kicker.clone());
            row.canonical_url = row.canonical_url.or_else(|| before.canonical_url.clone());
            row.seo_title = row.seo_title.or_else(|| before.seo_title.clone());
            row.seo_description = row.seo_description.or_else(|| before.seo_description.clone());
            row.translation_group_id = row.translation_group_id.or(before.translation_group_id);
            if before.withdrawn_at.is_some() {
                (row.status, row.published_at, row.withdrawn_at) = (before.status, before.published_at, before.withdrawn_at);
            }
        }
        row
    }

    fn page(&self, post: Post, id: PageId, slug: String, published_before: Option<DateTime<Utc>>) -> BulkPage {
        let is_published = post.status == Status::Published;
        let published_at = post.published_at.or_else(|| is_published.then(|| published_before.unwrap_or(self.now)));
        BulkPage {
            id,
            slug,
            language: post.language.unwrap_or_else(|| self.language.clone()),
            title: post.title,
            body: post.body,
            seo_title: post.seo_title,
            seo_description: post.seo_description,
            published_at,
            updated_at: post.updated_at.or(published_at).unwrap_or(self.now),
        }
    }

    /// Writes menus, moves sections, and closes the books.
    pub fn finish(mut self, tx: &mut PgConnection, survey: &Survey, report: &mut Report) -> Result<()> {
        for menu in &survey.menus {
            self.menu(tx, survey, menu, report)?;
        }
        let changes = std::mem::take(&mut self.section_changes);
        structure::change_sections(tx, &self, survey, changes, report)?;
        if report.tally(Resource::Article).created >= WORTH_ANALYSING {
            bulk::analyse(tx)?;
        }
        // It had the time of the above to come near the end.
        if let Some(tidier) = self.tidier.take() {
            tidier.finish();
        }
        if report.tally(Resource::Article).created > 0 {
            bulk::tidy_search(tx)?;
        }
        if !report.is_unchanged() {
            let tallies = json!({ "origin": self.origin, "articles": report.tally(Resource::Article).created, "changed": report.tally(Resource::Article).updated });
            audit::record(tx, Actor::command_line(), "import_wordpress", Resource::Site, None, tallies)?;
        }
        self.log.write(tx)?;
        Ok(())
    }

    fn menu(&mut self, tx: &mut PgConnection, survey: &Survey, menu: &PlannedMenu, report: &mut Report) -> Result<()> {
        let external_id = format!("nav_menu:{}", menu.key);
        let items: Vec<(Uuid, BulkMenuItem)> = self.menu_items(survey, menu, report);
        let mut hash = Sha256::new();
        hash.update(menu.name.as_bytes());
        for (link, (_, row)) in menu.links.iter().zip(&items) {
            hash.update(format!("\n{} {} {:?} {:?} {}", link.id, link.parent, link.target, row.url, row.label));
        }
        let hash = hash.finalize().to_vec();
        let before = known(tx, &self.origin, std::slice::from_ref(&external_id))?.remove(&external_id);
        if before.as_ref().is_some_and(|before| before.content_hash == hash) {
            report.count(Resource::Menu, Outcome::Unchanged);
            return Ok(());
        }
        let id = before.as_ref().map_or_else(MenuId::new, |before| MenuId(before.id));
        let rows: Vec<BulkMenuItem> = items.into_iter().map(|(_, row)| BulkMenuItem { menu_id: id, ..row }).collect();
        let mut row = BulkMenu { id, slug: menu.slug.as_str().to_owned(), name: menu.name.clone() };
        if before.is_some() {
            if !bulk::update_menu(tx, &mut self.log, &row, &rows)? {
                report.skip("changed in the file, but deleted here since", format!("menu “{}”", menu.name));
                return Ok(());
            }
            report.count(Resource::Menu, Outcome::Updated);
        } else {
            row.slug =
                FreeSlugs::default().give(&menu.slug, |slug| Ok(!taken_slugs(tx, Resource::Menu, &[slug.to_owned()])?.is_empty()))?;
            bulk::insert_menus(tx, &mut self.log, std::slice::from_ref(&row), &rows)?;
            report.count(Resource::Menu, Outcome::Created);
        }
        self.remember(tx, vec![Made { external_id, resource: Resource::Menu, id: id.0, hash, paths: Vec::new() }])
    }

    fn menu_items(&self, survey: &Survey, menu: &PlannedMenu, report: &mut Report) -> Vec<(Uuid, BulkMenuItem)> {
        let mut made: HashMap<u64, Uuid> = HashMap::new();
        let mut rows = Vec::new();
        for (position, link) in (0..).zip(&menu.links) {
            let mut row = BulkMenuItem {
                id: Uuid::now_v7(),
                menu_id: MenuId(Uuid::nil()),
                parent_id: made.get(&link.parent).copied(),
                position,
                label: link.label.clone(),
                url: None,
                section_id: None,
                page_id: None,
                article_id: None,
                tag_id: None,
            };
            self.aim(survey, link, &mut row, report);
            if row.label.is_empty() {
                row.label = "Untitled".into();
            }
            made.insert(link.id, row.id);
            rows.push((row.id, row));
        }
        rows
    }

    /// Says where a link leads, and what it is called if it has no label of its own.
    fn aim(&self, survey: &Survey, link: &Link, row: &mut BulkMenuItem, report: &mut Report) {
        let name = match &link.target {
            Target::Heading => None,
            Target::Address(url) => {
                row.url = Some(url.clone());
                None
            }
            Target::Category(id) => survey.sections.find_id(*id).map(|place| &survey.sections.planned()[place]).map(|section| {
                row.section_id = self.sections.get(&section.key).copied();
                section.name.clone()
            }),
            Target::Tag(id) => survey.tags.find_id(*id).map(|place| &survey.tags.planned()[place]).map(|tag| {
                row.tag_id = self.tags.get(&tag.key).copied();
                tag.name.clone()
            }),
            Target::Post(id) => self.posts.get(id).map(|(resource, id, title)| {
                match resource {
                    Resource::Page => row.page_id = Some(PageId(*id)),
                    _ => row.article_id = Some(ArticleId(*id)),
                }
                title.clone()
            }),
        };
        let leads_somewhere =
            row.url.is_some() || row.section_id.is_some() || row.tag_id.is_some() || row.page_id.is_some() || row.article_id.is_some();
        if !leads_somewhere && link.target != Target::Heading {
            report.warn("a menu item whose target is not in the file: kept as a heading", format!("“{}” ({})", row.label, link.id));
        }
        if row.label.is_empty() {
            row.label = name.unwrap_or_default().chars().take(200).collect();
        }
    }
}

/// Which of the slugs of a batch are taken.
fn taken_among(tx: &mut PgConnection, resource: Resource, items: &[Pending]) -> Result<HashSet<String>> {
    let wanted: Vec<String> = items.iter().map(|item| item.post.slug.as_str().to_owned()).collect();
    Ok(taken_slugs(tx, resource, &wanted)?)
}

/// Asks the database only for numbered slugs: those of the batch were looked up together.
fn is_taken(tx: &mut PgConnection, resource: Resource, slug: &str, taken: &HashSet<String>, wanted: &str) -> Result<bool> {
    if slug == wanted {
        return Ok(taken.contains(slug));
    }
    Ok(!taken_slugs(tx, resource, &[slug.to_owned()])?.is_empty())
}

fn warn_of_slug(report: &mut Report, post: &Post, slug: &str) {
    if slug != post.slug.as_str() {
        report.warn("a slug that was taken: numbered", format!("{slug} ({})", post.label));
    }
}

fn introduce(tx: &mut PgConnection, survey: &Survey, language: Option<&str>) -> Result<(bool, String)> {
    let channel = &survey.channel;
    let title = super::markup::plain(&channel.title);
    let tagline = Some(super::markup::plain(&channel.description)).filter(|text| !text.is_empty());
    let url =
        [&channel.link, &channel.base_blog_url].into_iter().find_map(|url| address(url)).map(|url| url.trim_end_matches('/').to_owned());
    Ok(introduce_site(tx, &title, tagline.as_deref(), url.as_deref(), language)?)
}

/// The path on which a blog stands, without a slash at its end; empty for a site of its own.
pub(super) fn base_path(survey: &Survey) -> String {
    let base = [&survey.channel.base_blog_url, &survey.channel.link].into_iter().find(|base| !base.is_empty());
    base.and_then(|base| legacy_path(base)).unwrap_or_default()
}
