//! Logging in, going on, logging out; and the keys by which others check our tokens.

use actix_web::{HttpRequest, HttpResponse, get, post, web::Data};
use chrono::Utc;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    access::{
        address::client_address,
        keyring::Keyring,
        password::{self, Password, Verdict},
        refresh_token::RefreshToken,
        throttle::Attempt,
    },
    api::session::{JwkSet, Login, RefreshRequest, SessionTokens},
    http::{self, Json, LoginProblems, NoParameters, Problem, ProblemKind, Query, SessionProblems, StandingProblems, TaggedBytes},
    store::{self, db::Db, sessions::Exchange},
};

/// The routes of this file.
pub fn routes(config: &mut ServiceConfig) {
    config.service(log_in).service(refresh_session).service(log_out).service(list_signing_keys);
}

/// Log in.
///
/// Gives an access token, good for 15 minutes, and a refresh token that gives the next pair. Of an account, five
/// passwords may be tried from an address in 15 minutes; after that the answer is 429 until the time in `Retry-After`
/// has passed.
#[utoipa::path(tag = "auth", responses((status = 200, description = "The tokens of a new session.", body = SessionTokens), LoginProblems))]
#[post("/auth/login")]
async fn log_in(
    request: HttpRequest,
    _: Query<NoParameters>,
    body: Json<Login>,
    db: Data<Db>,
    keyring: Data<Keyring>,
) -> http::Result<HttpResponse> {
    let Login { email, password } = body.into_inner();
    let attempt = Attempt::begin(&db, &email, client_address(&request)).await?;
    let account = db.read(move |conn| store::users::find_credentials(conn, email.trim())).await?;
    let verdict = password::check(password.clone(), account.as_ref().map(|account| account.password_hash.clone())).await?;
    let Some(mut account) = account.filter(|_| verdict != Verdict::Wrong) else {
        return Err(wrong_credentials());
    };
    if let (Verdict::RightButOutdated, Ok(password)) = (verdict, Password::parse(&password)) {
        let (user, old, new) = (account.user, account.password_hash, password.hash_in_turn().await?);
        account.password_hash = new.clone();
        db.write(move |tx| store::users::replace_hash(tx, user, &old, &new)).await?;
    }
    let signer = keyring.signer().await?;
    let (token, now, user) = (RefreshToken::generate(), Utc::now(), account.user);
    let hash = token.hash();
    let session = db
        .write(move |tx| {
            let session = store::sessions::open(tx, user, &account.password_hash, &hash, now)?;
            if session.is_some() {
                attempt.succeed(tx, now)?;
            }
            Ok(session)
        })
        .await?;
    // Disabled, or given another password, while theirs was looked at.
    let session = session.ok_or_else(wrong_credentials)?;
    Ok(HttpResponse::Ok().json(SessionTokens::new(signer.issue(user, session)?, token)))
}

/// Go on with a session.
///
/// Gives a new pair of tokens for a refresh token, which is used up by it. A refresh token that comes a second time was
/// stolen, or its thief came first: the whole session ends, and one has to log in again. A session ends after 30 days in
/// which it was not used, and after 90 days however much it was.
#[utoipa::path(tag = "auth", responses((status = 200, description = "The next tokens of the session.", body = SessionTokens), SessionProblems))]
#[post("/auth/refresh")]
async fn refresh_session(
    _: Query<NoParameters>,
    body: Json<RefreshRequest>,
    db: Data<Db>,
    keyring: Data<Keyring>,
) -> http::Result<HttpResponse> {
    let old = RefreshToken::parse(&body.refresh_token).ok_or_else(refused)?.hash();
    // Before the old token is used up: what fails after that leaves the client with nothing.
    let signer = keyring.signer().await?;
    let (token, now) = (RefreshToken::generate(), Utc::now());
    let new = token.hash();
    match db.write(move |tx| store::sessions::exchange(tx, &old, &new, now)).await? {
        Exchange::Done { user, session } => Ok(HttpResponse::Ok().json(SessionTokens::new(signer.issue(user, session)?, token))),
        Exchange::Replayed => {
            log::warn!("a refresh token was used a second time; its session has been ended");
            Err(refused())
        }
        Exchange::Refused => Err(refused()),
    }
}

/// Log out.
///
/// Ends the session of the refresh token; its access tokens are good for nothing from then on. A token that belongs to no
/// session answers the same.
#[utoipa::path(tag = "auth", responses((status = 204, description = "The session has ended."), SessionProblems))]
#[post("/auth/logout")]
async fn log_out(_: Query<NoParameters>, body: Json<RefreshRequest>, db: Data<Db>) -> http::Result<HttpResponse> {
    if let Some(token) = RefreshToken::parse(&body.refresh_token) {
        let hash = token.hash();
        db.write(move |tx| store::sessions::end_by_token(tx, &hash)).await?;
    }
    Ok(HttpResponse::NoContent().finish())
}

/// List the signing keys.
///
/// The public keys of access tokens (RFC 7517), for programs that check one themselves. A new key is here ten minutes
/// before it signs, and an old one for a day after it signed its last.
#[utoipa::path(
    tag = "auth",
    responses((status = 200, description = "The keys.", body = JwkSet, content_type = "application/jwk-set+json"), StandingProblems)
)]
#[get("/auth/jwks.json")]
async fn list_signing_keys(_: Query<NoParameters>, keyring: Data<Keyring>) -> http::Result<TaggedBytes> {
    let keys = JwkSet::new(keyring.public_keys().await?);
    let bytes = serde_json::to_vec(&keys).map_err(|fault| Problem::new(ProblemKind::Internal, "").with_source(fault))?;
    Ok(TaggedBytes::new(bytes, "application/jwk-set+json"))
}

fn wrong_credentials() -> Problem {
    Problem::new(ProblemKind::WrongCredentials, "Look at both, or ask an admin for a new password.")
}

fn refused() -> Problem {
    Problem::new(ProblemKind::InvalidToken, "The refresh token is unknown, used up, expired or revoked; log in again.")
}
