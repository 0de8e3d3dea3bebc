//! The publication as its files say it: names instead of ids, and times as hours before the moment of loading.

use serde::Deserialize;
use serde_json::Value;

use super::{
    files,
    front_matter::{self, names},
};
use crate::domain::{
    article::{BylineRole, Kind, SourceKind, SourceRights, Status},
    author::AuthorKind,
    media::MediaKind,
};

/// Everything that the demo serves.
#[derive(Debug)]
pub struct Publication {
    /// Site, sections, tags, authors, media, sources, collections and menus.
    pub structure: Structure,
    /// The fixed pages.
    pub pages: Vec<Page>,
    /// The articles, the hidden ones included.
    pub articles: Vec<Article>,
}

/// What `publication.json` holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Structure {
    /// The publication itself.
    pub site: Site,
    /// The roots of the section tree, in order.
    pub sections: Vec<Section>,
    /// All tags.
    pub tags: Vec<Tag>,
    /// Everybody who signs.
    pub authors: Vec<Author>,
    /// Images and one film.
    pub media: Vec<Media>,
    /// Outlets that reprints come from.
    pub sources: Vec<Source>,
    /// Hand-ordered lists.
    pub collections: Vec<Collection>,
    /// Header, footer and topics.
    pub menus: Vec<Menu>,
}

/// Title, languages and addresses.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the members of the contract, by the same names")]
pub struct Site {
    pub title: String,
    pub tagline: String,
    pub description: String,
    pub url: String,
    pub default_language: String,
    pub languages: Vec<String>,
    pub contact_email: String,
    /// The slug of an image.
    pub logo: String,
    pub social_links: Value,
}

/// A node of the tree.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the members of the contract, by the same names")]
pub struct Section {
    pub slug: String,
    pub name: String,
    pub description: Option<String>,
    #[serde(default)]
    pub children: Vec<Section>,
}

/// A tag.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the members of the contract, by the same names")]
pub struct Tag {
    pub slug: String,
    pub name: String,
    pub description: Option<String>,
}

/// A person or an organisation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the members of the contract, by the same names")]
pub struct Author {
    pub slug: String,
    pub name: String,
    #[serde(default)]
    pub kind: AuthorKind,
    pub job_title: Option<String>,
    pub bio: Option<String>,
    /// The slug of an image.
    pub portrait: Option<String>,
    #[serde(default = "no_links")]
    pub links: Value,
}

fn no_links() -> Value {
    Value::Array(Vec::new())
}

/// A picture or a film. Its slug is a name inside these files only.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the members of the contract, by the same names")]
pub struct Media {
    pub slug: String,
    pub kind: MediaKind,
    pub url: String,
    pub mime_type: String,
    pub width: i32,
    pub height: i32,
    pub alt: String,
    pub caption: Option<String>,
    pub credit: Option<String>,
    pub focal_point: Option<FocalPoint>,
    pub renditions: Value,
}

/// What must stay in view: fractions of width and height.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the members of the contract, by the same names")]
pub struct FocalPoint {
    pub x: f64,
    pub y: f64,
}

/// An outlet, and on what terms the paper takes articles from it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the members of the contract, by the same names")]
pub struct Source {
    pub slug: String,
    pub name: String,
    pub url: String,
    pub kind: SourceKind,
    pub rights: SourceRights,
}

/// A hand-ordered list of article slugs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the members of the contract, by the same names")]
pub struct Collection {
    pub slug: String,
    pub name: String,
    pub description: Option<String>,
    pub articles: Vec<String>,
}

/// A menu.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the members of the contract, by the same names")]
pub struct Menu {
    pub slug: String,
    pub name: String,
    pub items: Vec<MenuItem>,
}

/// A link to one thing, or a heading over its children.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the members of the contract, by the same names")]
pub struct MenuItem {
    pub label: String,
    pub url: Option<String>,
    pub section: Option<String>,
    pub page: Option<String>,
    pub article: Option<String>,
    pub tag: Option<String>,
    #[serde(default)]
    pub children: Vec<MenuItem>,
}

/// A page: its head, and its text in Markdown.
#[derive(Debug)]
pub struct Page {
    /// The name of its file.
    pub slug: String,
    /// The lines above the text.
    pub head: PageHead,
    /// Markdown.
    pub text: String,
}

/// The lines above a page's text.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the members of the contract, by the same names")]
pub struct PageHead {
    pub title: String,
    pub language: String,
    pub published_hours_ago: i32,
    pub updated_hours_ago: Option<i32>,
    #[serde(default)]
    pub seo: Seo,
}

/// An article: its head, and its text in Markdown.
#[derive(Debug)]
pub struct Article {
    /// The name of its file.
    pub slug: String,
    /// The lines above the text.
    pub head: ArticleHead,
    /// Markdown, with `article:slug`, `page:slug` and `media:slug` as addresses.
    pub text: String,
}

/// The lines above an article's text. Sections are paths; tags, authors, media and articles are slugs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the members of the contract, by the same names")]
pub struct ArticleHead {
    pub title: String,
    pub kind: Kind,
    pub language: String,
    #[serde(default = "published")]
    pub status: Status,
    pub kicker: Option<String>,
    pub standfirst: Option<String>,
    pub section: String,
    #[serde(default, deserialize_with = "names")]
    pub sections: Vec<String>,
    #[serde(default, deserialize_with = "names")]
    pub byline: Vec<String>,
    #[serde(default, deserialize_with = "names")]
    pub tags: Vec<String>,
    pub lead_media: Option<String>,
    #[serde(default, deserialize_with = "names")]
    pub related: Vec<String>,
    pub translation_of: Option<String>,
    pub source: Option<String>,
    pub source_url: Option<String>,
    pub published_hours_ago: Option<i32>,
    pub updated_hours_ago: Option<i32>,
    pub scheduled_in_hours: Option<i32>,
    pub withdrawn_hours_ago: Option<i32>,
    pub withdrawal_reason: Option<String>,
    #[serde(default)]
    pub corrections: Vec<Correction>,
    #[serde(default)]
    pub flags: Flags,
    #[serde(default)]
    pub seo: Seo,
}

fn published() -> Status {
    Status::Published
}

impl ArticleHead {
    /// The byline in order: an author's slug and what he or she did (`slug:translator`).
    ///
    /// # Errors
    /// The role that is none.
    pub fn signatures(&self) -> Result<Vec<(&str, BylineRole)>, String> {
        let role = |name: &str| serde_json::from_value(Value::from(name)).map_err(|_| format!("`{name}` is not a role in a byline"));
        self.byline
            .iter()
            .map(|entry| match entry.split_once(':') {
                Some((slug, name)) => Ok((slug, role(name)?)),
                None => Ok((entry.as_str(), BylineRole::Author)),
            })
            .collect()
    }
}

/// What was wrong, and when that was said.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the members of the contract, by the same names")]
pub struct Correction {
    pub hours_ago: i32,
    pub text: String,
}

/// Marks of an article.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "the members of the contract, by the same names")]
pub struct Flags {
    pub breaking: bool,
    pub featured: bool,
    pub sponsored: bool,
}

/// What search engines are told instead of title and standfirst.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "the members of the contract, by the same names")]
pub struct Seo {
    pub title: Option<String>,
    pub description: Option<String>,
    pub canonical_url: Option<String>,
}

impl Publication {
    /// Reads the files that are compiled into the program.
    ///
    /// # Errors
    /// The file and the place in it that does not read.
    pub fn read() -> Result<Self, String> {
        let mut json = serde_json::Deserializer::from_str(files::PUBLICATION);
        let structure = serde_path_to_error::deserialize(&mut json).map_err(|fault| format!("publication.json: {fault}"))?;
        let pages = texts(files::PAGES, |slug, head, text| Page { slug, head, text })?;
        let articles = texts(files::ARTICLES, |slug, head, text| Article { slug, head, text })?;
        Ok(Self { structure, pages, articles })
    }
}

fn texts<H, T>(files: &[(&str, &str)], make: impl Fn(String, H, String) -> T) -> Result<Vec<T>, String>
where
    H: serde::de::DeserializeOwned,
{
    files
        .iter()
        .map(|(slug, file)| {
            let (head, text) = front_matter::read(file).map_err(|fault| format!("{slug}.md: {fault}"))?;
            Ok(make((*slug).to_owned(), head, text.to_owned()))
        })
        .collect()
}
