//! Articles: list, show, create, change, delete; the way to the reader is in `workflow`.

mod listing;
mod parameters;
mod related;
mod workflow;

use actix_web::{HttpResponse, delete, get, patch, post, web::Data};
use chrono::Utc;
use utoipa_actix_web::service_config::ServiceConfig;

pub use self::listing::{Listing, list};
pub use self::parameters::{Has, Language, Sort};
use self::{
    parameters::{ListArticles, ShowArticle, WrittenArticle},
    related::Beside,
};
use crate::{
    access::{
        caller::{Allowed, Caller},
        permission::{PreviewContent, PublishArticles, WriteArticles},
    },
    api::{
        article::{Article, ArticleInclude, Card},
        article_change::{ArticlePatch, NewArticle},
        feed, link,
        reference::ArticleRef,
    },
    http::{
        self,
        conditional::{IfMatch, Tagged},
        extract::{Json, NoParameters, Path, Query},
        paging::Page,
        problem::{CreateProblems, ListProblems, Problem, ReadProblems, WriteProblems},
    },
    store::{
        self,
        articles::{change::ArticleChanges, rows::ArticleRow},
        db::Db,
    },
};

/// The routes of this file and its children.
pub fn routes(config: &mut ServiceConfig) {
    config.service(list_articles).service(create_article).service(show_article).service(update_article).service(delete_article);
    workflow::routes(config);
    related::routes(config);
}

/// List articles.
///
/// Cards, the newest first, of what readers may see. Every filter that is given must hold. `page.next_cursor` leads to the next
/// page, which neither skips nor repeats anything while articles are being published; it costs the same at any depth.
/// A filter that names what does not exist is a 404. With `status`, which is for the newsroom, the list holds what is not published too.
#[utoipa::path(tag = "articles", params(ListArticles), responses((status = 200, body = Page<Card>, description = "A page of cards."), ListProblems))]
#[get("/articles")]
async fn list_articles(caller: Caller, query: Query<ListArticles>, db: Data<Db>) -> http::Result<Tagged<Page<Card>>> {
    let query = query.into_inner();
    if !query.status.is_empty() && !caller.may::<PreviewContent>() {
        return Err(match caller.user() {
            None => Problem::unauthenticated("`status` is for the newsroom; log in."),
            Some(_) => Problem::forbidden(&PreviewContent.to_string()),
        });
    }
    let fields = query.fields.clone().including(query.include.iter().map(|include| include.member()));
    let listing = Listing::try_from(query)?;
    list(&db, caller.scope(), listing).await.map(|page| page.fields::<Card>(fields))
}

/// Show an article.
///
/// With all it carries, in one call: `include=breadcrumbs,related,more_in_section` adds what an article page shows around it, `json_ld` what search
/// engines look for in it.
/// A slug that the article used to have answers 301 with its present address. The newsroom also gets what is not published.
#[utoipa::path(tag = "articles", params(ArticleRef, ShowArticle), responses((status = 200, body = Article, description = "The article."), ReadProblems))]
#[get("/articles/{article}")]
async fn show_article(caller: Caller, path: Path<ArticleRef>, query: Query<ShowArticle>, db: Data<Db>) -> http::Result<Tagged<Article>> {
    let (scope, reference, query) = (caller.scope(), path.into_inner(), query.into_inner());
    let extent = scope.licence().map(|licence| licence.extent);
    let include = query.include.clone();
    let (row, beside, site) = db
        .read(move |conn| {
            let row = store::articles::show::show(conn, &scope, &reference.0)?;
            let wants = |what| include.contains(&what);
            let beside = Beside::of(conn, &scope, row.card.id, wants(ArticleInclude::Related), wants(ArticleInclude::MoreInSection))?;
            let site = wants(ArticleInclude::JsonLd).then(|| store::site::get(conn)).transpose()?;
            Ok((row, beside, site))
        })
        .await?;
    let json_ld = site.and_then(|site| feed::json_ld(row.clone(), site));
    let breadcrumbs = query.include.contains(&ArticleInclude::Breadcrumbs).then(|| link::all(row.detail.extras.breadcrumbs.0.clone()));
    let mut about = About::of(&row);
    if beside.is_any() {
        about.keys.extend(beside.keys(row.card.id));
        // The lists change when others are published, whatever became of the article itself.
        about.last_change = None;
    }
    caller.about(row.card.id);
    let mut article = Article::of(row, query.body, Utc::now());
    article.extent = extent;
    article.breadcrumbs = breadcrumbs;
    article.json_ld = json_ld;
    article.related = beside.related;
    article.more_in_section = beside.more_in_section;
    let fields = query.fields.including(query.include.iter().map(|include| include.member()));
    Ok(about.tag(article).fields::<Article>(fields))
}

/// Create an article.
///
/// It is a draft until it is published. Without a slug it gets one from its title.
#[utoipa::path(
    tag = "articles",
    params(WrittenArticle),
    security(("token" = [WriteArticles])),
    request_body = NewArticle,
    responses((status = 201, body = Article, description = "The draft."), CreateProblems)
)]
#[post("/articles")]
async fn create_article(
    writer: Allowed<WriteArticles>,
    query: Query<WrittenArticle>,
    article: Json<NewArticle>,
    db: Data<Db>,
) -> http::Result<Tagged<Article>> {
    let (actor, changes) = (writer.actor(), ArticleChanges::try_from(article.into_inner())?);
    let row = db.write(move |tx| store::articles::write::insert(tx, actor, &changes)).await?;
    let location = format!("/v1/articles/{}", row.card.slug);
    Ok(written(row).created(location).fields::<Article>(query.into_inner().fields))
}

/// Change an article.
///
/// A JSON Merge Patch (RFC 7396) against the version in `If-Match`: two editors never overwrite each other unawares. An author may
/// change what is their own until it is published.
#[utoipa::path(
    tag = "articles",
    params(ArticleRef, WrittenArticle),
    security(("token" = [WriteArticles])),
    request_body(content((ArticlePatch = "application/merge-patch+json"), (ArticlePatch = "application/json"))),
    responses((status = 200, body = Article, description = "The article as it is now."), WriteProblems)
)]
#[patch("/articles/{article}")]
async fn update_article(
    writer: Allowed<WriteArticles>,
    path: Path<ArticleRef>,
    expected: IfMatch,
    query: Query<WrittenArticle>,
    patch: Json<ArticlePatch>,
    db: Data<Db>,
) -> http::Result<Tagged<Article>> {
    let (actor, reference) = (writer.actor(), path.into_inner());
    let changes = ArticleChanges::try_from(patch.into_inner())?;
    let row = db.write(move |tx| store::articles::write::update(tx, actor, &reference.0, expected.version(), &changes)).await?;
    Ok(written(row).fields::<Article>(query.into_inner().fields))
}

/// Delete an article.
///
/// For good, with its revisions. Who keeps a copy learns of it from the change log. To take an article back for a while, unpublish it.
#[utoipa::path(
    tag = "articles",
    params(ArticleRef),
    security(("token" = [PublishArticles])),
    responses((status = 204, description = "It is gone."), WriteProblems)
)]
#[delete("/articles/{article}")]
async fn delete_article(
    editor: Allowed<PublishArticles>,
    path: Path<ArticleRef>,
    expected: IfMatch,
    _: Query<NoParameters>,
    db: Data<Db>,
) -> http::Result<HttpResponse> {
    let (actor, reference) = (editor.actor(), path.into_inner());
    db.write(move |tx| store::articles::write::delete(tx, actor, &reference.0, expected.version(), None)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The answer to a write: the article as it is now.
fn written(row: ArticleRow) -> Tagged<Article> {
    let about = About::of(&row);
    about.tag(Article::of(row, crate::api::article_body::BodyFormat::Html, Utc::now()))
}

/// What an answer says of an article beside its JSON.
struct About {
    version: i64,
    last_change: Option<chrono::DateTime<Utc>>,
    keys: Vec<String>,
}

impl About {
    fn of(row: &ArticleRow) -> Self {
        let extras = &row.detail.extras;
        let sections =
            std::iter::once(&row.card.section).chain(&extras.breadcrumbs.0).chain(&extras.sections.0).map(|section| section.id.0);
        let mut keys = vec![format!("article-{}", row.card.id)];
        keys.extend(sections.map(|id| format!("section-{id}")));
        keys.extend(row.card.byline.0.iter().map(|author| format!("author-{}", author.id)));
        keys.extend(extras.tags.0.iter().map(|tag| format!("tag-{}", tag.id)));
        keys.extend(row.card.lead_media.iter().map(|media| format!("media-{}", media.id)));
        keys.sort_unstable();
        keys.dedup();
        Self { version: row.detail.version, last_change: row.card.last_change, keys }
    }

    fn tag(self, article: Article) -> Tagged<Article> {
        let tagged = Tagged::new(article).version(self.version).keys(self.keys);
        match self.last_change {
            Some(at) => tagged.last_modified(at),
            None => tagged,
        }
    }
}
