//! What a publication shows besides its articles: the site itself, pages, collections, menus, and where reprints are from.

use chrono::{DateTime, Utc};
use diesel::{pg::PgConnection, prelude::*};
use serde_json::{Value, json};
use uuid::Uuid;

use super::structure::announce;
use crate::{
    domain::{
        change::{ChangeAction, Resource},
        id::{ArticleId, CollectionId, MediaId, MenuId, PageId, SectionId, SourceId, TagId},
    },
    schema::{collection_items, collections, imported_items, menu_items, menus, pages, site, sources},
    store::{bulk, error::StoreResult},
};

/// The publication itself.
#[derive(Clone, Debug, AsChangeset)]
#[diesel(table_name = site)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct LoadedSite<'a> {
    pub title: &'a str,
    pub tagline: Option<&'a str>,
    pub description: Option<&'a str>,
    pub url: &'a str,
    pub default_language: &'a str,
    pub languages: Vec<&'a str>,
    pub contact_email: Option<&'a str>,
    pub logo_id: Option<MediaId>,
    pub social_links: &'a Value,
}

/// Gives the publication its title, languages and addresses.
///
/// # Errors
/// When the database fails.
pub fn site(tx: &mut PgConnection, loaded: &LoadedSite<'_>) -> StoreResult<()> {
    diesel::update(site::table).set((loaded, site::version.eq(site::version + 1), site::updated_at.eq(diesel::dsl::now))).execute(tx)?;
    let mut log = bulk::Log::default();
    log.add(Resource::Site, ChangeAction::Updated, std::iter::once((Uuid::nil(), json!({ "is_relinked": true }))));
    log.write(tx)
}

/// Adds an outlet.
///
/// # Errors
/// `Taken` for its slug, and when the database fails.
pub fn source(tx: &mut PgConnection, slug: &str, name: &str, url: Option<&str>) -> StoreResult<SourceId> {
    let id = SourceId::new();
    let row = (sources::id.eq(id), sources::slug.eq(slug), sources::name.eq(name), sources::url.eq(url));
    diesel::insert_into(sources::table).values(row).execute(tx)?;
    announce(tx, Resource::Source, vec![(id.0, json!({ "slug": slug }))])?;
    Ok(id)
}

/// A page to be added.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = pages)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct LoadedPage<'a> {
    pub id: PageId,
    pub slug: &'a str,
    pub language: &'a str,
    pub title: &'a str,
    pub body: &'a str,
    pub seo_title: Option<&'a str>,
    pub seo_description: Option<&'a str>,
    pub published_at: Option<DateTime<Utc>>,
    pub updated_at: DateTime<Utc>,
}

/// Adds a page.
///
/// # Errors
/// `Taken` for its slug, and when the database fails.
pub fn page(tx: &mut PgConnection, loaded: &LoadedPage<'_>) -> StoreResult<()> {
    diesel::insert_into(pages::table).values(loaded).execute(tx)?;
    announce(tx, Resource::Page, vec![(loaded.id.0, json!({ "slug": loaded.slug }))])
}

/// Adds a hand-ordered list.
///
/// # Errors
/// `Taken` for its slug, and when the database fails.
pub fn collection(tx: &mut PgConnection, slug: &str, name: &str, description: Option<&str>, articles: &[ArticleId]) -> StoreResult<()> {
    let id = CollectionId::new();
    let row = (collections::id.eq(id), collections::slug.eq(slug), collections::name.eq(name), collections::description.eq(description));
    diesel::insert_into(collections::table).values(row).execute(tx)?;
    let items: Vec<_> = articles
        .iter()
        .zip(0..)
        .map(|(article, position)| {
            (collection_items::collection_id.eq(id), collection_items::position.eq(position), collection_items::article_id.eq(*article))
        })
        .collect();
    diesel::insert_into(collection_items::table).values(items).execute(tx)?;
    announce(tx, Resource::Collection, vec![(id.0, json!({ "slug": slug }))])
}

/// Where a link of a menu leads.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the words of the design")]
pub enum Target {
    Nowhere,
    Url(String),
    Section(SectionId),
    Page(PageId),
    Article(ArticleId),
    Tag(TagId),
}

/// A link of a menu.
#[derive(Clone, Debug)]
pub struct LoadedLink {
    /// What it says.
    pub label: String,
    /// Where it leads.
    pub target: Target,
    /// What opens under it.
    pub children: Vec<LoadedLink>,
}

/// Adds a menu.
///
/// # Errors
/// `Taken` for its slug, and when the database fails.
pub fn menu(tx: &mut PgConnection, slug: &str, name: &str, links: &[LoadedLink]) -> StoreResult<()> {
    let id = MenuId::new();
    diesel::insert_into(menus::table).values((menus::id.eq(id), menus::slug.eq(slug), menus::name.eq(name))).execute(tx)?;
    insert_links(tx, id, None, links)?;
    announce(tx, Resource::Menu, vec![(id.0, json!({ "slug": slug }))])
}

fn insert_links(tx: &mut PgConnection, menu: MenuId, parent: Option<Uuid>, links: &[LoadedLink]) -> StoreResult<()> {
    for (LoadedLink { label, target, children }, position) in links.iter().zip(0..) {
        let id = Uuid::now_v7();
        let (mut url, mut section, mut page, mut article, mut tag) = (None, None, None, None, None);
        match target {
            Target::Nowhere => {}
            Target::Url(to) => url = Some(to),
            Target::Section(to) => section = Some(*to),
            Target::Page(to) => page = Some(*to),
            Target::Article(to) => article = Some(*to),
            Target::Tag(to) => tag = Some(*to),
        }
        diesel::insert_into(menu_items::table)
            .values((
                menu_items::id.eq(id),
                menu_items::menu_id.eq(menu),
                menu_items::parent_id.eq(parent),
                menu_items::position.eq(position),
                menu_items::label.eq(label),
                menu_items::url.eq(url),
                menu_items::section_id.eq(section),
                menu_items::page_id.eq(page),
                menu_items::article_id.eq(article),
                menu_items::tag_id.eq(tag),
            ))
            .execute(tx)?;
        insert_links(tx, menu, Some(id), children)?;
    }
    Ok(())
}

/// Whether anything of `origin` was ever loaded or imported.
///
/// # Errors
/// When the database fails.
pub fn knows_origin(conn: &mut PgConnection, origin: &str) -> StoreResult<bool> {
    use imported_items as t;
    Ok(diesel::select(diesel::dsl::exists(t::table.filter(t::origin.eq(origin)))).get_result(conn)?)
}

/// Remembers which articles were loaded from `origin`, under what name and with what content.
///
/// # Errors
/// When one of them was remembered before, and when the database fails.
pub fn remember(tx: &mut PgConnection, origin: &str, items: &[(&str, ArticleId, Vec<u8>)]) -> StoreResult<()> {
    use imported_items as t;
    let rows: Vec<_> = items
        .iter()
        .map(|(name, id, hash)| {
            (
                t::origin.eq(origin),
                t::external_id.eq(*name),
                t::resource.eq(Resource::Article),
                t::resource_id.eq(id.0),
                t::content_hash.eq(hash),
            )
        })
        .collect();
    diesel::insert_into(t::table).values(rows).execute(tx)?;
    Ok(())
}
