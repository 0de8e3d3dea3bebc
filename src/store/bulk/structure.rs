//! What articles refer to, by the thousand, and one at a time where an import changes it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::{Log, copy};
use crate::domain::author::AuthorKind;
use crate::domain::change::{ChangeAction, Resource};
use crate::domain::id::{ArticleId, AuthorId, MediaId, MenuId, PageId, SectionId, SourceId, TagId};
use crate::domain::media::MediaKind;
use crate::schema::{authors, media, menu_items, menus, pages, sections, sources, tags};
use crate::store::error::StoreResult;

/// An image or a file.
#[derive(Clone, Debug, Insertable, AsChangeset)]
#[diesel(table_name = media, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct BulkMedia {
    pub id: MediaId,
    pub kind: MediaKind,
    pub url: String,
    pub alt: String,
    pub caption: Option<String>,
    pub credit: Option<String>,
    pub mime_type: Option<String>,
    pub size_bytes: Option<i64>,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// A section; `ancestor_ids` from the root down, itself last, and `path` their slugs.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = sections, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct BulkSection {
    pub id: SectionId,
    pub parent_id: Option<SectionId>,
    pub slug: String,
    pub path: String,
    pub ancestor_ids: Vec<SectionId>,
    pub name: String,
    pub description: Option<String>,
    pub position: i32,
}

/// A tag.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = tags, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct BulkTag {
    pub id: TagId,
    pub slug: String,
    pub name: String,
    pub description: Option<String>,
}

/// An author.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = authors, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct BulkAuthor {
    pub id: AuthorId,
    pub slug: String,
    pub name: String,
    pub kind: AuthorKind,
    pub job_title: Option<String>,
    pub bio: Option<String>,
}

/// An outlet.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = sources, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct BulkOutlet {
    pub id: SourceId,
    pub slug: String,
    pub name: String,
    pub url: Option<String>,
}

/// A page; the body is sanitised.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = pages, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct BulkPage {
    pub id: PageId,
    pub slug: String,
    pub language: String,
    pub title: String,
    pub body: String,
    pub seo_title: Option<String>,
    pub seo_description: Option<String>,
    pub published_at: Option<DateTime<Utc>>,
    pub updated_at: DateTime<Utc>,
}

/// A menu.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = menus, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct BulkMenu {
    pub id: MenuId,
    pub slug: String,
    pub name: String,
}

/// A link of a menu, parents before children; at most one of its targets is given.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = menu_items, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct BulkMenuItem {
    pub id: Uuid,
    pub menu_id: MenuId,
    pub parent_id: Option<Uuid>,
    pub position: i32,
    pub label: String,
    pub url: Option<String>,
    pub section_id: Option<SectionId>,
    pub page_id: Option<PageId>,
    pub article_id: Option<ArticleId>,
    pub tag_id: Option<TagId>,
}

/// Inserts media records.
///
/// # Errors
/// Those of the database.
pub fn insert_media(tx: &mut PgConnection, log: &mut Log, some: &[BulkMedia]) -> StoreResult<()> {
    copy!(tx, media::table, some);
    log.add(Resource::Media, ChangeAction::Created, some.iter().map(|row| (row.id.0, json!({}))));
    Ok(())
}

/// Inserts sections, parents before children.
///
/// # Errors
/// Those of the database; a taken path is one.
pub fn insert_sections(tx: &mut PgConnection, log: &mut Log, some: &[BulkSection]) -> StoreResult<()> {
    copy!(tx, sections::table, some);
    log.add(Resource::Section, ChangeAction::Created, some.iter().map(|row| (row.id.0, json!({ "slug": row.path }))));
    Ok(())
}

/// Inserts tags.
///
/// # Errors
/// Those of the database; a taken slug is one.
pub fn insert_tags(tx: &mut PgConnection, log: &mut Log, some: &[BulkTag]) -> StoreResult<()> {
    copy!(tx, tags::table, some);
    log.add(Resource::Tag, ChangeAction::Created, some.iter().map(|row| (row.id.0, json!({ "slug": row.slug }))));
    Ok(())
}

/// Inserts authors.
///
/// # Errors
/// Those of the database; a taken slug is one.
pub fn insert_authors(tx: &mut PgConnection, log: &mut Log, some: &[BulkAuthor]) -> StoreResult<()> {
    copy!(tx, authors::table, some);
    log.add(Resource::Author, ChangeAction::Created, some.iter().map(|row| (row.id.0, json!({ "slug": row.slug }))));
    Ok(())
}

/// Inserts outlets.
///
/// # Errors
/// Those of the database; a taken slug is one.
pub fn insert_sources(tx: &mut PgConnection, log: &mut Log, some: &[BulkOutlet]) -> StoreResult<()> {
    copy!(tx, sources::table, some);
    log.add(Resource::Source, ChangeAction::Created, some.iter().map(|row| (row.id.0, json!({ "slug": row.slug }))));
    Ok(())
}

/// Inserts pages.
///
/// # Errors
/// Those of the database; a taken slug is one.
pub fn insert_pages(tx: &mut PgConnection, log: &mut Log, some: &[BulkPage]) -> StoreResult<()> {
    copy!(tx, pages::table, some);
    log.add(Resource::Page, ChangeAction::Created, some.iter().map(|row| (row.id.0, json!({ "slug": row.slug }))));
    Ok(())
}

/// Inserts menus and their links.
///
/// # Errors
/// Those of the database; a taken slug is one.
pub fn insert_menus(tx: &mut PgConnection, log: &mut Log, some: &[BulkMenu], items: &[BulkMenuItem]) -> StoreResult<()> {
    copy!(tx, menus::table, some);
    copy!(tx, menu_items::table, items);
    log.add(Resource::Menu, ChangeAction::Created, some.iter().map(|row| (row.id.0, json!({ "slug": row.slug }))));
    Ok(())
}

/// Changes a media record; false when there is none any more.
///
/// # Errors
/// Those of the database.
pub fn update_media(tx: &mut PgConnection, log: &mut Log, row: &BulkMedia) -> StoreResult<bool> {
    let changed = diesel::update(media::table.find(row.id))
        .set((
            media::kind.eq(row.kind),
            media::url.eq(&row.url),
            media::alt.eq(&row.alt),
            media::caption.eq(&row.caption),
            media::credit.eq(&row.credit),
            media::mime_type.eq(&row.mime_type),
            media::size_bytes.eq(row.size_bytes),
            media::width.eq(row.width),
            media::height.eq(row.height),
            media::version.eq(media::version + 1),
            media::updated_at.eq(diesel::dsl::now),
        ))
        .execute(tx)?;
    log.add(Resource::Media, ChangeAction::Updated, std::iter::once((row.id.0, json!({}))).take(changed));
    Ok(changed == 1)
}

/// Changes the name and description of a tag, not its slug; false when there is none any more.
///
/// # Errors
/// Those of the database.
pub fn update_tag(tx: &mut PgConnection, log: &mut Log, row: &BulkTag) -> StoreResult<bool> {
    let changed = diesel::update(tags::table.find(row.id))
        .set((
            tags::name.eq(&row.name),
            tags::description.eq(&row.description),
            tags::version.eq(tags::version + 1),
            tags::updated_at.eq(diesel::dsl::now),
        ))
        .execute(tx)?;
    log.add(Resource::Tag, ChangeAction::Updated, std::iter::once((row.id.0, json!({}))).take(changed));
    Ok(changed == 1)
}

/// Changes the name of an author, nothing else; false when there is none any more.
///
/// # Errors
/// Those of the database.
pub fn update_author(tx: &mut PgConnection, log: &mut Log, row: &BulkAuthor) -> StoreResult<bool> {
    let changed = diesel::update(authors::table.find(row.id))
        .set((authors::name.eq(&row.name), authors::version.eq(authors::version + 1), authors::updated_at.eq(diesel::dsl::now)))
        .execute(tx)?;
    log.add(Resource::Author, ChangeAction::Updated, std::iter::once((row.id.0, json!({}))).take(changed));
    Ok(changed == 1)
}

/// Changes a page, not its slug; false when there is none any more.
///
/// # Errors
/// Those of the database.
pub fn update_page(tx: &mut PgConnection, log: &mut Log, row: &BulkPage) -> StoreResult<bool> {
    let changed = diesel::update(pages::table.find(row.id))
        .set((
            pages::language.eq(&row.language),
            pages::title.eq(&row.title),
            pages::body.eq(&row.body),
            pages::seo_title.eq(&row.seo_title),
            pages::seo_description.eq(&row.seo_description),
            pages::published_at.eq(row.published_at),
            pages::version.eq(pages::version + 1),
            pages::updated_at.eq(row.updated_at),
        ))
        .execute(tx)?;
    log.add(Resource::Page, ChangeAction::Updated, std::iter::once((row.id.0, json!({}))).take(changed));
    Ok(changed == 1)
}

/// Changes the name of a menu and replaces its links; false when there is none any more.
///
/// # Errors
/// Those of the database.
pub fn update_menu(tx: &mut PgConnection, log: &mut Log, row: &BulkMenu, items: &[BulkMenuItem]) -> StoreResult<bool> {
    let changed = diesel::update(menus::table.find(row.id))
        .set((menus::name.eq(&row.name), menus::version.eq(menus::version + 1), menus::updated_at.eq(diesel::dsl::now)))
        .execute(tx)?;
    if changed == 1 {
        diesel::delete(menu_items::table.filter(menu_items::menu_id.eq(row.id))).execute(tx)?;
        copy!(tx, menu_items::table, items);
    }
    log.add(Resource::Menu, ChangeAction::Updated, std::iter::once((row.id.0, json!({}))).take(changed));
    Ok(changed == 1)
}
