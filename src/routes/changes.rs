//! The delta: what became of articles since the caller last asked.

use std::time::{Duration, Instant};

use actix_web::{
    HttpRequest, HttpResponse, Responder, get,
    http::header::{CACHE_CONTROL, HeaderValue},
    web::Data,
};
use diesel::PgConnection;
use serde::Deserialize;
use tokio::time::timeout;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    access::caller::Caller,
    api::{
        article::CardInclude,
        article_body::{Body, BodyFormat},
        change::{Change, ChangeInclude, ChangePage, ChangePageInfo},
        change_token::{Followed, refused},
        reference::SectionRef,
    },
    delivery::Bell,
    domain::{
        change::Resource,
        id::{ArticleId, SectionId},
        licence::Scope,
    },
    http::{
        self,
        conditional::Tagged,
        extract::{CommaList, Query},
        fields::Fields,
        portion::{Patience, Portion},
        problem::{DeltaProblems, Problem, ProblemKind},
    },
    store::{
        articles::list,
        db::Db,
        delta::{self, DeltaPage, Question},
        error::StoreResult,
        references,
    },
};

/// The routes of this file.
pub fn routes(config: &mut ServiceConfig) {
    config.service(list_changes);
}

/// Since when, of what, and in which form.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListChanges {
    /// What came last: `page.next_since` of the page before. Without it everything comes that there is, in pages.
    #[param(required = false, nullable = false, max_length = 4096)]
    pub since: Option<String>,
    /// In this section or below it: a path or an id. The same with every token.
    #[param(value_type = SectionRef, inline, required = false)]
    pub section: Option<SectionRef>,
    /// How many items a page holds at most.
    #[serde(default)]
    #[param(inline, required = false)]
    pub limit: Portion,
    /// How long to wait for something to happen when nothing did, in seconds.
    #[serde(default)]
    #[param(inline, required = false)]
    pub wait: Patience,
    /// What to add to each article.
    #[serde(default)]
    #[param(value_type = Vec<ChangeInclude>, style = Form, explode = false, required = false)]
    pub include: CommaList<ChangeInclude>,
    /// The form of the bodies that `include=body` adds.
    #[serde(default)]
    #[param(value_type = BodyFormat, required = false)]
    pub body: BodyFormat,
    /// Only these members of each item: `id,action,article.title`.
    #[serde(default)]
    #[param(value_type = String, required = false)]
    pub fields: Fields,
}

/// List changes.
///
/// For who keeps a copy: what was published, updated, corrected, withdrawn or deleted since `since`, each article once, as it is now.
/// An item with an `article` is to be stored in place of what is kept under its `id`; one without is to be removed. The first call has
/// no `since` and begins with everything there is, the newest first. Store a page, then keep its `page.next_since` and go on with it: at
/// once while `page.has_more`, later (or with `wait`) if not. Nothing is ever missed, in whatever order writers committed; something
/// may come twice.
///
/// With `section`, an article that moved out of it is to be removed (`moved`). An article whose time comes is `published` at that
/// second. What the caller may not read (any more) is to be removed, too.
///
/// A token is good for as long as the log is kept (`--changes-retention`, 90 days unless set), and for this database: after a
/// restore or a failover, and when what the caller may read was changed, the answer is 410. Then start again without `since`, and
/// remove whatever did not come when `has_more` is false.
#[utoipa::path(
    tag = "changes",
    params(ListChanges),
    responses((status = 200, body = ChangePage, description = "A page of changes."), DeltaProblems)
)]
#[get("/changes")]
async fn list_changes(
    caller: Caller,
    query: Query<ListChanges>,
    db: Data<Db>,
    bell: Data<Bell>,
    request: HttpRequest,
) -> http::Result<HttpResponse> {
    let query = query.into_inner();
    query.fields.check::<Change>()?;
    let (scope, fields) = (caller.scope(), query.fields.clone());
    let page = wait(&db, &bell, scope, query).await?;
    let mut response = Tagged::list(page).fields::<Change>(fields).respond_to(&request);
    // A token is asked for once.
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// The page, as soon as there is something on it, or when it was waited for as long as was asked.
async fn wait(db: &Db, bell: &Bell, scope: Scope, mut query: ListChanges) -> http::Result<ChangePage> {
    let patience = query.wait.get();
    let is_waiting = !patience.is_zero();
    let end = Instant::now() + patience;
    let mut ear = is_waiting.then(|| bell.ear());
    loop {
        // Before looking, so that what is written in between is not slept through.
        if let Some(ear) = &mut ear {
            ear.forget();
        }
        let (asked, scope) = (query.clone(), scope.clone());
        let (page, due_in) = db.read(move |conn| page(conn, &scope, &asked)).await?.map_err(|problem| *problem)?;
        let left = end.saturating_duration_since(Instant::now());
        let Some(ear) = ear.as_mut().filter(|_| page.items.is_empty() && !page.page.has_more && !left.is_zero() && !bell.is_closing())
        else {
            return Ok(page);
        };
        query.since = Some(page.page.next_since);
        // A little later, for the two clocks to agree. No connection is held meanwhile.
        let sleep = due_in.map_or(left, |due| left.min(due + Duration::from_millis(2)));
        let _ = timeout(sleep, ear.next()).await;
    }
}

/// A page, and in how long the next article becomes visible by its time coming.
type Found = (ChangePage, Option<Duration>);

fn page(conn: &mut PgConnection, scope: &Scope, query: &ListChanges) -> StoreResult<Result<Found, Box<Problem>>> {
    let section = match section_of(conn, query.section.as_ref())? {
        Ok(section) => section,
        Err(problem) => return Ok(Err(problem)),
    };
    let followed = Followed { section, scope: scope.of_reader() };
    let from = match query.since.as_deref().map(|since| followed.position(since)).transpose() {
        Ok(from) => from,
        Err(problem) => return Ok(Err(Box::new(problem))),
    };
    let question =
        Question { scope: &followed.scope, section, limit: u32::from(query.limit.get()), is_waiting: !query.wait.get().is_zero() };
    let DeltaPage { entries, position, has_more, due_in } = match delta::read(conn, &question, from.as_ref())? {
        Ok(page) => page,
        Err(why) => return Ok(Err(Box::new(refused(why)))),
    };
    let mut items: Vec<Change> = entries.into_iter().map(Change::from).collect();
    complete(conn, scope, query, &mut items)?;
    let page = ChangePageInfo { limit: query.limit.get(), next_since: followed.token(position), has_more };
    Ok(Ok((ChangePage { items, page }, due_in)))
}

/// The section that is asked for, by its id, which stays when it moves.
pub fn section_of(conn: &mut PgConnection, section: Option<&SectionRef>) -> StoreResult<Result<Option<SectionId>, Box<Problem>>> {
    let Some(SectionRef(reference)) = section else { return Ok(Ok(None)) };
    let found = references::find(conn, &[(Resource::Section, reference.clone())])?.pop().flatten();
    Ok(found.map(|id| Some(SectionId(id))).ok_or_else(|| {
        let detail = format!("There is no section `{reference}`.");
        Box::new(Problem::new(ProblemKind::NotFound, detail.clone()).with_error("section", "unknown", detail))
    }))
}

/// Adds what `include` asks for.
fn complete(conn: &mut PgConnection, scope: &Scope, query: &ListChanges, items: &mut [Change]) -> StoreResult<()> {
    let ids: Vec<ArticleId> = items.iter().filter(|item| item.article.is_some()).map(|item| item.id).collect();
    let wants = |wanted: &CardInclude| {
        query.include.contains(&match wanted {
            CardInclude::Tags => ChangeInclude::Tags,
            CardInclude::Sections => ChangeInclude::Sections,
            CardInclude::Breadcrumbs => ChangeInclude::Breadcrumbs,
            CardInclude::Source => ChangeInclude::Source,
            CardInclude::Translations => return false,
            CardInclude::Body => ChangeInclude::Body,
        })
    };
    let mut cards: std::collections::HashMap<ArticleId, _> =
        items.iter_mut().filter_map(|item| item.article.as_mut().map(|card| (item.id, card))).collect();
    if query.include.iter().any(|wanted| *wanted != ChangeInclude::Body) {
        for (id, extras) in list::extras(conn, scope, &ids)? {
            if let Some(card) = cards.get_mut(&id) {
                card.include(extras, wants);
            }
        }
    }
    if query.include.contains(&ChangeInclude::Body) {
        for (id, html) in list::bodies(conn, scope, &ids)? {
            if let Some(card) = cards.get_mut(&id) {
                card.body = Some(Body::of(html, query.body));
            }
        }
    }
    Ok(())
}
