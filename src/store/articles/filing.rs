//! What an article is filed under: sections, tags, byline, media, source, translations. Each is replaced whole.

use std::collections::HashSet;

use diesel::prelude::*;
use uuid::Uuid;

use super::change::{ArticleChanges, SourceChange};
use crate::{
    domain::{
        actor::Actor,
        change::Resource,
        id::{ArticleId, SourceId},
        reference::Reference,
        slug::{Slug, slugify},
    },
    schema::{article_media, article_sections, article_sources, article_tags, articles, bylines, sources},
    store::{
        error::{StoreError, StoreResult},
        references, slugs,
        visibility::visible_to,
    },
};

/// The ids of everything that the changes name, found in one statement.
pub struct Filed {
    /// The primary section.
    pub section: Option<Uuid>,
    /// The lead media; an inner `None` takes it away.
    pub lead_media: Option<Option<Uuid>>,
    /// Another article of the same translation group; an inner `None` leaves the group.
    pub translation_of: Option<Option<Uuid>>,
    sections: Option<Vec<Uuid>>,
    byline: Option<Vec<Uuid>>,
    tags: Option<Vec<Uuid>>,
    media: Option<Vec<Uuid>>,
}

/// Finds what the changes name.
///
/// # Errors
/// `Refused` with the pointer of what does not exist.
pub fn find(tx: &mut PgConnection, actor: Actor, changes: &ArticleChanges) -> StoreResult<Filed> {
    let mut asked: Vec<(String, Resource, Reference)> = Vec::new();
    let mut ask = |pointer: String, resource, reference: &Reference| asked.push((pointer, resource, reference.clone()));
    if let Some(section) = &changes.section {
        ask("/section".to_owned(), Resource::Section, section);
    }
    for media in changes.lead_media.iter().flatten() {
        ask("/lead_media".to_owned(), Resource::Media, media);
    }
    for article in changes.translation_of.iter().flatten() {
        ask("/translation_of".to_owned(), Resource::Article, article);
    }
    for (place, section) in changes.sections.iter().flatten().enumerate() {
        ask(format!("/sections/{place}"), Resource::Section, section);
    }
    for (place, (author, _)) in changes.byline.iter().flatten().enumerate() {
        ask(format!("/byline/{place}"), Resource::Author, author);
    }
    for (place, tag) in changes.tags.iter().flatten().enumerate() {
        ask(format!("/tags/{place}"), Resource::Tag, tag);
    }
    for (place, media) in changes.media.iter().flatten().enumerate() {
        ask(format!("/media/{place}"), Resource::Media, media);
    }
    let found = references::get(tx, &asked)?;
    if let Some(other) = asked.iter().zip(&found).find_map(|((_, resource, _), id)| (*resource == Resource::Article).then_some(*id)) {
        check_is_seen(tx, actor, ArticleId(other))?;
    }
    let mut ids = found.into_iter();
    let mut take = |count: usize| ids.by_ref().take(count).collect::<Vec<_>>();
    Ok(Filed {
        section: changes.section.as_ref().and_then(|_| take(1).pop()),
        lead_media: changes.lead_media.as_ref().map(|media| media.as_ref().and_then(|_| take(1).pop())),
        translation_of: changes.translation_of.as_ref().map(|article| article.as_ref().and_then(|_| take(1).pop())),
        sections: changes.sections.as_ref().map(|all| take(all.len())),
        byline: changes.byline.as_ref().map(|all| take(all.len())),
        tags: changes.tags.as_ref().map(|all| take(all.len())),
        media: changes.media.as_ref().map(|all| take(all.len())),
    })
}

/// Files the article under what was found. What is named twice counts once, in its first place.
///
/// # Errors
/// Those of the database.
pub fn apply(tx: &mut PgConnection, id: ArticleId, changes: &ArticleChanges, filed: &Filed) -> StoreResult<()> {
    if let Some(found) = &filed.sections {
        diesel::delete(article_sections::table.filter(article_sections::article_id.eq(id))).execute(tx)?;
        let rows: Vec<_> = distinct(found)
            .map(|(place, section)| {
                (article_sections::article_id.eq(id), article_sections::section_id.eq(section), article_sections::position.eq(place))
            })
            .collect();
        diesel::insert_into(article_sections::table).values(rows).execute(tx)?;
    }
    // The primary section is not also a further one, whichever of the two was changed.
    let primary = articles::table.filter(articles::id.eq(id)).select(articles::section_id);
    diesel::delete(
        article_sections::table.filter(article_sections::article_id.eq(id)).filter(article_sections::section_id.eq_any(primary)),
    )
    .execute(tx)?;
    if let Some(found) = &filed.tags {
        diesel::delete(article_tags::table.filter(article_tags::article_id.eq(id))).execute(tx)?;
        let rows: Vec<_> = distinct(found)
            .map(|(place, tag)| (article_tags::article_id.eq(id), article_tags::tag_id.eq(tag), article_tags::position.eq(place)))
            .collect();
        diesel::insert_into(article_tags::table).values(rows).execute(tx)?;
    }
    if let (Some(found), Some(byline)) = (&filed.byline, &changes.byline) {
        diesel::delete(bylines::table.filter(bylines::article_id.eq(id))).execute(tx)?;
        let mut seen = HashSet::new();
        let rows: Vec<_> = (0..)
            .zip(found.iter().zip(byline))
            .filter(|(_, (author, _))| seen.insert(**author))
            .map(|(place, (author, (_, role)))| {
                (bylines::article_id.eq(id), bylines::author_id.eq(*author), bylines::role.eq(*role), bylines::position.eq(place))
            })
            .collect();
        diesel::insert_into(bylines::table).values(rows).execute(tx)?;
    }
    if let Some(found) = &filed.media {
        diesel::delete(article_media::table.filter(article_media::article_id.eq(id))).execute(tx)?;
        let rows: Vec<_> = distinct(found)
            .map(|(place, media)| (article_media::article_id.eq(id), article_media::media_id.eq(media), article_media::position.eq(place)))
            .collect();
        diesel::insert_into(article_media::table).values(rows).execute(tx)?;
    }
    if let Some(source) = &changes.source {
        diesel::delete(article_sources::table.filter(article_sources::article_id.eq(id))).execute(tx)?;
        if let Some(source) = source {
            let outlet = outlet(tx, source)?;
            diesel::insert_into(article_sources::table)
                .values((
                    article_sources::article_id.eq(id),
                    article_sources::source_id.eq(outlet),
                    article_sources::url.eq(&source.url),
                    article_sources::kind.eq(source.kind),
                    article_sources::rights.eq(source.rights),
                ))
                .execute(tx)?;
        }
    }
    if let Some(other) = &filed.translation_of {
        translate(tx, id, *other)?;
    }
    Ok(())
}

/// Somebody else's draft is no more there for an author than what does not exist.
fn check_is_seen(tx: &mut PgConnection, actor: Actor, id: ArticleId) -> StoreResult<()> {
    let seen: bool =
        diesel::select(diesel::dsl::exists(articles::table.filter(articles::id.eq(id)).filter(visible_to(&actor.scope())).select(articles::id)))
            .get_result(tx)?;
    if seen {
        return Ok(());
    }
    Err(StoreError::Refused {
        pointer: "/translation_of".to_owned(),
        detail: "There is no such article; name it by its id or its slug.".to_owned(),
    })
}

/// The outlet of that name, made if nobody knows it yet.
fn outlet(tx: &mut PgConnection, source: &SourceChange) -> StoreResult<SourceId> {
    let nameless =
        || StoreError::Refused { pointer: "/source/name".to_owned(), detail: "A source's name needs a letter or a digit.".to_owned() };
    let slug: Slug = slugify(&source.name).ok_or_else(nameless)?;
    let known = sources::table.filter(sources::name.eq(&source.name)).select(sources::id).order(sources::id).first(tx).optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    let id = SourceId::new();
    let slug = slugs::first_free(tx, Resource::Source, &slug)?;
    diesel::insert_into(sources::table)
        .values((sources::id.eq(id), sources::slug.eq(slug.as_str()), sources::name.eq(&source.name)))
        .execute(tx)?;
    Ok(id)
}

/// Joins the translation group of another article (which makes one if it has none), or leaves its own.
fn translate(tx: &mut PgConnection, id: ArticleId, other: Option<Uuid>) -> StoreResult<()> {
    let group = match other {
        None => None,
        Some(other) if other == id.0 => {
            return Err(StoreError::Refused {
                pointer: "/translation_of".to_owned(),
                detail: "An article is no translation of itself.".to_owned(),
            });
        }
        Some(other) => {
            let group: Option<Uuid> =
                articles::table.find(ArticleId(other)).select(articles::translation_group_id).for_update().first(tx)?;
            let group = group.unwrap_or(other);
            let language: String = articles::table.find(id).select(articles::language).first(tx)?;
            let twin = articles::table
                .filter(articles::translation_group_id.eq(group).or(articles::id.eq(other)))
                .filter(articles::language.eq(&language).and(articles::id.ne(id)));
            if diesel::select(diesel::dsl::exists(twin.select(articles::id))).get_result(tx)? {
                return Err(StoreError::Refused {
                    pointer: "/translation_of".to_owned(),
                    detail: format!("There is an edition in `{language}` already; a translation has a language of its own."),
                });
            }
            diesel::update(articles::table.find(ArticleId(other))).set(articles::translation_group_id.eq(group)).execute(tx)?;
            Some(group)
        }
    };
    diesel::update(articles::table.find(id)).set(articles::translation_group_id.eq(group)).execute(tx)?;
    Ok(())
}

fn distinct(ids: &[Uuid]) -> impl Iterator<Item = (i32, Uuid)> {
    let mut seen = HashSet::new();
    (0..).zip(ids.iter().copied().filter(move |id| seen.insert(*id)))
}
