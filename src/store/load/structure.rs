//! What articles hang on. Each function makes what is missing, leaves what is there as it is, and gives the ids of all.

use std::collections::HashMap;

use diesel::{pg::PgConnection, prelude::*};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    domain::{
        author::AuthorKind,
        change::{ChangeAction, Resource},
        id::{AuthorId, MediaId, SectionId, TagId},
        media::MediaKind,
    },
    schema::{authors, media, sections, tags},
    store::{
        bulk,
        error::{StoreError, StoreResult},
    },
};

/// A section that shall be there.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct NewSection<'a> {
    /// Its parent stands before it in the same call, or exists.
    pub path: &'a str,
    pub name: &'a str,
    pub description: Option<&'a str>,
    pub position: i32,
}

/// Makes the sections whose path is not there.
///
/// # Errors
/// `NotFound` where a parent is missing, and when the database fails.
pub fn sections(tx: &mut PgConnection, wanted: &[NewSection<'_>]) -> StoreResult<HashMap<String, SectionId>> {
    let there: Vec<(String, SectionId, Vec<Option<Uuid>>)> =
        sections::table.select((sections::path, sections::id, sections::ancestor_ids)).load(tx)?;
    let mut known: HashMap<String, (SectionId, Vec<Option<Uuid>>)> =
        there.into_iter().map(|(path, id, ancestors)| (path, (id, ancestors))).collect();
    let mut made = Vec::new();
    for section in wanted.iter().filter(|section| !section.path.is_empty()) {
        if known.contains_key(section.path) {
            continue;
        }
        let id = SectionId::new();
        let (parent, slug) = match section.path.rsplit_once('/') {
            Some((above, slug)) => (Some(known.get(above).ok_or(StoreError::NotFound)?), slug),
            None => (None, section.path),
        };
        let parent_id = parent.map(|(id, _)| *id);
        let mut ancestors = parent.map(|(_, ancestors)| ancestors.clone()).unwrap_or_default();
        ancestors.push(Some(id.0));
        diesel::insert_into(sections::table)
            .values((
                sections::id.eq(id),
                sections::parent_id.eq(parent_id),
                sections::slug.eq(slug),
                sections::path.eq(section.path),
                sections::ancestor_ids.eq(&ancestors),
                sections::name.eq(section.name),
                sections::description.eq(section.description),
                sections::position.eq(section.position),
            ))
            .execute(tx)?;
        made.push((id.0, json!({ "slug": section.path })));
        known.insert(section.path.to_owned(), (id, ancestors));
    }
    announce(tx, Resource::Section, made)?;
    Ok(known.into_iter().map(|(path, (id, _))| (path, id)).collect())
}

/// A tag that shall be there.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct NewTag<'a> {
    pub slug: &'a str,
    pub name: &'a str,
    pub description: Option<&'a str>,
}

/// Makes the tags whose slug is not there.
///
/// # Errors
/// When the database fails.
pub fn tags(tx: &mut PgConnection, wanted: &[NewTag<'_>]) -> StoreResult<HashMap<String, TagId>> {
    let rows: Vec<_> = wanted
        .iter()
        .map(|tag| (tags::id.eq(TagId::new()), tags::slug.eq(tag.slug), tags::name.eq(tag.name), tags::description.eq(tag.description)))
        .collect();
    let made: Vec<(TagId, String)> =
        diesel::insert_into(tags::table).values(rows).on_conflict_do_nothing().returning((tags::id, tags::slug)).get_results(tx)?;
    announce(tx, Resource::Tag, made.into_iter().map(|(id, slug)| (id.0, json!({ "slug": slug }))).collect())?;
    let slugs: Vec<&str> = wanted.iter().map(|tag| tag.slug).collect();
    Ok(tags::table.filter(tags::slug.eq_any(slugs)).select((tags::slug, tags::id)).load(tx)?.into_iter().collect())
}

/// An author who shall be there.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct NewAuthor<'a> {
    pub slug: &'a str,
    pub name: &'a str,
    pub kind: AuthorKind,
    pub job_title: Option<&'a str>,
    pub bio: Option<&'a str>,
    pub portrait_id: Option<MediaId>,
    /// `[{name, url}]`.
    pub links: Value,
}

/// Makes the authors whose slug is not there.
///
/// # Errors
/// When the database fails.
pub fn authors(tx: &mut PgConnection, wanted: &[NewAuthor<'_>]) -> StoreResult<HashMap<String, AuthorId>> {
    let rows: Vec<_> = wanted
        .iter()
        .map(|author| {
            (
                authors::id.eq(AuthorId::new()),
                authors::slug.eq(author.slug),
                authors::name.eq(author.name),
                authors::kind.eq(author.kind),
                authors::job_title.eq(author.job_title),
                authors::bio.eq(author.bio),
                authors::portrait_id.eq(author.portrait_id),
                authors::links.eq(&author.links),
            )
        })
        .collect();
    let made: Vec<(AuthorId, String)> = diesel::insert_into(authors::table)
        .values(rows)
        .on_conflict_do_nothing()
        .returning((authors::id, authors::slug))
        .get_results(tx)?;
    announce(tx, Resource::Author, made.into_iter().map(|(id, slug)| (id.0, json!({ "slug": slug }))).collect())?;
    let slugs: Vec<&str> = wanted.iter().map(|author| author.slug).collect();
    Ok(authors::table.filter(authors::slug.eq_any(slugs)).select((authors::slug, authors::id)).load(tx)?.into_iter().collect())
}

/// An image or a file that shall be there.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct NewMedia<'a> {
    pub kind: MediaKind,
    pub url: &'a str,
    pub alt: &'a str,
    pub caption: Option<&'a str>,
    pub credit: Option<&'a str>,
    pub mime_type: &'a str,
    pub width: i32,
    pub height: i32,
    /// Horizontal and vertical share.
    pub focal_point: Option<(f64, f64)>,
    /// `[{name, url, width, height}]`.
    pub renditions: Value,
}

/// Makes the media whose address is not there. Gives ids by address.
///
/// # Errors
/// When the database fails.
pub fn media(tx: &mut PgConnection, wanted: &[NewMedia<'_>]) -> StoreResult<HashMap<String, MediaId>> {
    let urls: Vec<&str> = wanted.iter().map(|item| item.url).collect();
    let mut known: HashMap<String, MediaId> =
        media::table.filter(media::url.eq_any(urls)).select((media::url, media::id)).load(tx)?.into_iter().collect();
    let rows: Vec<_> = wanted
        .iter()
        .filter(|item| !known.contains_key(item.url))
        .map(|item| {
            (
                media::id.eq(MediaId::new()),
                media::kind.eq(item.kind),
                media::url.eq(item.url),
                media::alt.eq(item.alt),
                media::caption.eq(item.caption),
                media::credit.eq(item.credit),
                media::mime_type.eq(item.mime_type),
                media::width.eq(item.width),
                media::height.eq(item.height),
                media::focal_x.eq(item.focal_point.map(|(x, _)| x)),
                media::focal_y.eq(item.focal_point.map(|(_, y)| y)),
                media::renditions.eq(&item.renditions),
            )
        })
        .collect();
    let made: Vec<(MediaId, String)> = diesel::insert_into(media::table).values(rows).returning((media::id, media::url)).get_results(tx)?;
    announce(tx, Resource::Media, made.iter().map(|(id, url)| (id.0, json!({ "url": url }))).collect())?;
    known.extend(made.into_iter().map(|(id, url)| (url, id)));
    Ok(known)
}

/// Appends what was made to the change log.
pub(super) fn announce(tx: &mut PgConnection, resource: Resource, made: Vec<(Uuid, Value)>) -> StoreResult<()> {
    let mut log = bulk::Log::default();
    log.add(resource, ChangeAction::Created, made.into_iter());
    log.write(tx)
}
