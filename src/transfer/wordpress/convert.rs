//! From the item of a post or a page to what is stored of it.
//!
//! What is decided here:
//! - Status: `publish` is published, `pending` in review. `draft`, `private`, `future`, what has a password, and statuses of plugins
//!   become drafts, so that nothing is ever seen that readers of the old site could not see. What is in the trash is skipped.
//! - Kind: the post format `video` makes a video, `gallery` a gallery, everything else news.
//! - Section: see [`super::terms::Terms::primary`]; without any category it is “Uncategorized”.
//! - Standfirst: the excerpt written by hand; WordPress makes the others up from the body, which is not repeated here.
//! - `sticky` is no flag of ours: it says where a blog shows a post, not that it leads the news.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::attachment::shortened;
use super::body;
use super::dates;
use super::markup::plain;
use super::names::{address, legacy_path, numbered, slug};
use super::record::Item;
use super::shortcode::Findings;
use super::survey::{STRUCTURE, Survey, language_tag};
use super::terms::NO_CATEGORY;
use crate::domain::article::{Kind, Status};
use crate::domain::body::{sanitise, to_text, word_count};
use crate::domain::slug::{Slug, slugify};
use crate::store::bulk::SearchColumns;
use crate::transfer::report::Report;

/// A post or a page that is ready to be stored. Places are those of the survey's lists.
#[derive(Clone, Debug, Serialize)]
pub struct Post {
    /// How an import knows it again.
    #[serde(skip)]
    pub external_id: String,
    /// Its post id; 0 when missing.
    pub id: u64,
    /// A page, not an article.
    pub is_page: bool,
    /// The slug to give it, if it is free.
    pub slug: Slug,
    /// The genre.
    pub kind: Kind,
    /// Draft, in review, published or scheduled.
    pub status: Status,
    /// Plain text.
    pub title: String,
    /// Plain text.
    pub kicker: Option<String>,
    /// Plain text.
    pub standfirst: Option<String>,
    /// Sanitised HTML.
    pub body: String,
    /// Words of the body.
    pub words: i32,
    /// BCP 47, where the post says one of its own.
    pub language: Option<String>,
    /// Shared by the translations of one post.
    pub translation_group: Option<Uuid>,
    /// The primary section's key.
    pub section: String,
    /// Further sections' keys.
    pub further_sections: Vec<String>,
    /// Tags' keys.
    pub tags: Vec<String>,
    /// Authors' places.
    #[serde(skip)]
    pub byline: Vec<usize>,
    /// Authors' keys.
    pub byline_keys: Vec<String>,
    /// The attachment at its head.
    pub lead: Option<u64>,
    /// The attachments in its body.
    pub pictures: Vec<u64>,
    /// Where else it may be at home.
    pub canonical_url: Option<String>,
    /// Title for search engines.
    pub seo_title: Option<String>,
    /// Description for search engines.
    pub seo_description: Option<String>,
    /// When it was published; none for drafts, and for what is published without a date.
    pub published_at: Option<DateTime<Utc>>,
    /// When it changed last, if it says so.
    pub updated_at: Option<DateTime<Utc>>,
    /// Where it was on the old site.
    pub paths: Vec<String>,
    /// What to call it in a message.
    #[serde(skip)]
    pub label: String,
    /// Tells it from another item under the same number.
    #[serde(skip)]
    pub fingerprint: Fingerprint,
    /// What search reads of it, where that was found already.
    #[serde(skip)]
    pub found: Option<SearchColumns>,
}

/// Counted up whenever the conversion changes in a way that should reach posts that are already imported.
const EDITION: u8 = 1;

impl Post {
    /// SHA-256 of all that is stored of it: equal means that the file says nothing new.
    pub fn content_hash(&self) -> Vec<u8> {
        let mut hash = Sha256::new();
        hash.update([EDITION]);
        hash.update(serde_json::to_vec(self).unwrap_or_default());
        hash.finalize().to_vec()
    }
}

/// How an import knows an item again: by its number, and without one by what else is its own.
pub(super) fn external_id(item: &Item) -> String {
    let kind = if item.post_type == "attachment" { "attachment" } else { "post" };
    if item.id != 0 {
        return format!("{kind}:{}", item.id);
    }
    let own = [&item.guid, &item.link].into_iter().find(|text| !text.is_empty()).map_or_else(|| fingerprint(item), |own| hashed(&[own]));
    format!("{kind}:{}", hex(&own))
}

/// A hash of what makes an item that item.
pub(super) type Fingerprint = [u8; 8];

pub(super) fn fingerprint(item: &Item) -> Fingerprint {
    hashed(&[&item.post_type, &item.slug, &item.title, &item.date, &item.link, &item.attachment_url])
}

fn hashed(texts: &[&str]) -> Fingerprint {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update(text.as_bytes());
        hash.update([0]);
    }
    let digest: [u8; 32] = hash.finalize().into();
    digest.first_chunk().copied().unwrap_or_default()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The ids that a file gave away. Files that were merged or made by hand give one to several items.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys(HashMap<String, Fingerprint>);

impl Keys {
    /// The id under which an item is remembered; none when the same item came before.
    pub fn give(&mut self, id: String, fingerprint: Fingerprint) -> Option<String> {
        match self.0.get(&id) {
            None => {
                self.0.insert(id.clone(), fingerprint);
                Some(id)
            }
            Some(first) if *first == fingerprint => None,
            Some(_) => {
                let own = format!("{id}:{}", hex(&fingerprint));
                self.0.insert(own.clone(), fingerprint).is_none().then_some(own)
            }
        }
    }
}

/// Converts items by what the survey found. It may run on several threads at once.
pub struct Converter<'s> {
    /// The file's own structure, with the ids of media that are stored.
    pub survey: &'s Survey,
    /// Types that are taken as articles besides `post`.
    pub post_types: &'s [String],
    /// The time of the import.
    pub now: DateTime<Utc>,
}

impl Converter<'_> {
    /// Converts an item; what is not taken is reported.
    pub fn convert(&self, item: &Item, report: &mut Report) -> Option<Post> {
        if STRUCTURE.contains(&item.post_type.as_str()) {
            return None;
        }
        if !Survey::is_post(item, self.post_types) {
            report
                .skip(format!("of the type `{}` (`--post-type {}` takes them as articles)", item.post_type, item.post_type), item.label());
            return None;
        }
        if item.status == "trash" {
            report.skip("in the trash", item.label());
            return None;
        }
        if item.status == "auto-draft" {
            report.skip("saved by WordPress before anybody wrote it", item.label());
            return None;
        }
        let post = self.post(item, report);
        if post.is_none() {
            report.skip("nothing to make an address of", item.label());
        }
        post
    }

    fn post(&self, item: &Item, report: &mut Report) -> Option<Post> {
        let is_page = item.post_type == "page";
        let label = item.label();
        let (status, published_at) = self.status(item, report);
        let mut findings = Findings::default();
        let converted = body::convert(&item.content, item.id, &self.survey.library, &mut findings);
        let body = sanitise(&converted.html);
        describe(&findings, &label, report);
        let title = self.title(item, &body, report);
        let (kind, language, translation_group) = self.terms_of_plugins(item, report);
        let (section, further_sections) = self.sections(item);
        let byline = self.survey.authors.byline(item);
        let meta = |keys: &[&str], longest: usize| {
            let text = keys.iter().find_map(|key| item.meta(key)).map(plain).unwrap_or_default();
            // Templates of SEO plugins (`%%title%% %%sep%%`, `%title%`) are nothing without them.
            let is_template =
                text.contains("%%") || text.split_whitespace().any(|word| word.len() > 2 && word.starts_with('%') && word.ends_with('%'));
            (!text.is_empty() && !is_template).then(|| shortened(&text, longest))
        };
        let standfirst = Some(shortened(&plain(&item.excerpt), 2000)).filter(|text| !text.is_empty());
        Some(Post {
            external_id: external_id(item),
            id: item.id,
            is_page,
            slug: wanted_slug(item, &title)?,
            kind,
            status,
            words: i32::try_from(word_count(&body)).unwrap_or(i32::MAX),
            kicker: meta(&["kicker", "_kicker"], 100),
            standfirst: standfirst
                .or_else(|| meta(&["standfirst", "_standfirst", "subtitle", "_subtitle", "wps_subtitle", "_wps_subtitle"], 2000)),
            language,
            translation_group,
            section,
            further_sections,
            tags: self.tags(item),
            byline_keys: byline
                .iter()
                .filter_map(|place| self.survey.authors.planned().get(*place))
                .map(|author| author.key.clone())
                .collect(),
            byline,
            lead: self.lead(item, report),
            pictures: converted.pictures,
            canonical_url: ["_yoast_wpseo_canonical", "rank_math_canonical_url", "_seopress_robots_canonical", "_aioseop_custom_link"]
                .into_iter()
                .find_map(|key| item.meta(key).and_then(address))
                .filter(|url| url.trim_end_matches('/') != item.link.trim_end_matches('/') && url.len() <= 2000),
            seo_title: meta(&["_yoast_wpseo_title", "rank_math_title", "_seopress_titles_title", "_aioseop_title", "_aioseo_title"], 300),
            seo_description: meta(
                &["_yoast_wpseo_metadesc", "rank_math_description", "_seopress_titles_desc", "_aioseop_description", "_aioseo_description"],
                1000,
            ),
            published_at,
            updated_at: dates::moment(&item.modified_gmt, &item.modified, "", (&item.date_gmt, &item.date))
                .map(|moment| moment.at.min(self.now)),
            paths: self.paths(item),
            title,
            body,
            label,
            fingerprint: fingerprint(item),
            found: None,
        })
    }

    fn status(&self, item: &Item, report: &mut Report) -> (Status, Option<DateTime<Utc>>) {
        let kept = |report: &mut Report, what: &str| {
            report.warn(format!("{what}: kept as a draft"), item.label());
            (Status::Draft, None)
        };
        if !item.password.is_empty() && item.status == "publish" {
            return kept(report, "protected by a password");
        }
        match item.status.as_str() {
            "publish" => {}
            "draft" => return (Status::Draft, None),
            "pending" if item.post_type == "page" => return (Status::Draft, None),
            "pending" => return (Status::InReview, None),
            "future" => return kept(report, "scheduled on the old site"),
            "private" => return kept(report, "private"),
            "" => return kept(report, "without a status"),
            other => return kept(report, &format!("of the status `{other}`")),
        }
        match dates::moment(&item.date_gmt, &item.date, &item.published, (&item.modified_gmt, &item.modified)) {
            None => {
                report.warn("published, but without a date: given the time of the import", item.label());
                (Status::Published, None)
            }
            Some(moment) => {
                if moment.is_guess {
                    report.warn("a date without an offset: taken for UTC", item.label());
                }
                if moment.at > self.now {
                    return kept(report, "published at a time that is still to come");
                }
                (Status::Published, Some(moment.at))
            }
        }
    }

    fn title(&self, item: &Item, body: &str, report: &mut Report) -> String {
        let title = plain(&item.title);
        if !title.is_empty() {
            return shortened(&title, 300);
        }
        report.warn("without a title: given the first words of its text", item.label());
        let words: Vec<String> = to_text(body).split_whitespace().take(10).map(str::to_owned).collect();
        if words.is_empty() { "Untitled".into() } else { shortened(&words.join(" "), 100) }
    }

    fn sections(&self, item: &Item) -> (String, Vec<String>) {
        let sections = &self.survey.sections;
        let mut places: Vec<usize> = Vec::new();
        for place in item.terms.iter().filter(|term| term.domain == "category").filter_map(|term| sections.find(term)) {
            if !places.contains(&place) {
                places.push(place);
            }
        }
        let marked = ["_yoast_wpseo_primary_category", "rank_math_primary_category", "_primary_category", "_seopress_robots_primary_cat"]
            .into_iter()
            .find_map(|key| item.meta(key)?.parse().ok());
        let primary = sections.primary(&mut places, marked).or_else(|| sections.find_key(NO_CATEGORY));
        let key = |place: usize| sections.planned()[place].key.clone();
        let further = places.into_iter().filter(|place| Some(*place) != primary).map(key).collect();
        (primary.map_or_else(|| NO_CATEGORY.to_owned(), key), further)
    }

    fn tags(&self, item: &Item) -> Vec<String> {
        let mut keys: Vec<String> = Vec::new();
        for term in item.terms.iter().filter(|term| matches!(term.domain.as_str(), "post_tag" | "tag")) {
            if let Some(key) = self.survey.tags.find(term).map(|place| self.survey.tags.planned()[place].key.clone())
                && !keys.contains(&key)
            {
                keys.push(key);
            }
        }
        keys
    }

    /// Kind, language and translations, as formats and plugins for languages say them.
    fn terms_of_plugins(&self, item: &Item, report: &mut Report) -> (Kind, Option<String>, Option<Uuid>) {
        let (mut kind, mut language, mut group) = (Kind::News, None, None);
        for term in &item.terms {
            match term.domain.as_str() {
                "post_format" => match term.slug.trim_start_matches("post-format-") {
                    "video" => kind = Kind::Video,
                    "gallery" => kind = Kind::Gallery,
                    _ => {}
                },
                "language" => language = language_tag(&term.slug),
                "post_translations" => {
                    let hash = Sha256::digest(format!("{}\n{}", self.survey.origin(), term.slug).as_bytes());
                    group = hash.first_chunk::<16>().map(|bytes| uuid::Builder::from_custom_bytes(*bytes).into_uuid());
                }
                "category" | "post_tag" | "tag" | "author" | "nav_menu" => {}
                other => report.skip(format!("a post's term of the taxonomy `{other}`"), &term.name),
            }
        }
        (kind, language, group)
    }

    fn lead(&self, item: &Item, report: &mut Report) -> Option<u64> {
        let id: u64 = item.meta("_thumbnail_id")?.parse().ok().filter(|id| *id != 0)?;
        if self.survey.library.attachment(id).is_none_or(|attachment| !attachment.is_image()) {
            report.warn("a featured image that is not in the file", item.label());
            return None;
        }
        Some(id)
    }

    fn paths(&self, item: &Item) -> Vec<String> {
        let mut paths: Vec<String> = legacy_path(&item.link).into_iter().collect();
        if item.id != 0 {
            let base = [&self.survey.channel.base_blog_url, &self.survey.channel.link].into_iter().find(|base| !base.is_empty());
            let base = base.and_then(|base| legacy_path(base)).unwrap_or_default();
            let names: &[&str] = if item.post_type == "page" { &["page_id", "p"] } else { &["p"] };
            paths.extend(names.iter().map(|name| numbered(&base, name, &item.id.to_string())));
        }
        let mut seen = std::collections::HashSet::new();
        paths.retain(|path| path.len() <= 2000 && seen.insert(path.clone()));
        paths
    }
}

/// The item's own slug, or one made of its title, or of its number.
fn wanted_slug(item: &Item, title: &str) -> Option<Slug> {
    slug(&item.slug).or_else(|| slugify(title)).or_else(|| slugify(&format!("post {}", item.id.max(item.number))))
}

/// Reports what a body held and could not keep.
fn describe(findings: &Findings, label: &str, report: &mut Report) {
    for (name, times) in &findings.shortcodes {
        report.warn_times(format!("shortcode [{name}] removed"), *times, label);
    }
    for (name, times) in &findings.blocks {
        report.warn_times(format!("block `{name}` removed: only WordPress can fill it"), *times, label);
    }
    report.warn_times("a picture of a gallery that is not in the file", findings.missing_attachments, label);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_that_share_a_number_are_told_apart_and_repeats_are_not() {
        let first = Item { id: 7, title: "One".into(), ..Item::default() };
        let other = Item { id: 7, title: "Other".into(), ..Item::default() };
        let mut keys = Keys::default();
        let mut give = |item: &Item| keys.give(external_id(item), fingerprint(item));
        assert_eq!(give(&first).as_deref(), Some("post:7"));
        assert_eq!(give(&first), None);
        let own = give(&other);
        assert!(own.as_ref().is_some_and(|own| own.starts_with("post:7:")), "{own:?}");
        assert_eq!(give(&other), None);
        assert_eq!(give(&Item { post_type: "attachment".into(), ..first.clone() }).as_deref(), Some("attachment:7"));
        assert_ne!(external_id(&Item { guid: "a".into(), ..Item::default() }), external_id(&Item { guid: "b".into(), ..Item::default() }));
    }
}
