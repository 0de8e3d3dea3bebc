//! From the way a client names things to their ids: any number of references in one statement.

use diesel::{
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    result::QueryResult,
    sql_types::{Array, BigInt, Nullable, Text, Uuid as SqlUuid},
};
use uuid::Uuid;

use super::error::{StoreError, StoreResult};
use crate::domain::{change::Resource, reference::Reference};

/// The ids that these references stand for, in order; a slug that was given up stands for its former owner.
///
/// Sections, tags, authors, sources, media, articles, pages, collections and menus are known; whether the caller may
/// see what is found is not looked at.
///
/// # Errors
/// Those of the database.
pub fn find(conn: &mut PgConnection, references: &[(Resource, Reference)]) -> StoreResult<Vec<Option<Uuid>>> {
    if references.is_empty() {
        return Ok(Vec::new());
    }
    let mut question = Find { resources: Vec::new(), slugs: Vec::new(), ids: Vec::new() };
    for (resource, reference) in references {
        question.resources.push(name_of(*resource));
        match reference {
            Reference::Id(id) => {
                question.ids.push(Some(*id));
                question.slugs.push(None);
            }
            Reference::Slug(slug) => {
                question.slugs.push(Some(slug.clone()));
                question.ids.push(None);
            }
        }
    }
    let mut found = vec![None; references.len()];
    for (place, id) in question.load::<(i64, Option<Uuid>)>(conn)? {
        if let Some(slot) = usize::try_from(place).ok().and_then(|place| found.get_mut(place.saturating_sub(1))) {
            *slot = slot.or(id);
        }
    }
    Ok(found)
}

/// The same for the members of a body: what is not found is a fault of the member at its pointer.
///
/// # Errors
/// `Refused` with the pointer of the first that is not found; those of the database.
pub fn get(conn: &mut PgConnection, references: &[(String, Resource, Reference)]) -> StoreResult<Vec<Uuid>> {
    let asked: Vec<_> = references.iter().map(|(_, resource, reference)| (*resource, reference.clone())).collect();
    let found = find(conn, &asked)?;
    references
        .iter()
        .zip(found)
        .map(|((pointer, resource, reference), id)| {
            id.ok_or_else(|| StoreError::Refused {
                pointer: pointer.clone(),
                detail: format!("There is no {} `{reference}`; name it by its id or its {}.", name_of(*resource), slug_word(*resource)),
            })
        })
        .collect()
}

/// The same for one member that a patch may leave or take away.
///
/// # Errors
/// As `get`.
pub fn patched(
    conn: &mut PgConnection,
    pointer: &str,
    resource: Resource,
    change: Option<&Option<Reference>>,
) -> StoreResult<Option<Option<Uuid>>> {
    match change {
        None => Ok(None),
        Some(None) => Ok(Some(None)),
        Some(Some(reference)) => Ok(Some(get(conn, &[(pointer.to_owned(), resource, reference.clone())])?.pop())),
    }
}

const fn slug_word(resource: Resource) -> &'static str {
    match resource {
        Resource::Section => "path",
        _ => "slug",
    }
}

/// As Postgres spells it in `resource_kind`.
#[must_use]
pub const fn name_of(resource: Resource) -> &'static str {
    match resource {
        Resource::Article => "article",
        Resource::Section => "section",
        Resource::Tag => "tag",
        Resource::Author => "author",
        Resource::Media => "media",
        Resource::Source => "source",
        Resource::Page => "page",
        Resource::Menu => "menu",
        Resource::Collection => "collection",
        Resource::Site => "site",
        Resource::User => "user",
        Resource::Partner => "partner",
        Resource::Licence => "licence",
        Resource::ApiKey => "api_key",
        Resource::Webhook => "webhook",
    }
}

/// The statement, with a query id so that it stays prepared.
#[derive(Debug, QueryId)]
struct Find {
    resources: Vec<&'static str>,
    slugs: Vec<Option<String>>,
    ids: Vec<Option<Uuid>>,
}

impl QueryFragment<Pg> for Find {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(include_str!("sql/find_references.sql"));
        out.push_bind_param::<Array<Text>, _>(&self.resources)?;
        out.push_sql("::resource_kind[], ");
        out.push_bind_param::<Array<Nullable<Text>>, _>(&self.slugs)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<SqlUuid>>, _>(&self.ids)?;
        out.push_sql(") WITH ORDINALITY AS w (resource, slug, id, place)) AS wanted");
        Ok(())
    }
}

impl Query for Find {
    type SqlType = (BigInt, Nullable<SqlUuid>);
}

impl RunQueryDsl<PgConnection> for Find {}
