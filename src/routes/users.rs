//! The users, for who administers them.

use actix_web::{HttpResponse, delete, get, patch, post, web::Data};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    access::{caller::Allowed, permission::ManageUsers},
    api::user::{CheckedChanges, CheckedUser, ListUsers, NewUser, User, UserPatch},
    domain::id::UserId,
    http::{
        self, AccessProblems, CreateProblems, Cursor, IfMatch, Json, ListProblems, NoParameters, Page, Path, Query, ReadProblems, Tagged,
        WriteProblems,
    },
    store::{
        self,
        db::Db,
        users::{UserChanges, UserRow},
    },
};

/// The routes of this file.
pub fn routes(config: &mut ServiceConfig) {
    config.service(list_users).service(create_user).service(show_user).service(update_user).service(delete_user);
}

/// What a cursor of the list is bound to: there is one order and no filter.
const LIST: &str = "users";

/// List users.
///
/// The newest account first.
#[utoipa::path(
    tag = "users",
    params(ListUsers),
    security(("token" = [ManageUsers])),
    responses((status = 200, description = "A page of users.", body = Page<User>), ListProblems, AccessProblems)
)]
#[get("/users")]
async fn list_users(_: Allowed<ManageUsers>, query: Query<ListUsers>, db: Data<Db>) -> http::Result<Tagged<Page<User>>> {
    let ListUsers { limit, cursor, count } = query.into_inner();
    let after: Option<UserId> = cursor.map(|cursor| Cursor::decode(&cursor, LIST)).transpose()?;
    let (mut rows, total) = db
        .read(move |conn| {
            let total = if count { Some(store::users::count(conn)?) } else { None };
            // One more than is shown tells whether there is a next page.
            Ok((store::users::list(conn, after, limit.rows() + 1)?, total))
        })
        .await?;
    let shown = usize::from(limit.get());
    let has_more = rows.len() > shown;
    rows.truncate(shown);
    let next = rows.last().filter(|_| has_more).map(|last| Cursor::encode(&last.id, LIST));
    Ok(Tagged::page(Page::new(rows.into_iter().map(User::from).collect(), limit, next).total(total)))
}

/// Add a user.
///
/// They can log in at once, with the password that is given here.
#[utoipa::path(
    tag = "users",
    security(("token" = [ManageUsers])),
    responses((status = 201, description = "The new user.", body = User), CreateProblems)
)]
#[post("/users")]
async fn create_user(admin: Allowed<ManageUsers>, _: Query<NoParameters>, body: Json<NewUser>, db: Data<Db>) -> http::Result<Tagged<User>> {
    let CheckedUser { email, name, role, password } = body.into_inner().try_into()?;
    let (actor, password_hash) = (admin.actor(), password.hash_in_turn().await?);
    let new = store::users::NewUser { email, name, role, password_hash };
    let user = db.write(move |tx| store::users::insert(tx, actor, new.clone())).await?;
    let location = format!("/v1/users/{}", user.id);
    Ok(tagged(user).created(location))
}

/// Show a user.
///
/// With their role and whether they may log in; never with anything of their password.
#[utoipa::path(
    tag = "users",
    params(("id" = uuid::Uuid, Path, description = "The user's id.")),
    security(("token" = [ManageUsers])),
    responses((status = 200, description = "The user.", body = User), ReadProblems, AccessProblems)
)]
#[get("/users/{id}")]
async fn show_user(_: Allowed<ManageUsers>, path: Path<UserId>, _: Query<NoParameters>, db: Data<Db>) -> http::Result<Tagged<User>> {
    let id = path.into_inner();
    Ok(tagged(db.read(move |conn| store::users::get(conn, id)).await?))
}

/// Change a user.
///
/// A new role holds from their next request on. Disabling them, or giving them another password, ends their sessions at
/// once. The last admin who can log in keeps their role and is not disabled: 409.
#[utoipa::path(
    tag = "users",
    params(("id" = uuid::Uuid, Path, description = "The user's id.")),
    security(("token" = [ManageUsers])),
    responses((status = 200, description = "The user as they are now.", body = User), WriteProblems)
)]
#[patch("/users/{id}")]
async fn update_user(
    admin: Allowed<ManageUsers>,
    path: Path<UserId>,
    expected: IfMatch,
    _: Query<NoParameters>,
    patch: Json<UserPatch>,
    db: Data<Db>,
) -> http::Result<Tagged<User>> {
    let CheckedChanges { name, role, is_disabled, password } = patch.into_inner().try_into()?;
    let password_hash = match password {
        Some(password) => Some(password.hash_in_turn().await?),
        None => None,
    };
    let (actor, id, session) = (admin.actor(), path.into_inner(), admin.session());
    let changes = UserChanges { name, role, is_disabled, password_hash };
    let user = db.write(move |tx| store::users::update(tx, actor, id, expected.version(), changes.clone(), Some(session))).await?;
    Ok(tagged(user))
}

/// Delete a user.
///
/// Ends their sessions at once; what they wrote stays. Nobody can delete themselves, nor the last admin who can log in: 409.
#[utoipa::path(
    tag = "users",
    params(("id" = uuid::Uuid, Path, description = "The user's id.")),
    security(("token" = [ManageUsers])),
    responses((status = 204, description = "The user is gone."), WriteProblems)
)]
#[delete("/users/{id}")]
async fn delete_user(
    admin: Allowed<ManageUsers>,
    path: Path<UserId>,
    expected: IfMatch,
    _: Query<NoParameters>,
    db: Data<Db>,
) -> http::Result<HttpResponse> {
    let (actor, id) = (admin.actor(), path.into_inner());
    db.write(move |tx| store::users::delete(tx, actor, id, expected.version())).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn tagged(user: UserRow) -> Tagged<User> {
    let (version, updated_at) = (user.version, user.updated_at);
    Tagged::new(User::from(user)).version(version).last_modified(updated_at)
}
