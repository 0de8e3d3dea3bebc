//! Writing what posts refer to: media, sections, tags, authors.

use std::collections::HashMap;

use anyhow::{Context, Result};
use diesel::PgConnection;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::import::FreeSlugs;
use super::library::Attachment;
use super::survey::Survey;
use super::terms::Planned;
use super::write::{Writer, base_path};
use crate::domain::actor::Actor;
use crate::domain::author::AuthorKind;
use crate::domain::change::Resource;
use crate::domain::id::{AuthorId, MediaId, SectionId, TagId};
use crate::domain::media::MediaKind;
use crate::domain::reference::Reference;
use crate::store::bulk::{self, BulkAuthor, BulkMedia, BulkSection, BulkTag, Imported, known, remember, taken_slugs};
use crate::store::error::StoreError;
use crate::store::sections::{SectionChanges, update};
use crate::transfer::report::{Outcome, Report};

/// How many media go to the database together.
const BATCH: usize = 2_000;

/// A section that is different in the file from what was imported of it.
pub(super) struct SectionChange {
    place: usize,
    id: SectionId,
    hash: Vec<u8>,
}

fn hash_of(value: &impl serde::Serialize) -> Vec<u8> {
    Sha256::digest(serde_json::to_vec(value).unwrap_or_default()).to_vec()
}

/// Media records, whose ids the library learns.
pub(super) fn media(tx: &mut PgConnection, writer: &mut Writer, survey: &mut Survey, report: &mut Report) -> Result<()> {
    let mut first = 0;
    while first < survey.library.attachments().len() {
        let some: Vec<Attachment> = survey.library.attachments().iter().skip(first).take(BATCH).cloned().collect();
        let ids: Vec<String> = some.iter().map(|attachment| attachment.external_id.clone()).collect();
        let known = known(tx, &writer.origin, &ids)?;
        let (mut rows, mut made) = (Vec::new(), Vec::new());
        for (place, attachment) in some.iter().enumerate() {
            let hash = hash_of(attachment);
            let before = known.get(&attachment.external_id).filter(|known| known.resource == Resource::Media);
            let row = media_row(attachment, before.map_or_else(MediaId::new, |before| MediaId(before.id)), writer);
            let id = row.id.0;
            let outcome = match before {
                None => {
                    rows.push(row);
                    Outcome::Created
                }
                Some(before) if before.content_hash == hash => Outcome::Unchanged,
                Some(_) => {
                    if !bulk::update_media(tx, &mut writer.log, &row)? {
                        report.skip("changed in the file, but deleted here since", format!("attachment {}", attachment.url));
                        continue;
                    }
                    Outcome::Updated
                }
            };
            report.count(Resource::Media, outcome);
            survey.library.set_media_id(first + place, id);
            if outcome != Outcome::Unchanged {
                made.push(Imported {
                    origin: writer.origin.clone(),
                    external_id: attachment.external_id.clone(),
                    resource: Resource::Media,
                    resource_id: id,
                    content_hash: hash,
                });
            }
        }
        bulk::insert_media(tx, &mut writer.log, &rows)?;
        remember(tx, &made)?;
        first += some.len();
    }
    // What was deleted here is not to be referred to.
    let ids: Vec<Uuid> = survey.library.attachments().iter().filter_map(|attachment| attachment.media_id).collect();
    let there = bulk::media_there(tx, &ids)?;
    for place in 0..survey.library.attachments().len() {
        survey.library.keep_media_id(place, |id| there.contains(&id));
    }
    Ok(())
}

fn media_row(attachment: &Attachment, id: MediaId, writer: &Writer) -> BulkMedia {
    let kind = match attachment.mime_type.and_then(|mime| mime.split('/').next()) {
        Some("image") => MediaKind::Image,
        Some("video") => MediaKind::Video,
        Some("audio") => MediaKind::Audio,
        Some(_) => MediaKind::File,
        // A file without an ending that has a size in pixels is a picture.
        None if attachment.width.is_some() => MediaKind::Image,
        None => MediaKind::File,
    };
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let at = attachment.uploaded_at.unwrap_or(writer.now);
    BulkMedia {
        id,
        kind,
        url: attachment.url.clone(),
        alt: attachment.alt.clone(),
        caption: text(&attachment.caption),
        credit: text(&attachment.credit),
        mime_type: attachment.mime_type.map(str::to_owned),
        size_bytes: attachment.size_bytes,
        width: attachment.width,
        height: attachment.height,
        created_at: at,
        updated_at: at,
    }
}

#[derive(serde::Serialize)]
struct TermContent<'a> {
    name: &'a str,
    description: Option<&'a str>,
    parent: Option<&'a str>,
}

fn content_of<'a>(term: &'a Planned, all: &'a [Planned]) -> TermContent<'a> {
    TermContent {
        name: &term.name,
        description: term.description.as_deref(),
        parent: term.parent.and_then(|place| all.get(place)).map(|parent| parent.key.as_str()),
    }
}

/// The tree of sections. One that is here already under the same path is used.
pub(super) fn sections(tx: &mut PgConnection, writer: &mut Writer, survey: &Survey, report: &mut Report) -> Result<()> {
    let planned = survey.sections.planned();
    let ids: Vec<String> = planned.iter().map(|section| format!("category:{}", section.key)).collect();
    let known = known(tx, &writer.origin, &ids)?;
    let there = bulk::section_places(tx)?;
    let mut by_path: HashMap<String, (SectionId, Vec<SectionId>)> = HashMap::new();
    let mut by_id: HashMap<SectionId, String> = HashMap::new();
    for place in there {
        by_id.insert(place.id, place.path.clone());
        by_path.insert(place.path, (place.id, place.ancestor_ids.into_iter().flatten().map(SectionId).collect()));
    }
    let (mut rows, mut made, mut paths) = (Vec::new(), Vec::new(), Vec::new());
    let base = base_path(survey);
    for place in survey.sections.parents_first() {
        let section = &planned[place];
        let hash = hash_of(&content_of(section, planned));
        let mut remembered = |id: SectionId| {
            made.push(Imported {
                origin: writer.origin.clone(),
                external_id: ids[place].clone(),
                resource: Resource::Section,
                resource_id: id.0,
                content_hash: hash.clone(),
            });
            paths.push((format!("{base}/category/{}", wordpress_path(planned, place)), Resource::Section, id.0));
        };
        if let Some(before) = known.get(&ids[place]).filter(|before| by_id.contains_key(&SectionId(before.id))) {
            let id = SectionId(before.id);
            writer.sections.insert(section.key.clone(), id);
            if before.content_hash == hash {
                report.count(Resource::Section, Outcome::Unchanged);
            } else {
                writer.section_changes.push(SectionChange { place, id, hash });
            }
            continue;
        }
        let parent = section.parent.and_then(|parent| writer.sections.get(&planned[parent].key).copied());
        let above = parent
            .and_then(|parent| by_id.get(&parent))
            .and_then(|path| by_path.get(path).map(|(_, ancestors)| (path.clone(), ancestors.clone())));
        let (path, mut ancestor_ids) = match above {
            Some((above, ancestors)) => (format!("{above}/{}", section.slug), ancestors),
            None => (section.slug.as_str().to_owned(), Vec::new()),
        };
        if let Some((id, _)) = by_path.get(&path) {
            report.warn("a section that is here already is used for the category", &path);
            report.count(Resource::Section, Outcome::Unchanged);
            writer.sections.insert(section.key.clone(), *id);
            remembered(*id);
            continue;
        }
        let id = SectionId::new();
        ancestor_ids.push(id);
        by_id.insert(id, path.clone());
        by_path.insert(path.clone(), (id, ancestor_ids.clone()));
        writer.sections.insert(section.key.clone(), id);
        remembered(id);
        report.count(Resource::Section, Outcome::Created);
        rows.push(BulkSection {
            id,
            parent_id: parent,
            slug: section.slug.as_str().to_owned(),
            path,
            ancestor_ids,
            name: section.name.clone(),
            description: section.description.clone(),
            position: 0,
        });
    }
    bulk::insert_sections(tx, &mut writer.log, &rows)?;
    remember(tx, &made)?;
    bulk::insert_legacy_paths(tx, &paths)?;
    Ok(())
}

/// `news/transport`, by the slugs of the file.
fn wordpress_path(planned: &[Planned], place: usize) -> String {
    let mut parts = vec![planned[place].key.as_str()];
    let mut at = place;
    while let Some(parent) = planned[at].parent {
        parts.push(&planned[parent].key);
        at = parent;
    }
    parts.reverse();
    parts.join("/")
}

/// Changes sections that changed in the file, by the way on which editors change them: what moves keeps its former addresses.
pub(super) fn change_sections(
    tx: &mut PgConnection,
    writer: &Writer,
    survey: &Survey,
    changes: Vec<SectionChange>,
    report: &mut Report,
) -> Result<()> {
    let planned = survey.sections.planned();
    for SectionChange { place, id, hash } in changes {
        let section = &planned[place];
        let parent = section.parent.and_then(|parent| writer.sections.get(&planned[parent].key).copied());
        let changes = SectionChanges {
            name: Some(section.name.clone()),
            slug: None,
            parent: Some(parent.map(|parent| Reference::Id(parent.0))),
            description: section.description.clone().map(Some),
            position: None,
        };
        match update(tx, Actor::command_line(), &Reference::Id(id.0), None, &changes) {
            Ok(_) => {}
            Err(StoreError::Refused { detail, .. }) => {
                report.warn(format!("a section that cannot be moved as in the file: {detail}"), &section.name);
                continue;
            }
            Err(fault) => return Err(fault).with_context(|| format!("the section “{}” cannot be changed", section.name)),
        }
        report.count(Resource::Section, Outcome::Updated);
        let external_id = format!("category:{}", section.key);
        remember(
            tx,
            &[Imported { origin: writer.origin.clone(), external_id, resource: Resource::Section, resource_id: id.0, content_hash: hash }],
        )?;
    }
    Ok(())
}

/// The tags. One that is here already under the same slug is used.
pub(super) fn tags(tx: &mut PgConnection, writer: &mut Writer, survey: &Survey, report: &mut Report) -> Result<()> {
    let planned = survey.tags.planned();
    let ids: Vec<String> = planned.iter().map(|tag| format!("post_tag:{}", tag.key)).collect();
    let known = known(tx, &writer.origin, &ids)?;
    let slugs: Vec<String> = planned.iter().map(|tag| tag.slug.as_str().to_owned()).collect();
    let there = bulk::tags_by_slug(tx, &slugs)?;
    let taken = taken_slugs(tx, Resource::Tag, &slugs)?;
    let mut free = FreeSlugs::default();
    let (mut rows, mut made, mut paths) = (Vec::new(), Vec::new(), Vec::new());
    let base = base_path(survey);
    for (tag, external_id) in planned.iter().zip(ids) {
        let hash = hash_of(&content_of(tag, planned));
        let before = known.get(&external_id);
        let adopted = there.get(tag.slug.as_str()).copied().filter(|_| before.is_none());
        let mut row = BulkTag {
            id: before.map(|before| TagId(before.id)).or(adopted).unwrap_or_else(TagId::new),
            slug: tag.slug.as_str().to_owned(),
            name: tag.name.clone(),
            description: tag.description.clone(),
        };
        let outcome = match before {
            Some(before) if before.content_hash == hash => Outcome::Unchanged,
            Some(_) if bulk::update_tag(tx, &mut writer.log, &row)? => Outcome::Updated,
            Some(_) => {
                report.skip("changed in the file, but deleted here since", format!("tag “{}”", tag.name));
                continue;
            }
            None if adopted.is_some() => {
                report.warn("a tag that is here already is used", &tag.name);
                Outcome::Unchanged
            }
            None => Outcome::Created,
        };
        report.count(Resource::Tag, outcome);
        writer.tags.insert(tag.key.clone(), row.id);
        if before.is_none() {
            paths.push((format!("{base}/tag/{}", tag.key), Resource::Tag, row.id.0));
        }
        if before.is_none() || outcome == Outcome::Updated {
            made.push(Imported {
                origin: writer.origin.clone(),
                external_id,
                resource: Resource::Tag,
                resource_id: row.id.0,
                content_hash: hash,
            });
        }
        if outcome == Outcome::Created {
            row.slug = free.give(&tag.slug, |slug| match slug == tag.slug.as_str() {
                true => Ok(taken.contains(slug)),
                false => Ok(!taken_slugs(tx, Resource::Tag, &[slug.to_owned()])?.is_empty()),
            })?;
            rows.push(row);
        }
    }
    bulk::insert_tags(tx, &mut writer.log, &rows)?;
    remember(tx, &made)?;
    bulk::insert_legacy_paths(tx, &paths)?;
    // Deleted here: nothing is tagged with it any more.
    let all: Vec<TagId> = writer.tags.values().copied().collect();
    let there = bulk::tags_there(tx, &all)?;
    writer.tags.retain(|_, id| there.contains(id));
    Ok(())
}

/// The authors. One who is here already under the same name is used.
pub(super) fn authors(tx: &mut PgConnection, writer: &mut Writer, survey: &Survey, report: &mut Report) -> Result<()> {
    let planned = survey.authors.planned();
    let ids: Vec<String> = planned.iter().map(|author| format!("author:{}", author.key)).collect();
    let known = known(tx, &writer.origin, &ids)?;
    let slugs: Vec<String> = planned.iter().map(|author| author.slug.as_str().to_owned()).collect();
    let there = bulk::authors_by_slug(tx, &slugs)?;
    let taken = taken_slugs(tx, Resource::Author, &slugs)?;
    let mut free = FreeSlugs::default();
    let (mut rows, mut made, mut paths) = (Vec::new(), Vec::new(), Vec::new());
    let base = base_path(survey);
    for (author, external_id) in planned.iter().zip(ids) {
        let hash = hash_of(&author.name);
        let before = known.get(&external_id);
        let adopted =
            there.get(author.slug.as_str()).filter(|(_, name)| before.is_none() && name.to_lowercase() == author.name.to_lowercase());
        let mut row = BulkAuthor {
            id: before.map(|before| AuthorId(before.id)).or(adopted.map(|(id, _)| *id)).unwrap_or_else(AuthorId::new),
            slug: author.slug.as_str().to_owned(),
            name: author.name.clone(),
            kind: AuthorKind::Person,
            job_title: None,
            bio: None,
        };
        let outcome = match before {
            Some(before) if before.content_hash == hash => Outcome::Unchanged,
            Some(_) if bulk::update_author(tx, &mut writer.log, &row)? => Outcome::Updated,
            Some(_) => {
                report.skip("changed in the file, but deleted here since", format!("author “{}”", author.name));
                writer.authors.push(None);
                continue;
            }
            None if adopted.is_some() => {
                report.warn("an author who is here already is used", &author.name);
                Outcome::Unchanged
            }
            None => Outcome::Created,
        };
        report.count(Resource::Author, outcome);
        writer.authors.push(Some(row.id));
        if before.is_none() {
            paths.push((format!("{base}/author/{}", author.key), Resource::Author, row.id.0));
        }
        if before.is_none() || outcome == Outcome::Updated {
            made.push(Imported {
                origin: writer.origin.clone(),
                external_id,
                resource: Resource::Author,
                resource_id: row.id.0,
                content_hash: hash,
            });
        }
        if outcome == Outcome::Created {
            row.slug = free.give(&author.slug, |slug| match slug == author.slug.as_str() {
                true => Ok(taken.contains(slug)),
                false => Ok(!taken_slugs(tx, Resource::Author, &[slug.to_owned()])?.is_empty()),
            })?;
            rows.push(row);
        }
    }
    bulk::insert_authors(tx, &mut writer.log, &rows)?;
    remember(tx, &made)?;
    bulk::insert_legacy_paths(tx, &paths)?;
    let all: Vec<AuthorId> = writer.authors.iter().copied().flatten().collect();
    let there = bulk::authors_there(tx, &all)?;
    for author in &mut writer.authors {
        *author = author.filter(|id| there.contains(id));
    }
    Ok(())
}
