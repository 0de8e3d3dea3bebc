//! Articles by their words.

use actix_web::{get, web::Data};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::articles::Language;
use crate::{
    access::caller::Caller,
    api::{
        article::Card,
        reference::{AuthorRef, SectionRef, TagRef},
        search::SearchHit,
        time::Moment,
    },
    domain::{
        article::Kind,
        change::Resource,
        id::{AuthorId, SectionId, TagId},
        reference::Reference,
    },
    http::{
        self,
        conditional::Tagged,
        extract::Query,
        fields::Fields,
        paging::{Cursor, Limit, Page},
        problem::{FieldError, ListProblems, Problem, ProblemKind},
    },
    store::{
        articles::list::visible_cards,
        db::Db,
        references,
        search::{Search, SearchKey, search},
    },
};

const LONGEST: usize = 200;

/// The routes of this file.
pub fn routes(config: &mut ServiceConfig) {
    config.service(search_articles);
}

/// What to look for, and among what.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SearchArticles {
    /// The words; `"a phrase"` in quotes, `-without`, `this or that`.
    #[param(value_type = String, required, min_length = 1, max_length = 200, example = "ferry")]
    pub q: Option<String>,
    /// In this language only (BCP 47); its stems then count alone. Otherwise every language of the publication reads the words.
    #[param(value_type = String, required = false, example = "en", pattern = r"^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?$")]
    pub language: Option<Language>,
    /// In this section or below it: a path or an id.
    #[param(value_type = SectionRef, inline, required = false)]
    pub section: Option<SectionRef>,
    /// With this tag: a slug or an id.
    #[param(value_type = TagRef, inline, required = false)]
    pub tag: Option<TagRef>,
    /// Signed by this author: a slug or an id.
    #[param(value_type = AuthorRef, inline, required = false)]
    pub author: Option<AuthorRef>,
    /// Of this genre.
    #[param(value_type = Kind, required = false)]
    pub kind: Option<Kind>,
    /// Published at this time or later.
    #[param(value_type = DateTime<Utc>, required = false)]
    pub published_after: Option<Moment>,
    /// Published before this time.
    #[param(value_type = DateTime<Utc>, required = false)]
    pub published_before: Option<Moment>,
    /// How many hits a page holds.
    #[serde(default)]
    #[param(inline, required = false)]
    pub limit: Limit,
    /// Where the page begins: `page.next_cursor` of the one before, with the same words and filters.
    #[param(required = false, nullable = false, max_length = 1024)]
    pub cursor: Option<String>,
    /// Only these members of each hit.
    #[serde(default)]
    #[param(value_type = String, required = false)]
    pub fields: Fields,
}

/// Search articles.
///
/// Ranked by how well the words go with headline, standfirst and text, and by freshness; each hit says where they stand. Words are
/// compared by their stems, language by language. The best of the newest 400 that hold the words are found, page by page;
/// every page is ranked as of the first one. Words that no language counts ("the") find nothing.
#[utoipa::path(tag = "search", params(SearchArticles), responses((status = 200, body = Page<SearchHit>, description = "A page of hits, best first."), ListProblems))]
#[get("/search")]
async fn search_articles(caller: Caller, query: Query<SearchArticles>, db: Data<Db>) -> http::Result<Tagged<Page<SearchHit>>> {
    let SearchArticles { q, language, section, tag, author, kind, published_after, published_before, limit, cursor, fields } =
        query.into_inner();
    let asked = Asked { q, language, section, tag, author, kind, published_after, published_before };
    let fingerprint = format!("search {asked:?}");
    let after: Option<SearchKey> = cursor.map(|cursor| Cursor::decode(&cursor, &fingerprint)).transpose()?;
    let (scope, rows) = (caller.scope(), u32::from(limit.get()));
    let wanted = asked.resolve(&db).await?;
    let (hits, cards, next) = db
        .read(move |conn| {
            let (hits, next) = search(conn, &scope, &wanted, after, rows)?;
            let ids: Vec<_> = hits.iter().map(|hit| hit.id).collect();
            Ok((hits, visible_cards(conn, &scope, &ids)?, next))
        })
        .await?;
    let last_change = cards.first().and_then(|card| card.last_change);
    let keys = std::iter::once("articles".to_owned()).chain(cards.iter().map(|card| format!("article-{}", card.id))).collect();
    let mut found: std::collections::HashMap<_, _> = hits.into_iter().map(|hit| (hit.id, hit)).collect();
    let items = cards.into_iter().filter_map(|card| {
        let hit = found.remove(&card.id)?;
        Some(SearchHit { card: Card::from(card).card, score: hit.score, highlights: hit.highlights.into() })
    });
    let cursor = next.map(|key| Cursor::encode(&key, &fingerprint));
    let tagged = Tagged::page(Page::new(items.collect(), limit, cursor)).keys(keys).fields::<SearchHit>(fields);
    Ok(match last_change {
        Some(at) => tagged.last_modified(at),
        None => tagged,
    })
}

/// What is looked for, as it was asked.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The words.
    pub q: Option<String>,
    /// In this language only.
    pub language: Option<Language>,
    /// In this section or below it.
    pub section: Option<SectionRef>,
    /// With this tag.
    pub tag: Option<TagRef>,
    /// Signed by this author.
    pub author: Option<AuthorRef>,
    /// Of this genre.
    pub kind: Option<Kind>,
    /// Published at this time or later.
    pub published_after: Option<Moment>,
    /// Published before this time.
    pub published_before: Option<Moment>,
}

impl Asked {
    /// Looks up what is named.
    ///
    /// # Errors
    /// 400 without words, or with too many; 404 when what is named does not exist.
    pub async fn resolve(self, db: &Db) -> http::Result<Search> {
        let Self { q, language, section, tag, author, kind, published_after, published_before } = self;
        let words = q.unwrap_or_default();
        if words.trim().is_empty() || words.chars().count() > LONGEST {
            let detail = format!("`q` must hold from 1 to {LONGEST} characters to look for.");
            return Err(Problem::new(ProblemKind::InvalidParameter, detail.clone()).with_error("q", "invalid", detail));
        }
        let named: Vec<(&str, Resource, Reference)> = [
            section.map(|section| ("section", Resource::Section, section.0)),
            tag.map(|tag| ("tag", Resource::Tag, tag.0)),
            author.map(|author| ("author", Resource::Author, author.0)),
        ]
        .into_iter()
        .flatten()
        .collect();
        let mut wanted = Search {
            words,
            language: language.map(|language| language.0),
            kind,
            published_after: published_after.map(|moment| moment.0),
            published_before: published_before.map(|moment| moment.0),
            ..Search::default()
        };
        let asked: Vec<_> = named.iter().map(|(_, resource, reference)| (*resource, reference.clone())).collect();
        let ids = db.read(move |conn| references::find(conn, &asked)).await?;
        for ((parameter, resource, reference), id) in named.iter().zip(ids) {
            match (*parameter, id) {
                ("section", Some(id)) => wanted.section = Some(SectionId(id)),
                ("tag", Some(id)) => wanted.tag = Some(TagId(id)),
                (_, Some(id)) => wanted.author = Some(AuthorId(id)),
                (_, None) => {
                    let detail = format!("There is no {} `{reference}`.", references::name_of(*resource));
                    let error = FieldError::new(*parameter, "unknown", detail.clone());
                    return Err(Problem::new(ProblemKind::NotFound, detail).with_errors(vec![error]));
                }
            }
        }
        Ok(wanted)
    }
}
