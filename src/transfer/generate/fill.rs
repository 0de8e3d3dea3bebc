//! Writes a plan into the database.

use std::{
    fmt::Write,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use anyhow::{Context, Result, bail};
use diesel::{Connection, PgConnection};
use serde_json::json;

use super::{
    Plan,
    article::{BLOCK, Made},
    prose::words_in,
    structure::{self, BUSIEST, Picture, SECTIONS},
};
use crate::{
    domain::{
        actor::Actor,
        article::BylineRole,
        author::AuthorKind,
        change::Resource,
        id::{ArticleId, AuthorId, MediaId, SectionId, TagId},
        media::MediaKind,
    },
    store::{
        audit,
        bulk::{self, BulkArticle},
        error::StoreResult,
        load::{self, NewAuthor, NewMedia, NewSection, NewTag},
    },
};

/// The most writers at once. Each keeps a core of the database busy, most of all with finding the stems of words.
const WRITERS: usize = 8;

/// After this many blocks the planner is told again how the tables have grown: what it last saw was empty.
const LOOKS: [u64; 3] = [1, 10, 100];

/// Writes all articles of the plan, a block in a transaction, on a connection a core, and calls `report` with how many
/// each transaction wrote. What the articles hang on is made first, where it is not there.
///
/// # Errors
/// The seed was used before, or the database fails: whole blocks stay.
pub fn fill(database_url: &str, plan: &Plan, report: impl Fn(u64) + Sync) -> Result<()> {
    let mut conn = PgConnection::establish(database_url)?;
    if plan.articles > 0 && load::has_article(&mut conn, &plan.article(0, |_, _| String::new()).slug)? {
        bail!("the articles of seed {} are there already; choose another with --seed", plan.seed);
    }
    let frame = conn.transaction(|tx| frame(tx, plan)).context("cannot make sections, tags, authors and pictures")?;
    let writers = thread::available_parallelism().map_or(1, usize::from).min(WRITERS);
    let next = AtomicU64::new(0);
    thread::scope(|scope| {
        let writers: Vec<_> = (0..writers).map(|_| scope.spawn(|| write_blocks(database_url, plan, &frame, &next, &report))).collect();
        writers.into_iter().try_for_each(|writer| writer.join().unwrap_or_else(|_| bail!("a writer panicked")))
    })?;
    Ok(load::finish(&mut conn)?)
}

/// Takes the next block until there is none.
fn write_blocks(database_url: &str, plan: &Plan, frame: &Frame, next: &AtomicU64, report: &(impl Fn(u64) + Sync)) -> Result<()> {
    let mut conn = PgConnection::establish(database_url)?;
    load::prepare_session(&mut conn)?;
    let mut words = bulk::Words::default();
    loop {
        let block = next.fetch_add(1, Ordering::Relaxed);
        let end = ((block + 1) * BLOCK).min(plan.articles);
        let numbers = block * BLOCK..end;
        if numbers.is_empty() {
            return Ok(());
        }
        let mut picks = Vec::new();
        let articles: Vec<BulkArticle> = numbers
            .map(|index| {
                let made = plan.article(index, |number, caption| frame.figure(number, caption));
                picks.extend((0..).zip(&made.related).map(|(position, other)| (ArticleId(made.id), position, ArticleId(*other))));
                frame.place(made)
            })
            .collect();
        let written = conn
            .transaction(|tx| {
                let mut log = bulk::Log::default();
                bulk::insert_articles(tx, &mut log, &mut words, &articles)?;
                load::related(tx, &picks)?;
                log.write(tx)
            })
            .with_context(|| format!("cannot write articles {block}000 and on"));
        if written.is_err() {
            // The others need not go on either.
            next.store(u64::MAX / BLOCK / 2, Ordering::Relaxed);
        }
        written?;
        if LOOKS.contains(&(block + 1)) {
            load::look_again(&mut conn)?;
        }
        report(articles.len() as u64);
    }
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

    fn place(&self, made: Made) -> BulkArticle {
        let media = made.inline_media.map(|number| self.media[number].0);
        BulkArticle {
            id: ArticleId(made.id),
            slug: made.slug,
            kind: made.kind,
            language: made.language.to_owned(),
            status: made.status,
            title: made.title,
            kicker: made.kicker,
            standfirst: Some(made.standfirst),
            word_count: i32::try_from(words_in(&made.body)).unwrap_or(i32::MAX),
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
            further_sections: made.sections.iter().map(|number| self.sections[*number]).collect(),
            tags: made.tags.iter().map(|number| self.tags[*number]).collect(),
            byline: made.byline.iter().map(|number| (self.authors[*number], BylineRole::Author)).collect(),
            media: media.into_iter().collect(),
            source: None,
            found: None,
        }
    }
}
