//! The way of an article to its readers and back.

use actix_web::{post, web::Data};
use utoipa_actix_web::service_config::ServiceConfig;

use super::written;
use crate::{
    access::{caller::Allowed, permission::PublishArticles},
    api::{
        article::Article,
        article_change::{NewCorrection, Publication, Withdrawal},
        reference::ArticleRef,
    },
    http::{
        self,
        conditional::{IfMatchIfAny, Tagged},
        extract::{Json, NoParameters, OptionalJson, Path, Query},
        problem::WriteProblems,
    },
    store::{articles::workflow, db::Db},
};

/// The routes of this file.
pub fn routes(config: &mut ServiceConfig) {
    config.service(publish_article).service(unpublish_article).service(correct_article);
}

/// Publish an article.
///
/// Now, or at `at`: a time to come schedules it, and it is visible from that second on; a past one dates it back. Publishing what is
/// published already changes nothing, unless `at` is given.
#[utoipa::path(
    tag = "articles",
    params(ArticleRef),
    security(("token" = [PublishArticles])),
    request_body = Option<Publication>,
    responses((status = 200, body = Article, description = "The article as it is now."), WriteProblems)
)]
#[post("/articles/{article}/publish")]
async fn publish_article(
    editor: Allowed<PublishArticles>,
    path: Path<ArticleRef>,
    expected: IfMatchIfAny,
    _: Query<NoParameters>,
    publication: OptionalJson<Publication>,
    db: Data<Db>,
) -> http::Result<Tagged<Article>> {
    let (actor, reference, at) = (editor.actor(), path.into_inner(), publication.into_inner().at.map(|at| at.0));
    let row = db.write(move |tx| workflow::publish(tx, actor, &reference.0, expected.version(), at)).await?;
    Ok(written(row))
}

/// Take an article back.
///
/// From that moment nobody sees it by any route, and it is a draft again. `reason` reaches everybody who keeps a copy.
#[utoipa::path(
    tag = "articles",
    params(ArticleRef),
    security(("token" = [PublishArticles])),
    request_body = Option<Withdrawal>,
    responses((status = 200, body = Article, description = "The article as it is now."), WriteProblems)
)]
#[post("/articles/{article}/unpublish")]
async fn unpublish_article(
    editor: Allowed<PublishArticles>,
    path: Path<ArticleRef>,
    expected: IfMatchIfAny,
    _: Query<NoParameters>,
    withdrawal: OptionalJson<Withdrawal>,
    db: Data<Db>,
) -> http::Result<Tagged<Article>> {
    let (actor, reference, reason) = (editor.actor(), path.into_inner(), withdrawal.into_inner().checked()?);
    let row = db.write(move |tx| workflow::unpublish(tx, actor, &reference.0, expected.version(), reason.clone())).await?;
    Ok(written(row))
}

/// Correct an article.
///
/// Adds a correction that readers see beside the article; the text itself is put right by a PATCH.
#[utoipa::path(
    tag = "articles",
    params(ArticleRef),
    security(("token" = [PublishArticles])),
    request_body = NewCorrection,
    responses((status = 200, body = Article, description = "The article as it is now."), WriteProblems)
)]
#[post("/articles/{article}/corrections")]
async fn correct_article(
    editor: Allowed<PublishArticles>,
    path: Path<ArticleRef>,
    expected: IfMatchIfAny,
    _: Query<NoParameters>,
    correction: Json<NewCorrection>,
    db: Data<Db>,
) -> http::Result<Tagged<Article>> {
    let (actor, reference, text) = (editor.actor(), path.into_inner(), correction.into_inner().checked()?);
    let row = db.write(move |tx| workflow::correct(tx, actor, &reference.0, expected.version(), &text)).await?;
    Ok(written(row))
}
