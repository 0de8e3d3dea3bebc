//! Menus: ordered, nested links.

use chrono::{DateTime, Utc};
use diesel::{
    IntoSql, dsl,
    prelude::*,
    sql_types::{Bool, Nullable, Text, Uuid as SqlUuid},
};
use serde_json::json;
use uuid::Uuid;

use super::{
    error::{StoreError, StoreResult},
    keyset::{After, NameKey, NamePage, NameRecord},
    record, references, slugs,
    visibility::readable,
};
use crate::{
    domain::{
        actor::Actor,
        change::{ChangeAction, Resource},
        id::{ArticleId, MenuId, PageId, SectionId, TagId},
        licence::Scope,
        reference::Reference,
        slug::Slug,
    },
    schema::{menu_items, menus, site},
};

/// A menu without its links.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = menus, check_for_backend(diesel::pg::Pg))]
#[expect(missing_docs, reason = "the columns say it")]
pub struct MenuRow {
    pub id: MenuId,
    pub slug: String,
    pub name: String,
    pub version: i64,
    pub updated_at: DateTime<Utc>,
}

/// A link of a menu with what it leads to.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[expect(missing_docs, reason = "the columns say it")]
pub struct MenuItemRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub parent_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    pub label: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub link: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub target: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub target_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    pub target_slug: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub target_title: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub section_path: Option<String>,
    #[diesel(sql_type = Bool)]
    pub is_visible: bool,
}

impl MenuItemRow {
    /// The article that it leads to.
    fn article(&self) -> Option<ArticleId> {
        self.target_id.filter(|_| self.target.as_deref() == Some("article")).map(ArticleId)
    }
}

/// What is to be different. `None` leaves a member as it is.
#[derive(Clone, Debug, Default)]
pub struct MenuChanges {
    /// The name.
    pub name: Option<String>,
    /// A slug of the editor's choice.
    pub slug: Option<Slug>,
    /// All links, parents before their children.
    pub items: Option<Vec<NewItem>>,
}

/// A link to be.
#[derive(Clone, Debug)]
pub struct NewItem {
    /// A JSON pointer to it, for faults.
    pub pointer: String,
    /// The place of its parent in the list, if it has one.
    pub parent: Option<usize>,
    /// What readers see.
    pub label: String,
    /// Where it leads; a heading leads nowhere.
    pub target: Option<Target>,
}

/// Where a link leads.
#[derive(Clone, Debug)]
pub enum Target {
    /// To any address.
    Url(String),
    /// To a section, a page, an article or a tag.
    Resource(Resource, Reference),
}

/// A page of all menus, by name.
///
/// # Errors
/// Those of the database.
pub fn page(conn: &mut PgConnection, after: Option<NameKey>, limit: i64) -> StoreResult<NamePage<MenuRow>> {
    let mut query = menus::table.select(MenuRow::as_select()).order((menus::name, menus::id)).limit(limit + 1).into_boxed();
    if let Some(NameKey { name, id }) = after {
        query = query.filter(After::new((menus::name, menus::id).into_sql::<NameRecord>(), (name, id).into_sql::<NameRecord>()));
    }
    Ok(NamePage::of(query.load(conn)?, limit, |row: &MenuRow| NameKey { name: row.name.clone(), id: row.id.0 }))
}

/// How many menus there are.
///
/// # Errors
/// Those of the database.
pub fn count(conn: &mut PgConnection) -> StoreResult<i64> {
    Ok(menus::table.count().get_result(conn)?)
}

/// One menu, by its slug or id.
///
/// # Errors
/// `NotFound`, or `Moved` when it gave up this slug.
pub fn get(conn: &mut PgConnection, reference: &Reference) -> StoreResult<MenuRow> {
    let query = menus::table.select(MenuRow::as_select()).into_boxed();
    let query = match reference {
        Reference::Id(id) => query.filter(menus::id.eq(id)),
        Reference::Slug(slug) => query.filter(menus::slug.eq(slug)),
    };
    match query.first(conn).optional()? {
        Some(menu) => Ok(menu),
        None => Err(slugs::absent(conn, Resource::Menu, reference)?),
    }
}

/// The links of a menu in order, and the base of readers' addresses.
///
/// # Errors
/// Those of the database.
pub fn items(conn: &mut PgConnection, scope: &Scope, id: MenuId) -> StoreResult<(Vec<MenuItemRow>, String)> {
    let mut rows: Vec<MenuItemRow> = diesel::sql_query(include_str!("sql/menu_items.sql")).bind::<SqlUuid, _>(id.0).load(conn)?;
    if scope.licence().is_some() {
        let articles: Vec<ArticleId> = rows.iter().filter_map(MenuItemRow::article).collect();
        let readable = readable(conn, scope, &articles)?;
        for row in &mut rows {
            row.is_visible &= row.article().is_none_or(|article| readable.contains(&article));
        }
    }
    Ok((rows, site::table.select(site::url).first(conn)?))
}

/// Makes a menu. Without a slug it gets one from its name.
///
/// # Errors
/// `Taken` for a slug of the editor's own choice, `Refused` for a target that does not exist.
pub fn insert(tx: &mut PgConnection, actor: Actor, changes: &MenuChanges) -> StoreResult<MenuRow> {
    let name = changes.name.as_deref().unwrap_or_default();
    let slug = slugs::of_new(tx, Resource::Menu, changes.slug.as_ref(), name)?;
    let id = MenuId::new();
    diesel::insert_into(menus::table).values((menus::id.eq(id), menus::slug.eq(slug.as_str()), menus::name.eq(name))).execute(tx)?;
    set_items(tx, id, changes)?;
    record::written(tx, actor, "create_menu", (Resource::Menu, id.0), ChangeAction::Created, json!({ "slug": slug.as_str() }))?;
    get(tx, &id.0.into())
}

/// Changes a menu; its links are replaced whole.
///
/// # Errors
/// `NotFound`, `Moved`, `Stale`, `Taken`, `Refused`.
pub fn update(
    tx: &mut PgConnection,
    actor: Actor,
    reference: &Reference,
    expected: Option<i64>,
    changes: &MenuChanges,
) -> StoreResult<MenuRow> {
    let (id, former) = lock(tx, reference, expected)?;
    let (name, slug) = (changes.name.as_deref(), changes.slug.as_ref().map(Slug::as_str));
    diesel::update(menus::table.find(id))
        .set((
            name.map(|name| menus::name.eq(name)),
            slug.map(|slug| menus::slug.eq(slug)),
            menus::version.eq(menus::version + 1),
            menus::updated_at.eq(dsl::now),
        ))
        .execute(tx)?;
    set_items(tx, id, changes)?;
    slugs::replace(tx, Resource::Menu, &former, changes.slug.as_ref(), id.0)?;
    let menu = get(tx, &id.0.into())?;
    record::written(
        tx,
        actor,
        "update_menu",
        (Resource::Menu, id.0),
        ChangeAction::Updated,
        json!({ "slug": menu.slug, "former_slug": former }),
    )?;
    Ok(menu)
}

/// Deletes a menu.
///
/// # Errors
/// `NotFound`, `Moved`, `Stale`.
pub fn delete(tx: &mut PgConnection, actor: Actor, reference: &Reference, expected: Option<i64>) -> StoreResult<()> {
    let (id, slug) = lock(tx, reference, expected)?;
    diesel::delete(menus::table.find(id)).execute(tx)?;
    slugs::forget(tx, id.0)?;
    record::written(tx, actor, "delete_menu", (Resource::Menu, id.0), ChangeAction::Deleted, json!({ "slug": slug }))
}

fn set_items(tx: &mut PgConnection, menu: MenuId, changes: &MenuChanges) -> StoreResult<()> {
    let Some(items) = &changes.items else { return Ok(()) };
    let asked: Vec<_> = items
        .iter()
        .filter_map(|item| match &item.target {
            Some(Target::Resource(resource, reference)) => {
                Some((format!("{}/{}", item.pointer, references::name_of(*resource)), *resource, reference.clone()))
            }
            _ => None,
        })
        .collect();
    let mut found = references::get(tx, &asked)?.into_iter();
    diesel::delete(menu_items::table.filter(menu_items::menu_id.eq(menu))).execute(tx)?;
    let ids: Vec<Uuid> = items.iter().map(|_| Uuid::now_v7()).collect();
    let rows: Vec<_> = (0..)
        .zip(items.iter().zip(&ids))
        .map(|(position, (item, id))| {
            let (url, resource) = match &item.target {
                Some(Target::Url(url)) => (Some(url.as_str()), None),
                Some(Target::Resource(resource, _)) => (None, Some((*resource, found.next()))),
                None => (None, None),
            };
            let of = |kind: Resource| resource.filter(|(resource, _)| *resource == kind).and_then(|(_, id)| id);
            (
                menu_items::id.eq(*id),
                menu_items::menu_id.eq(menu),
                menu_items::parent_id.eq(item.parent.and_then(|parent| ids.get(parent).copied())),
                menu_items::position.eq(position),
                menu_items::label.eq(item.label.as_str()),
                menu_items::url.eq(url),
                menu_items::section_id.eq(of(Resource::Section).map(SectionId)),
                menu_items::page_id.eq(of(Resource::Page).map(PageId)),
                menu_items::article_id.eq(of(Resource::Article).map(ArticleId)),
                menu_items::tag_id.eq(of(Resource::Tag).map(TagId)),
            )
        })
        .collect();
    diesel::insert_into(menu_items::table).values(rows).execute(tx)?;
    Ok(())
}

fn lock(tx: &mut PgConnection, reference: &Reference, expected: Option<i64>) -> StoreResult<(MenuId, String)> {
    let id = get(tx, reference)?.id;
    let (slug, version): (String, i64) = menus::table.find(id).select((menus::slug, menus::version)).for_update().first(tx)?;
    if expected.is_some_and(|expected| expected != version) {
        return Err(StoreError::Stale);
    }
    Ok((id, slug))
}
