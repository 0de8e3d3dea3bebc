//! Writes a plan into the database.

use std::{fmt::Write, sync::mpsc::sync_channel, thread};

use anyhow::{Context, Result, bail};
use diesel::{Connection, PgConnection};
use serde_json::json;

use super::{
    Plan,
    article::Made,
    structure::{self, BUSIEST, Picture, SECTIONS},
};
use crate::{
    domain::{
        actor::Actor,
        article::BylineRole,
        author::AuthorKind,
        body,
        change::Resource,
        id::{ArticleId, AuthorId, MediaId, SectionId, TagId},
        media::MediaKind,
    },
    store::{
        audit,
        error::StoreResult,
        load::{self, LoadedArticle, LoadedRow, NewAuthor, NewMedia, NewSection, NewTag},
    },
};

/// Articles of one transaction.
const BATCH: u64 = 1_000;

/// Batches that are made before the database has taken the first of them.
const AHEAD: usize = 2;

/// Writes all articles of the plan, a thousand in a transaction, and calls `report` with how many were written since it
/// was called last. What the articles hang on is made first, where it is not there.
///
/// # Errors
/// The seed was used before, or the database fails: whole batches stay.
pub fn fill(conn: &mut PgConnection, plan: &Plan, mut report: impl FnMut(u64)) -> Result<()> {
    if plan.articles > 0 && load::has_article(conn, &plan.article(0, |_, _| String::new()).slug)? {
        bail!("the articles of seed {} are there already; choose another with --seed", plan.seed);
    }
    load::commit_lazily(conn)?;
    let frame = conn.transaction(|tx| frame(tx, plan)).context("cannot make sections, tags, authors and pictures")?;
    let (batches, made) = sync_channel(AHEAD);
    thread::scope(|scope| {
        // The words are made on one core while the database takes them in on another.
        scope.spawn(|| {
            let batches = batches;
            for start in (0..plan.articles).step_by(BATCH as usize) {
                let end = (start + BATCH).min(plan.articles);
                let batch: Vec<LoadedArticle> =
                    (start..end).map(|index| frame.place(plan.article(index, |number, caption| frame.figure(number, caption)))).collect();
                // Nobody takes it once the database has failed.
                if batches.send(batch).is_err() {
                    break;
                }
            }
        });
        let mut written = 0;
        for batch in made {
            conn.transaction(|tx| load::copy(tx, &batch)).context("cannot write a batch")?;
            let count = batch.len() as u64;
            // Without figures the planner reads whole tables that were empty when it last looked.
            if [1, 10, 100].map(|batches| batches * BATCH).contains(&(written + count)) {
                load::analyze(conn)?;
            }
            written += count;
            report(count);
        }
        load::analyze(conn)?;
        Ok(())
    })
}

/// The ids of everything that articles hang on, by their place in the lists of [`structure`].
struct Frame {
    sections: Vec<SectionId>,
    tags: Vec<TagId>,
    authors: Vec<AuthorId>,
    media: Vec<(MediaId, Picture)>,
}

fn frame(tx: &mut PgConnection, plan: &Plan) -> StoreResult<Frame> {
    let sections: Vec<_> =
        SECTIONS.iter().zip(0..).map(|((path, name), position)| NewSection { path, name, description: None, position }).collect();
    let sections = load::sections(tx, &sections)?;
    let named: Vec<(String, String)> = structure::tags().into_iter().map(|name| (slug(&name), name)).collect();
    let tags: Vec<_> = named.iter().map(|(slug, name)| NewTag { slug, name, description: None }).collect();
    let by_slug = load::tags(tx, &tags)?;
    let tags = named.iter().filter_map(|(slug, _)| by_slug.get(slug)).copied().collect();
    let named: Vec<(String, String)> = structure::authors().into_iter().map(|name| (slug(&name), name)).collect();
    let authors: Vec<_> = named
        .iter()
        .map(|(slug, name)| NewAuthor {
            slug,
            name,
            kind: AuthorKind::Person,
            job_title: None,
            bio: None,
            portrait_id: None,
            links: json!([]),
        })
        .collect();
    let by_slug = load::authors(tx, &authors)?;
    let authors = named.iter().filter_map(|(slug, _)| by_slug.get(slug)).copied().collect();
    let pictures = structure::pictures();
    let media: Vec<_> = pictures
        .iter()
        .map(|picture| NewMedia {
            kind: MediaKind::Image,
            url: &picture.url,
            alt: &picture.alt,
            caption: None,
            credit: Some(&picture.credit),
            mime_type: "image/jpeg",
            width: picture.width,
            height: picture.height,
            focal_point: Some((0.5, 0.4)),
            renditions: json!([{"name": "card", "url": picture.url.replace(".jpg", "-card.jpg"), "width": 640, "height": 360}]),
        })
        .collect();
    let by_url = load::media(tx, &media)?;
    let media = pictures.into_iter().filter_map(|picture| Some((*by_url.get(&picture.url)?, picture))).collect();
    audit::record(tx, Actor::command_line(), "generate", Resource::Site, None, json!({"articles": plan.articles, "seed": plan.seed}))?;
    Ok(Frame { sections: BUSIEST.iter().filter_map(|path| sections.get(*path)).copied().collect(), tags, authors, media })
}

fn slug(name: &str) -> String {
    name.to_ascii_lowercase().replace(' ', "-")
}

impl Frame {
    /// The figure of a picture as it stands in a body.
    fn figure(&self, number: usize, caption: &str) -> String {
        let (id, Picture { url, alt, credit, width, height }) = &self.media[number];
        let mut figure = String::with_capacity(320);
        _ = write!(
            figure,
            "<figure><img src=\"{url}\" alt=\"{alt}\" width=\"{width}\" height=\"{height}\" data-media-id=\"{id}\">\
             <figcaption>{caption} <small>{credit}</small></figcaption></figure>"
        );
        figure
    }

    fn place(&self, made: Made) -> LoadedArticle {
        let media = made.inline_media.map(|number| self.media[number].0);
        LoadedArticle {
            sections: made.sections.iter().map(|number| self.sections[*number]).collect(),
            tags: made.tags.iter().map(|number| self.tags[*number]).collect(),
            byline: made.byline.iter().map(|number| (self.authors[*number], BylineRole::Author)).collect(),
            media: media.into_iter().collect(),
            source: None,
            corrections: Vec::new(),
            related: made.related.iter().map(|id| ArticleId(*id)).collect(),
            withdrawal_reason: made.withdrawn_at.map(|_| "Withdrawn by its editors.".to_owned()),
            row: LoadedRow {
                id: ArticleId(made.id),
                slug: made.slug,
                kind: made.kind,
                language: made.language.to_owned(),
                status: made.status,
                title: made.title,
                kicker: made.kicker,
                standfirst: Some(made.standfirst),
                word_count: i32::try_from(body::word_count(&made.body)).unwrap_or(i32::MAX),
                body: made.body,
                section_id: self.sections[made.section],
                lead_media_id: made.lead_media.map(|number| self.media[number].0),
                canonical_url: None,
                seo_title: None,
                seo_description: None,
                is_breaking: made.is_breaking,
                is_featured: made.is_featured,
                is_sponsored: false,
                translation_group_id: made.translation_group,
                published_at: made.published_at,
                first_published_at: made.published_at,
                updated_at: made.updated_at,
                withdrawn_at: made.withdrawn_at,
            },
        }
    }
}
