//! Authors: the people and organisations that sign articles.

use chrono::{DateTime, Utc};
use diesel::{IntoSql, prelude::*};
use serde_json::{Value, json};

use super::{
    change_log,
    error::{StoreError, StoreResult},
    keyset::{After, NameKey, NamePage, NameRecord},
    links::MediaRow,
    listings, record, references, slugs,
};
use crate::{
    domain::{
        actor::Actor,
        author::AuthorKind,
        change::{ChangeAction, Resource},
        id::{AuthorId, MediaId},
        licence::Scope,
        reference::Reference,
        slug::Slug,
    },
    schema::{authors, media},
};

/// An author with their portrait.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable)]
#[diesel(table_name = authors, check_for_backend(diesel::pg::Pg))]
#[expect(missing_docs, reason = "the columns say it")]
pub struct AuthorRow {
    pub id: AuthorId,
    pub slug: String,
    pub name: String,
    pub kind: AuthorKind,
    pub job_title: Option<String>,
    pub bio: Option<String>,
    pub links: Value,
    pub version: i64,
    pub updated_at: DateTime<Utc>,
    #[diesel(embed)]
    pub portrait: Option<MediaRow>,
}

/// What is to be different. `None` leaves a member as it is; an inner `None` takes it away.
#[derive(Clone, Debug, Default)]
pub struct AuthorChanges {
    /// The name.
    pub name: Option<String>,
    /// A slug of the editor's choice.
    pub slug: Option<Slug>,
    /// Whether it is a person.
    pub kind: Option<AuthorKind>,
    /// What they are.
    pub job_title: Option<Option<String>>,
    /// Who they are.
    pub bio: Option<Option<String>>,
    /// A media record.
    pub portrait: Option<Option<Reference>>,
    /// Profiles elsewhere, as stored: `[{name, url}]`.
    pub links: Option<Value>,
}

#[derive(AsChangeset)]
#[diesel(table_name = authors)]
struct Changeset<'a> {
    name: Option<&'a str>,
    slug: Option<&'a str>,
    kind: Option<AuthorKind>,
    job_title: Option<Option<&'a str>>,
    bio: Option<Option<&'a str>>,
    portrait_id: Option<Option<MediaId>>,
    links: Option<&'a Value>,
}

impl AuthorRow {
    /// Takes away what a licence does not give.
    fn narrow(&mut self, scope: &Scope) {
        if !scope.has_pictures() {
            self.portrait = None;
        }
    }
}

/// A page of all authors, by name.
///
/// # Errors
/// Those of the database.
pub fn page(conn: &mut PgConnection, scope: &Scope, after: Option<NameKey>, limit: i64) -> StoreResult<NamePage<AuthorRow>> {
    let mut query = authors::table
        .left_join(media::table)
        .select(AuthorRow::as_select())
        .order((authors::name, authors::id))
        .limit(limit + 1)
        .into_boxed();
    if let Some(NameKey { name, id }) = after {
        query = query.filter(After::new((authors::name, authors::id).into_sql::<NameRecord>(), (name, id).into_sql::<NameRecord>()));
    }
    let mut rows: Vec<AuthorRow> = query.load(conn)?;
    rows.iter_mut().for_each(|row| row.narrow(scope));
    Ok(NamePage::of(rows, limit, |author: &AuthorRow| NameKey { name: author.name.clone(), id: author.id.0 }))
}

/// How many authors there are.
///
/// # Errors
/// Those of the database.
pub fn count(conn: &mut PgConnection) -> StoreResult<i64> {
    Ok(authors::table.count().get_result(conn)?)
}

/// One author, by slug or id.
///
/// # Errors
/// `NotFound`, or `Moved` when they gave up this slug.
pub fn get(conn: &mut PgConnection, scope: &Scope, reference: &Reference) -> StoreResult<AuthorRow> {
    let query = authors::table.left_join(media::table).select(AuthorRow::as_select()).into_boxed();
    let query = match reference {
        Reference::Id(id) => query.filter(authors::id.eq(id)),
        Reference::Slug(slug) => query.filter(authors::slug.eq(slug)),
    };
    match query.first(conn).optional()? {
        Some(mut author) => {
            author.narrow(scope);
            Ok(author)
        }
        None => Err(slugs::absent(conn, Resource::Author, reference)?),
    }
}

/// Makes an author. Without a slug they get one from their name.
///
/// # Errors
/// `Taken` for a slug of the editor's own choice, `Refused` for a name that gives none or a portrait that is not there.
pub fn insert(tx: &mut PgConnection, actor: Actor, changes: &AuthorChanges) -> StoreResult<AuthorRow> {
    let name = changes.name.as_deref().unwrap_or_default();
    let slug = slugs::of_new(tx, Resource::Author, changes.slug.as_ref(), name)?;
    let id = AuthorId::new();
    diesel::insert_into(authors::table)
        .values((authors::id.eq(id), authors::slug.eq(slug.as_str()), authors::name.eq(name)))
        .execute(tx)?;
    set(tx, id, changes)?;
    record::written(tx, actor, "create_author", (Resource::Author, id.0), ChangeAction::Created, json!({ "slug": slug.as_str() }))?;
    get(tx, &Scope::Everything, &id.0.into())
}

/// Changes an author. A slug that they give up leads to them for ever.
///
/// # Errors
/// `NotFound`, `Moved`, `Stale`, `Taken`, and `Refused` for a portrait that is not there.
pub fn update(
    tx: &mut PgConnection,
    actor: Actor,
    reference: &Reference,
    expected: Option<i64>,
    changes: &AuthorChanges,
) -> StoreResult<AuthorRow> {
    let (id, former) = lock(tx, reference, expected)?;
    set(tx, id, changes)?;
    diesel::update(authors::table.find(id))
        .set((authors::version.eq(authors::version + 1), authors::updated_at.eq(diesel::dsl::now)))
        .execute(tx)?;
    slugs::replace(tx, Resource::Author, &former, changes.slug.as_ref(), id.0)?;
    let author = get(tx, &Scope::Everything, &id.0.into())?;
    // Every article on their list shows their name.
    let details = json!({ "slug": author.slug, "former_slug": former, "lists": [id] });
    record::written(tx, actor, "update_author", (Resource::Author, id.0), ChangeAction::Updated, details)?;
    Ok(author)
}

/// Deletes an author; the bylines of their articles lose them.
///
/// # Errors
/// `NotFound`, `Moved`, `Stale`.
pub fn delete(tx: &mut PgConnection, actor: Actor, reference: &Reference, expected: Option<i64>) -> StoreResult<()> {
    let (id, slug) = lock(tx, reference, expected)?;
    change_log::announce_list(tx, id.0)?;
    diesel::delete(authors::table.find(id)).execute(tx)?;
    listings::remove(tx, id.0)?;
    slugs::forget(tx, id.0)?;
    record::written(tx, actor, "delete_author", (Resource::Author, id.0), ChangeAction::Deleted, json!({ "slug": slug, "lists": [id] }))
}

fn set(tx: &mut PgConnection, id: AuthorId, changes: &AuthorChanges) -> StoreResult<()> {
    let portrait_id = references::patched(tx, "/portrait", Resource::Media, changes.portrait.as_ref())?;
    let changeset = Changeset {
        name: changes.name.as_deref(),
        slug: changes.slug.as_ref().map(Slug::as_str),
        kind: changes.kind,
        job_title: changes.job_title.as_ref().map(Option::as_deref),
        bio: changes.bio.as_ref().map(Option::as_deref),
        portrait_id: portrait_id.map(|portrait| portrait.map(MediaId)),
        links: changes.links.as_ref(),
    };
    // Diesel refuses an update that sets nothing.
    diesel::update(authors::table.find(id)).set((changeset, authors::id.eq(id))).execute(tx)?;
    Ok(())
}

/// Locks an author before the version is read: two editors would both pass the check. Gives id and slug.
fn lock(tx: &mut PgConnection, reference: &Reference, expected: Option<i64>) -> StoreResult<(AuthorId, String)> {
    let id = get(tx, &Scope::Everything, reference)?.id;
    let (slug, version): (String, i64) = authors::table.find(id).select((authors::slug, authors::version)).for_update().first(tx)?;
    if expected.is_some_and(|expected| expected != version) {
        return Err(StoreError::Stale);
    }
    Ok((id, slug))
}
