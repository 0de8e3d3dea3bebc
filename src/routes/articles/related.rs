//! What is shown beside an article.

use std::collections::HashMap;

use actix_web::{get, put, web::Data};
use diesel::PgConnection;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::written;
use crate::{
    access::{
        caller::{Allowed, Caller},
        permission::PublishArticles,
    },
    api::{
        article::{Article, Card, CardList},
        reference::ArticleRef,
        related::{NewPicks, RelatedItem, RelatedList},
    },
    domain::{
        change::Resource,
        id::ArticleId,
        licence::Scope,
        reference::Reference,
        related::{Reason, Related},
    },
    http::{
        self,
        conditional::{IfMatch, Tagged},
        extract::{CommaList, Json, NoParameters, Path, Query},
        fields::Fields,
        paging::Limit,
        problem::{Problem, ProblemKind, ReadProblems, WriteProblems},
    },
    store::{self, articles::list::visible_cards, db::Db, error::StoreResult, references},
};

/// How many articles each of the lists on an article's own page holds.
const ON_THE_PAGE: usize = 6;

/// The routes of this file.
pub fn routes(config: &mut ServiceConfig) {
    config.service(list_related).service(pick_related);
}

/// The length and the form of a related list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListRelated {
    /// How many articles the list holds, where the site has so many.
    #[serde(default)]
    #[param(inline, required = false)]
    pub limit: Limit,
    /// Not these, nor copies of them: slugs or ids, separated by commas or repeated.
    #[serde(default)]
    #[param(value_type = Vec<ArticleRef>, inline, style = Form, explode = false, required = false, max_items = 100)]
    pub exclude: CommaList<ArticleRef>,
    /// Only these members of each item: `id,title,reason`.
    #[serde(default)]
    #[param(value_type = String, required = false)]
    pub fields: Fields,
}

/// List what to read after an article.
///
/// Best first: what the editor picked, then articles of the same story, then those that share rare tags or say much the same, and at
/// last the nearest of its section and of its days, until the list is full. Each says why it is there. All are in the article's language;
/// none is a near-copy of it or of another in the list. `include=related` of the article itself gives the first six without another call.
#[utoipa::path(
    tag = "articles",
    params(ArticleRef, ListRelated),
    responses((status = 200, body = RelatedList, description = "The list, best first."), ReadProblems)
)]
#[get("/articles/{article}/related")]
async fn list_related(
    caller: Caller,
    path: Path<ArticleRef>,
    query: Query<ListRelated>,
    db: Data<Db>,
) -> http::Result<Tagged<RelatedList>> {
    let (scope, reference, query) = (caller.scope(), path.into_inner(), query.into_inner());
    if query.exclude.iter().count() > 100 {
        let detail = "At most 100 articles can be left out.";
        return Err(Problem::new(ProblemKind::InvalidParameter, detail).with_error("exclude", "invalid", detail));
    }
    let (limit, exclude, fields) = (query.limit, query.exclude, query.fields);
    let (article, beside) = db
        .read(move |conn| {
            let article = store::articles::show::id_of(conn, &scope, &reference.0)?;
            let asked: Vec<_> = exclude.iter().map(|one| (Resource::Article, one.0.clone())).collect();
            let exclude: Vec<_> = references::find(conn, &asked)?.into_iter().flatten().map(ArticleId).collect();
            let related = store::related::related(conn, &scope, article, usize::from(limit.get()), &exclude)?;
            Ok((article, Beside::load(conn, &scope, Some(related), None)?))
        })
        .await?;
    let keys = beside.keys(article);
    let list = beside.related.unwrap_or_else(|| RelatedList { items: Vec::new() });
    Ok(Tagged::list(list).keys(keys).fields::<RelatedItem>(fields))
}

/// Pick what is related to an article.
///
/// Replaces the whole hand-picked list; an empty one leaves everything to the server. A pick that readers cannot see yet, or any more,
/// is left out of the list until they can.
#[utoipa::path(
    tag = "articles",
    params(ArticleRef),
    security(("token" = [PublishArticles])),
    request_body = NewPicks,
    responses((status = 200, body = Article, description = "The article as it is now."), WriteProblems)
)]
#[put("/articles/{article}/related")]
async fn pick_related(
    editor: Allowed<PublishArticles>,
    path: Path<ArticleRef>,
    expected: IfMatch,
    _: Query<NoParameters>,
    picks: Json<NewPicks>,
    db: Data<Db>,
) -> http::Result<Tagged<Article>> {
    let (actor, reference, picks) = (editor.actor(), path.into_inner(), picks.into_inner().checked()?);
    let row = db
        .write(move |tx| {
            let asked: Vec<_> = (0..)
                .zip(&picks)
                .map(|(place, pick): (usize, &Reference)| (format!("/articles/{place}"), Resource::Article, pick.clone()))
                .collect();
            let picks: Vec<_> = references::get(tx, &asked)?.into_iter().map(ArticleId).collect();
            store::articles::picks::set(tx, actor, &reference.0, expected.version(), &picks)
        })
        .await?;
    Ok(written(row))
}

/// The lists beside an article, where asked for.
pub struct Beside {
    /// What to read next.
    pub related: Option<RelatedList>,
    /// The newest of its section, without what `related` shows.
    pub more_in_section: Option<CardList>,
}

impl Beside {
    /// For the article's own page: the two lists have nothing in common.
    ///
    /// # Errors
    /// Those of the database.
    pub fn of(conn: &mut PgConnection, scope: &Scope, article: ArticleId, related: bool, more_in_section: bool) -> StoreResult<Self> {
        let related = related.then(|| store::related::related(conn, scope, article, ON_THE_PAGE, &[])).transpose()?;
        let shown: Vec<ArticleId> = related.iter().flatten().map(|one| one.id).collect();
        let more = more_in_section.then(|| store::related::more_in_section(conn, scope, article, ON_THE_PAGE, &shown)).transpose()?;
        Self::load(conn, scope, related, more)
    }

    /// The cards of both lists come by one statement.
    fn load(conn: &mut PgConnection, scope: &Scope, related: Option<Vec<Related>>, more: Option<Vec<ArticleId>>) -> StoreResult<Self> {
        let ids: Vec<ArticleId> = related.iter().flatten().map(|one| one.id).chain(more.iter().flatten().copied()).collect();
        let mut cards: HashMap<ArticleId, Card> =
            visible_cards(conn, scope, &ids)?.into_iter().map(|row| (row.id, Card::from(row))).collect();
        let related = related.map(|related| {
            let item = |Related { id, reason, score }| {
                let card = cards.remove(&id)?.card;
                // More digits would only change the ETag.
                Some(RelatedItem { card, reason, score: if reason == Reason::Curated { 1.0 } else { (score * 1000.0).round() / 1000.0 } })
            };
            RelatedList { items: related.into_iter().filter_map(item).collect() }
        });
        let more_in_section = more.map(|more| CardList { items: more.iter().filter_map(|id| cards.remove(id)).collect() });
        Ok(Self { related, more_in_section })
    }

    /// Whether there is a list at all.
    pub const fn is_any(&self) -> bool {
        self.related.is_some() || self.more_in_section.is_some()
    }

    /// What a cache must forget the lists by.
    pub fn keys(&self, article: ArticleId) -> Vec<String> {
        let related = self.related.iter().flat_map(|list| &list.items).map(|item| &item.card);
        let cards = related.chain(self.more_in_section.iter().flat_map(|list| &list.items).map(|card| &card.card));
        // Any new article may belong here.
        let mut keys = vec![format!("article-{article}"), "articles".to_owned()];
        keys.extend(cards.map(|card| format!("article-{}", card.id)));
        keys
    }
}
