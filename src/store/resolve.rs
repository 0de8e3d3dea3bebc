//! From any present or former path of the publication to what stands there now.

use diesel::{
    prelude::*,
    sql_types::{Nullable, Text, Uuid as SqlUuid},
};
use uuid::Uuid;

use super::{
    error::{StoreError, StoreResult},
    references::name_of,
    visibility::visible_to,
};
use crate::{
    domain::{
        change::Resource,
        id::{ArticleId, AuthorId, CollectionId, PageId, SectionId, TagId},
        licence::Scope,
        links,
    },
    schema::{articles, authors, collections, pages, sections, sql_types, tags},
};

/// What a path leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// What kind of thing it is.
    pub resource: Resource,
    /// Which one.
    pub id: Uuid,
    /// Its slug (of a section: its path).
    pub slug: String,
    /// Its title or name.
    pub title: String,
    /// Its path now, from the site's root.
    pub path: String,
}

#[derive(QueryableByName)]
struct Candidate {
    #[diesel(sql_type = sql_types::ResourceKind)]
    resource: Resource,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// What stands at a path (decoded, with a query if the former site had one) or has moved away from there.
///
/// # Errors
/// `NotFound` when it never led to anything that `scope` may see.
pub fn resolve(conn: &mut PgConnection, scope: &Scope, path: &str) -> StoreResult<Resolution> {
    let here = path.split('?').next().unwrap_or_default().trim_matches('/');
    let last = here.rsplit('/').next().unwrap_or_default();
    let (named, slug) = links::named_by(here).map(|(resource, slug)| (name_of(resource), slug)).unzip();
    let candidates: Vec<Candidate> = diesel::sql_query(include_str!("sql/resolve.sql"))
        .bind::<Text, _>(here)
        .bind::<Text, _>(last)
        .bind::<Nullable<Text>, _>(named)
        .bind::<Nullable<Text>, _>(slug)
        .bind::<Text, _>(path)
        .load(conn)?;
    for candidate in candidates {
        if let Some(found) = load(conn, scope, &candidate)? {
            return Ok(found);
        }
    }
    Err(StoreError::NotFound)
}

fn load(conn: &mut PgConnection, scope: &Scope, candidate: &Candidate) -> StoreResult<Option<Resolution>> {
    let Candidate { resource, id } = *candidate;
    let found: Option<(String, String)> = match resource {
        Resource::Article => {
            let article: Option<(String, String, String)> = articles::table
                .inner_join(sections::table)
                .filter(articles::id.eq(ArticleId(id)))
                .filter(visible_to(scope))
                .select((articles::slug, articles::title, sections::path))
                .first(conn)
                .optional()?;
            return Ok(article.map(|(slug, title, section)| Resolution {
                resource,
                id,
                path: links::article_path(&section, &slug),
                slug,
                title,
            }));
        }
        Resource::Section => sections::table.find(SectionId(id)).select((sections::path, sections::name)).first(conn).optional()?,
        Resource::Page => {
            let page = pages::table.filter(super::pages::visible_to(scope)).filter(pages::id.eq(PageId(id)));
            page.select((pages::slug, pages::title)).first(conn).optional()?
        }
        Resource::Tag => tags::table.find(TagId(id)).select((tags::slug, tags::name)).first(conn).optional()?,
        Resource::Author => authors::table.find(AuthorId(id)).select((authors::slug, authors::name)).first(conn).optional()?,
        Resource::Collection => {
            collections::table.find(CollectionId(id)).select((collections::slug, collections::name)).first(conn).optional()?
        }
        Resource::Media
        | Resource::Source
        | Resource::Menu
        | Resource::Site
        | Resource::User
        | Resource::Partner
        | Resource::Licence
        | Resource::ApiKey
        | Resource::Webhook => None,
    };
    Ok(found.map(|(slug, title)| Resolution { resource, id, path: links::path_of(resource, &slug), slug, title }))
}
