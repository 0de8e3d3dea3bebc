//! One's own account.

use actix_web::{HttpRequest, get, patch, web::Data};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    access::{
        address::client_address,
        caller::Allowed,
        password::{self, Verdict},
        permission::ManageOwnAccount,
        throttle::Attempt,
    },
    api::user::{AccountPatch, CheckedAccount, User, wrong_current_password},
    http::{self, AccessProblems, AttemptProblems, IfMatch, Json, NoParameters, Query, StandingProblems, Tagged, WriteProblems},
    store::{self, db::Db, users::UserChanges},
};

/// The routes of this file.
pub fn routes(config: &mut ServiceConfig) {
    config.service(show_me).service(update_me);
}

/// Show one's own account.
///
/// Who calls, as the access token says: name, address and role. Its `ETag` is what a change wants.
#[utoipa::path(
    tag = "me",
    security(("token" = [ManageOwnAccount])),
    responses((status = 200, description = "The account of the caller.", body = User), StandingProblems, AccessProblems)
)]
#[get("/me")]
async fn show_me(caller: Allowed<ManageOwnAccount>, _: Query<NoParameters>) -> Tagged<User> {
    tagged(caller.user().clone())
}

/// Change one's own account.
///
/// A new password wants the current one, which may be tried as often as at a login, and ends one's other sessions.
#[utoipa::path(
    tag = "me",
    security(("token" = [ManageOwnAccount])),
    responses((status = 200, description = "The account as it is now.", body = User), WriteProblems, AttemptProblems)
)]
#[patch("/me")]
async fn update_me(
    caller: Allowed<ManageOwnAccount>,
    request: HttpRequest,
    expected: IfMatch,
    _: Query<NoParameters>,
    patch: Json<AccountPatch>,
    db: Data<Db>,
) -> http::Result<Tagged<User>> {
    let CheckedAccount { name, passwords } = patch.into_inner().try_into()?;
    let (id, actor, session) = (caller.user().id, caller.actor(), caller.session());
    let mut changes = UserChanges { name, ..UserChanges::default() };
    if let Some((new, current)) = passwords {
        let attempt = Attempt::begin(&db, &caller.user().email, client_address(&request)).await?;
        let stored = db.read(move |conn| store::users::get_password_hash(conn, id)).await?;
        if password::check(current, Some(stored)).await? == Verdict::Wrong {
            return Err(wrong_current_password());
        }
        db.write(move |tx| attempt.succeed(tx, chrono::Utc::now())).await?;
        changes.password_hash = Some(new.hash_in_turn().await?);
    }
    let user = db.write(move |tx| store::users::update(tx, actor, id, expected.version(), changes.clone(), Some(session))).await?;
    Ok(tagged(user))
}

fn tagged(user: store::users::UserRow) -> Tagged<User> {
    let (version, updated_at) = (user.version, user.updated_at);
    Tagged::new(User::from(user)).version(version).last_modified(updated_at)
}
