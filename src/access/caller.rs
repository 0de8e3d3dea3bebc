//! Who calls: settled once by [`identify`], read from there by extractors that never wait.

use std::{
    future::{Ready, ready},
    marker::PhantomData,
    sync::Arc,
};

use actix_web::{
    Error, FromRequest, HttpMessage, HttpRequest,
    body::{EitherBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::header::{AUTHORIZATION, HeaderMap},
    middleware::Next,
    web::Data,
};
use uuid::Uuid;

use super::{
    keyring::Keyring,
    permission::Action,
    token::{self, Refusal},
};
use crate::{
    domain::{actor::Actor, id::UserId, licence::Scope},
    http::{self, Problem, ProblemKind, caching::Credentialed},
    store::{self, db::Db, users::UserRow as User},
};

/// Where a client goes to get another token. It may well send the broken one along, which must not be in its way.
const WAYS_BACK_IN: [&str; 3] = ["/v1/auth/login", "/v1/auth/refresh", "/v1/auth/logout"];

/// A user who has shown a good token: in the request's extensions.
#[derive(Debug)]
struct SignedIn {
    user: User,
    session: Uuid,
}

/// Middleware that settles who calls, before anything else looks at the request.
///
/// Without `Authorization` it is a reader like any other. With one that is not good the request ends here, public route
/// or not: a client whose token is broken must learn it, and not wonder why drafts are missing. The user is read from the
/// database each time, so that whoever is disabled is out at once. It needs a `Db` and a `Keyring` in application data.
///
/// # Errors
/// None: a refusal is an answer.
pub async fn identify<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    if !request.headers().contains_key(AUTHORIZATION) || WAYS_BACK_IN.contains(&request.path()) {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    request.extensions_mut().insert(Credentialed);
    match sign_in(&request).await {
        Ok(signed_in) => {
            request.extensions_mut().insert(Arc::new(signed_in));
            Ok(next.call(request).await?.map_into_left_body())
        }
        Err(problem) => Ok(request.error_response(problem).map_into_right_body()),
    }
}

async fn sign_in(request: &ServiceRequest) -> http::Result<SignedIn> {
    let (Some(db), Some(keyring)) = (request.app_data::<Data<Db>>(), request.app_data::<Data<Keyring>>()) else {
        return Err(Problem::new(ProblemKind::Internal, "").with_source("`identify` finds no Db or no Keyring in application data"));
    };
    let claims = keyring.verify(bearer(request.headers())?).await?;
    let (id, session) = (UserId(claims.sub), claims.sid);
    let user = db.read(move |conn| store::users::find_signed_in(conn, id, session)).await?;
    let user = user.ok_or_else(|| Problem::new(ProblemKind::InvalidToken, "The session of this access token has ended; log in again."))?;
    Ok(SignedIn { user, session })
}

/// The token in `Authorization: Bearer …` (RFC 6750 §2.1). Not from the query or the body: there it ends up in logs.
fn bearer(headers: &HeaderMap) -> http::Result<&str> {
    let refused = |detail: &str| Problem::new(ProblemKind::InvalidToken, detail);
    let mut values = headers.get_all(AUTHORIZATION);
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(refused("There is more than one `Authorization` header; send one."));
    };
    let value = value.to_str().map_err(|_| refused(&Refusal::Foreign.to_string()))?;
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(refused("`Authorization` takes the scheme `Bearer` only: `Authorization: Bearer …`."));
    }
    let token = token.trim_matches(' ');
    if token.is_empty() {
        return Err(refused("There is no token after `Bearer`."));
    }
    if token.len() > token::MAX_LENGTH {
        return Err(refused("The token is longer than any of ours."));
    }
    Ok(token)
}

/// Whoever calls, known or not. Never fails.
#[derive(Clone, Debug)]
pub struct Caller(Option<Arc<SignedIn>>);

impl Caller {
    /// What they may read.
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.user().map_or(Scope::Public, |user| Scope::of(user.id, user.role))
    }

    /// Who they are, unless they are a reader like any other.
    #[must_use]
    pub fn user(&self) -> Option<&User> {
        self.0.as_deref().map(|signed_in| &signed_in.user)
    }

    /// Whether they may do it.
    #[must_use]
    pub fn may<A: Action>(&self) -> bool {
        self.user().is_some_and(|user| A::allows(user.role))
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<http::Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(signed_in(request))))
    }
}

/// A user who may do `A`: 401 for who is nobody, 403 that names the permission for who may not.
pub struct Allowed<A> {
    signed_in: Arc<SignedIn>,
    action: PhantomData<A>,
}

impl<A: Action> Allowed<A> {
    /// Who acts, for the store.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::new(self.signed_in.user.id, self.signed_in.user.role)
    }

    /// Who they are.
    #[must_use]
    pub fn user(&self) -> &User {
        &self.signed_in.user
    }

    /// Their session: the family of its refresh tokens.
    #[must_use]
    pub fn session(&self) -> Uuid {
        self.signed_in.session
    }
}

impl<A: Action> FromRequest for Allowed<A> {
    type Error = Problem;
    type Future = Ready<http::Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match signed_in(request) {
            None => Err(Problem::unauthenticated("Send an access token: `Authorization: Bearer …`; `POST /v1/auth/login` gives one.")),
            Some(signed_in) if A::allows(signed_in.user.role) => Ok(Self { signed_in, action: PhantomData }),
            Some(_) => Err(Problem::forbidden(A::NAME)),
        })
    }
}

fn signed_in(request: &HttpRequest) -> Option<Arc<SignedIn>> {
    request.extensions().get::<Arc<SignedIn>>().cloned()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use actix_web::test::TestRequest;
    use chrono::Utc;

    use super::*;
    use crate::{
        access::permission::{ManageUsers, WriteArticles},
        domain::role::Role,
    };

    fn request_of(role: Option<Role>) -> HttpRequest {
        let request = TestRequest::get().to_http_request();
        if let Some(role) = role {
            let (id, now) = (UserId::new(), Utc::now());
            let user = User {
                id,
                email: "a@example.org".to_owned(),
                name: "A".to_owned(),
                role,
                is_disabled: false,
                version: 1,
                created_at: now,
                updated_at: now,
            };
            request.extensions_mut().insert(Arc::new(SignedIn { user, session: Uuid::now_v7() }));
        }
        request
    }

    fn allowed<A: Action>(role: Option<Role>) -> http::Result<Allowed<A>> {
        Allowed::<A>::from_request(&request_of(role), &mut Payload::None).into_inner()
    }

    fn refusal<A: Action>(role: Option<Role>) -> Problem {
        allowed::<A>(role).err().unwrap()
    }

    fn header(values: &[&str]) -> HttpRequest {
        values.iter().fold(TestRequest::get(), |request, value| request.append_header((AUTHORIZATION, *value))).to_http_request()
    }

    #[test]
    fn nobody_reads_what_is_public_and_may_do_nothing() {
        let caller = Caller::from_request(&request_of(None), &mut Payload::None).into_inner().unwrap();
        assert_eq!(caller.scope(), Scope::Public);
        assert!(caller.user().is_none() && !caller.may::<WriteArticles>());
        assert_eq!(refusal::<WriteArticles>(None).kind, ProblemKind::Unauthenticated);
    }

    #[test]
    fn a_role_may_do_what_its_row_says() {
        let author = allowed::<WriteArticles>(Some(Role::Author)).ok().unwrap();
        assert_eq!((author.actor().user, author.actor().role), (Some(author.user().id), Role::Author));
        let refusal = refusal::<ManageUsers>(Some(Role::Author));
        assert_eq!(refusal.kind, ProblemKind::Forbidden);
        assert!(refusal.detail.contains("ManageUsers"), "{}", refusal.detail);
        let caller = Caller::from_request(&request_of(Some(Role::Author)), &mut Payload::None).into_inner().unwrap();
        assert!(caller.may::<WriteArticles>() && !caller.may::<ManageUsers>());
        assert_eq!(caller.scope(), Scope::Own(caller.user().unwrap().id));
    }

    #[test]
    fn a_token_comes_in_one_header_and_one_scheme() {
        for good in ["Bearer abc", "bearer abc", "BEARER  abc "] {
            assert_eq!(bearer(header(&[good]).headers()).unwrap(), "abc", "{good}");
        }
        for bad in [&[""][..], &["Bearer"], &["Bearer "], &["Basic YTpi"], &["abc"], &["Bearerabc"], &["Bearer a", "Bearer b"]] {
            assert_eq!(bearer(header(bad).headers()).unwrap_err().kind, ProblemKind::InvalidToken, "{bad:?}");
        }
        let long = format!("Bearer {}", "a".repeat(token::MAX_LENGTH + 1));
        assert_eq!(bearer(header(&[&long]).headers()).unwrap_err().kind, ProblemKind::InvalidToken);
    }
}
