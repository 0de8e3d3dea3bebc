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
    http::StatusCode,
    middleware::Next,
    web::Data,
};
use uuid::Uuid;

use super::{
    address::client_address,
    credential::{self, Credential},
    keyring::Keyring,
    limits::{self, Limit, Limits, Standing, Subject},
    partner::{self, PartnerCall, Strangers},
    permission::Action,
    usage::Usage,
};
use crate::{
    domain::{
        actor::Actor,
        id::{ArticleId, UserId},
        licence::Scope,
    },
    http::{self, Problem, ProblemKind, caching::Credentialed, middleware::AskedForHead},
    store::{self, db::Db, users::UserRow as User},
};

/// Where a client goes to get another token. It may well send the broken one along, which must not be in its way.
const WAYS_BACK_IN: [&str; 3] = ["/v1/auth/login", "/v1/auth/refresh", "/v1/auth/logout"];

/// What is counted against limits: application data.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counting {
    /// Requests a minute from one address without a credential; `None` limits nobody.
    pub anonymous_per_minute: Option<i64>,
    /// Whether an answer 304 and a HEAD request count like any other.
    pub unchanged_counts: bool,
}

/// A user who has shown a good token: in the request's extensions.
#[derive(Debug)]
struct SignedIn {
    user: User,
    session: Uuid,
}

/// Middleware that settles who calls and whether they may call so often, before anything else looks at the request.
///
/// Without a credential it is a reader like any other. With one that is not good the request ends here, public route
/// or not: a client whose token is broken must learn it, and not wonder why drafts are missing. Users and keys are read from the
/// database each time, so that whoever is disabled or revoked is out at once. It needs `Db`, `Keyring`, [`Doorkeeper`] and
/// [`Counting`] in application data.
///
/// # Errors
/// None: a refusal is an answer.
pub async fn identify<B: MessageBody>(mut request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    if WAYS_BACK_IN.contains(&request.path()) {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    if credential::is_shown(&request) {
        request.extensions_mut().insert(Credentialed);
    }
    let counted = match admit(&mut request).await {
        Ok(counted) => counted,
        Err(problem) => return Ok(request.error_response(problem).map_into_right_body()),
    };
    let Some(counted) = counted else { return Ok(next.call(request).await?.map_into_left_body()) };
    let is_head = request.extensions().contains::<AskedForHead>();
    let mut answer = next.call(request).await?;
    counted.settle(&mut answer, is_head);
    Ok(answer.map_into_left_body())
}

/// What all workers of a server share to know who may come in.
pub struct Doorkeeper {
    /// What is left of limits.
    pub limits: Limits,
    /// Who tries keys that do not exist.
    pub strangers: Strangers,
    /// What keys are used for.
    pub usage: Usage,
}

/// A request that was counted.
struct Counted {
    doorkeeper: Data<Doorkeeper>,
    subject: Subject,
    limits: Vec<Limit>,
    standings: Vec<Standing>,
    partner: Option<Arc<PartnerCall>>,
    unchanged_counts: bool,
}

impl Counted {
    /// Gives back what is not to count, tells the partner how their limits stand, and notes what they asked for.
    fn settle<B>(self, answer: &mut ServiceResponse<B>, is_head: bool) {
        let is_free = !self.unchanged_counts && (is_head || answer.status() == StatusCode::NOT_MODIFIED);
        if is_free {
            self.doorkeeper.limits.refund(self.subject, &self.limits);
        }
        let Some(partner) = self.partner else { return };
        let back = i64::from(is_free);
        let standings: Vec<Standing> = self.standings.iter().map(|one| Standing { remaining: one.remaining + back, ..*one }).collect();
        limits::tell(answer.headers_mut(), &standings);
        if !is_free {
            let operation = answer.request().match_pattern().unwrap_or_else(|| "none".to_owned());
            self.doorkeeper.usage.count(partner.key, operation, partner.article());
        }
    }
}

async fn admit(request: &mut ServiceRequest) -> http::Result<Option<Counted>> {
    let (Some(db), Some(keyring), Some(doorkeeper)) =
        (request.app_data::<Data<Db>>(), request.app_data::<Data<Keyring>>(), request.app_data::<Data<Doorkeeper>>())
    else {
        return Err(
            Problem::new(ProblemKind::Internal, "").with_source("`identify` finds no Db, Keyring or Doorkeeper in application data")
        );
    };
    let (db, keyring, doorkeeper) = (db.clone(), keyring.clone(), doorkeeper.clone());
    let counting = request.app_data::<Counting>().copied().unwrap_or_default();
    let credential = credential::take(request)?;
    let address = client_address(request.request());
    let (subject, limits, partner) = match credential {
        Credential::Token(token) => {
            let signed_in = sign_in(&db, &keyring, &token).await?;
            request.extensions_mut().insert(Arc::new(signed_in));
            return Ok(None);
        }
        Credential::Key(key) => {
            let call = Arc::new(partner::sign_in(&db, &doorkeeper.strangers, key, address).await?);
            request.extensions_mut().insert(Arc::clone(&call));
            (call.subject(), call.limits.to_vec(), Some(call))
        }
        Credential::None => {
            // Probes and documentation are nobody's quota.
            let (Some(quota), Some(address), true) = (counting.anonymous_per_minute, address, request.path().starts_with("/v1/")) else {
                return Ok(None);
            };
            (Subject::at(address), vec![Limit::burst(quota)], None)
        }
    };
    let standings = doorkeeper.limits.take(subject, &limits).await?;
    Ok(Some(Counted { doorkeeper, subject, limits, standings, partner, unchanged_counts: counting.unchanged_counts }))
}

async fn sign_in(db: &Db, keyring: &Keyring, token: &str) -> http::Result<SignedIn> {
    let claims = keyring.verify(token).await?;
    let (id, session) = (UserId(claims.sub), claims.sid);
    let user = db.read(move |conn| store::users::find_signed_in(conn, id, session)).await?;
    let user = user.ok_or_else(|| Problem::new(ProblemKind::InvalidToken, "The session of this access token has ended; log in again."))?;
    Ok(SignedIn { user, session })
}

/// Whoever calls, known or not. Never fails.
#[derive(Clone, Debug)]
pub struct Caller {
    user: Option<Arc<SignedIn>>,
    partner: Option<Arc<PartnerCall>>,
}

impl Caller {
    /// What they may read.
    #[must_use]
    pub fn scope(&self) -> Scope {
        match (&self.user, &self.partner) {
            (Some(signed_in), _) => Scope::of(signed_in.user.id, signed_in.user.role),
            (None, Some(partner)) => Scope::Licensed(Arc::clone(&partner.licence)),
            (None, None) => Scope::Public,
        }
    }

    /// Who they are, where they are of the newsroom.
    #[must_use]
    pub fn user(&self) -> Option<&User> {
        self.user.as_deref().map(|signed_in| &signed_in.user)
    }

    /// Who they are, where they came by a key.
    #[must_use]
    pub fn partner(&self) -> Option<&PartnerCall> {
        self.partner.as_deref()
    }

    /// Whether they may do it.
    #[must_use]
    pub fn may<A: Action>(&self) -> bool {
        self.user().is_some_and(|user| A::allows(user.role))
    }

    /// Notes the one article that the request is about, for the report of a partner's usage.
    pub fn about(&self, article: ArticleId) {
        if let Some(partner) = &self.partner {
            partner.about(article.0);
        }
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<http::Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self { user: signed_in(request), partner: request.extensions().get::<Arc<PartnerCall>>().cloned() }))
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
            None if request.extensions().contains::<Arc<PartnerCall>>() => Err(Problem::new(
                ProblemKind::Forbidden,
                format!("An API key only reads; this needs an access token with the permission `{}`.", A::NAME),
            )),
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
}
