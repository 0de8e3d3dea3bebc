//! Users, as an admin and as they themselves see them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{faults::Faults, patch::Patch};
use crate::{
    access::password::Password,
    domain::{
        account::{parse_email, parse_name},
        id::UserId,
        role::Role,
    },
    http::{self, FieldError, Limit, Problem},
    store::users::UserRow,
};

/// Somebody who may log in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0197a8f2-7c1b-7b0e-9a52-3f1f6f9f2d10", "email": "m.aydin@example.org", "name": "M. Aydin", "role": "editor",
    "is_disabled": false, "created_at": "2026-03-02T06:10:00Z", "updated_at": "2026-03-02T06:10:00Z"
}))]
pub struct User {
    /// Identifies the user.
    pub id: UserId,
    /// What they log in with, in lower case.
    #[schema(format = "email")]
    pub email: String,
    /// How they are called.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whether they may log in no more.
    pub is_disabled: bool,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        // The version is in the ETag.
        let UserRow { id, email, name, role, is_disabled, version: _, created_at, updated_at } = row;
        Self { id, email, name, role, is_disabled, created_at, updated_at }
    }
}

/// A page of users.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListUsers {
    /// How many items a page holds.
    #[serde(default)]
    #[param(inline, required = false)]
    pub limit: Limit,
    /// Where the page begins: `page.next_cursor` of the one before.
    #[param(nullable = false, required = false)]
    pub cursor: Option<String>,
    /// Whether to count all items, as `page.total`.
    #[serde(default)]
    pub count: bool,
}

/// A user to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "m.aydin@example.org", "name": "M. Aydin", "role": "editor", "password": "a storm at the harbour"}))]
pub struct NewUser {
    /// What they log in with. Case does not matter.
    // The pattern is what `parse_email` takes.
    #[schema(
        max_length = 254,
        pattern = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$"
    )]
    email: String,
    /// How they are called.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$")]
    name: String,
    /// What they may do.
    role: Role,
    /// From 12 to 256 characters, any of them. Never shown again.
    #[schema(format = "password", min_length = 12, max_length = 256, write_only)]
    password: String,
}

/// A user to be added, found whole; their password is still to be hashed.
#[derive(Debug)]
pub struct CheckedUser {
    /// In lower case.
    pub email: String,
    /// How they are called.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// As they chose it.
    pub password: Password,
}

impl TryFrom<NewUser> for CheckedUser {
    type Error = Problem;

    fn try_from(new: NewUser) -> http::Result<Self> {
        let NewUser { email, name, role, password } = new;
        let mut faults = Faults::default();
        let email = faults.parsed("/email", parse_email(&email));
        let name = faults.parsed("/name", parse_name(&name));
        let password = faults.parsed("/password", Password::parse(&password));
        let user = email.zip(name).zip(password).map(|((email, name), password)| Self { email, name, role, password });
        // Missing only where a fault was noted.
        faults.into_result(user)?.ok_or_else(|| Problem::validation(Vec::new()))
    }
}

/// What is to be changed of a user; a member that is absent stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"role": "editor"}))]
pub struct UserPatch {
    /// How they are called.
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 200, pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$")]
    name: Patch<String>,
    /// What they may do, from the next request on.
    #[serde(default)]
    #[schema(value_type = Role, required = false)]
    role: Patch<Role>,
    /// Whether they may log in no more. It ends their sessions at once.
    #[serde(default)]
    #[schema(value_type = bool, required = false)]
    is_disabled: Patch<bool>,
    /// From 12 to 256 characters, any of them. It ends their sessions.
    #[serde(default)]
    #[schema(value_type = String, required = false, format = "password", min_length = 12, max_length = 256, write_only)]
    password: Patch<String>,
}

/// What is to be changed of a user, found whole; a new password is still to be hashed.
#[derive(Debug, Default)]
pub struct CheckedChanges {
    /// How they are called.
    pub name: Option<String>,
    /// What they may do.
    pub role: Option<Role>,
    /// Whether they may log in no more.
    pub is_disabled: Option<bool>,
    /// As they chose it.
    pub password: Option<Password>,
}

impl TryFrom<UserPatch> for CheckedChanges {
    type Error = Problem;

    fn try_from(patch: UserPatch) -> http::Result<Self> {
        let UserPatch { name, role, is_disabled, password } = patch;
        let mut faults = Faults::default();
        let name = faults.kept("/name", name).and_then(|name| faults.parsed("/name", parse_name(&name)));
        let role = faults.kept("/role", role);
        let is_disabled = faults.kept("/is_disabled", is_disabled);
        let password = faults.kept("/password", password).and_then(|password| faults.parsed("/password", Password::parse(&password)));
        faults.into_result(Self { name, role, is_disabled, password })
    }
}

/// What one may change of one's own account; a member that is absent stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "M. Aydin", "password": "a calm day at the harbour", "current_password": "a storm at the harbour"}))]
pub struct AccountPatch {
    /// How one is called.
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 200, pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$")]
    name: Patch<String>,
    /// From 12 to 256 characters, any of them. It wants `current_password`, and ends one's other sessions.
    #[serde(default)]
    #[schema(value_type = String, required = false, format = "password", min_length = 12, max_length = 256, write_only)]
    password: Patch<String>,
    /// The password that one has logged in with. Needed with `password` only.
    #[serde(default)]
    #[schema(value_type = String, required = false, format = "password", write_only)]
    current_password: Patch<String>,
}

/// What is to be changed of one's own account, found whole.
pub struct CheckedAccount {
    /// How one is called.
    pub name: Option<String>,
    /// The new password, and what is said to be the current one, which is still to be tried.
    pub passwords: Option<(Password, String)>,
}

impl TryFrom<AccountPatch> for CheckedAccount {
    type Error = Problem;

    fn try_from(patch: AccountPatch) -> http::Result<Self> {
        let AccountPatch { name, password, current_password } = patch;
        let mut faults = Faults::default();
        let name = faults.kept("/name", name).and_then(|name| faults.parsed("/name", parse_name(&name)));
        if matches!((&password, &current_password), (Patch::Value(_), Patch::Absent)) {
            faults.add("/current_password", "missing", "A new password wants the current one beside it.");
        }
        let password = faults.kept("/password", password).and_then(|password| faults.parsed("/password", Password::parse(&password)));
        let current = faults.kept("/current_password", current_password);
        faults.into_result(Self { name, passwords: password.zip(current) })
    }
}

/// The current password was not right: 422 at its member.
#[must_use]
pub fn wrong_current_password() -> Problem {
    Problem::validation(vec![FieldError::new("/current_password", "wrong", "This is not the current password.")])
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use serde_json::{Value, json};

    use super::*;

    fn pointers(problem: Problem) -> Vec<String> {
        problem.errors.into_iter().map(|error| error.pointer).collect()
    }

    fn new_user(body: Value) -> http::Result<CheckedUser> {
        serde_json::from_value::<NewUser>(body).unwrap().try_into()
    }

    #[test]
    fn every_fault_of_a_new_user_is_named() {
        let body = json!({"email": "nobody", "name": " ", "role": "admin", "password": "short"});
        assert_eq!(pointers(new_user(body).unwrap_err()), ["/email", "/name", "/password"]);
        let body = json!({"email": "A@Example.org", "name": " A ", "role": "admin", "password": "a storm at the harbour"});
        let user = new_user(body).unwrap();
        assert_eq!((user.email.as_str(), user.name.as_str()), ("a@example.org", "A"));
    }

    #[test]
    fn null_is_not_taken_for_absent() {
        let check = |body: Value| CheckedChanges::try_from(serde_json::from_value::<UserPatch>(body).unwrap());
        let refused = check(json!({"name": null, "role": null, "is_disabled": null, "password": null})).unwrap_err();
        assert_eq!(pointers(refused), ["/name", "/role", "/is_disabled", "/password"]);
        let changes = check(json!({})).unwrap();
        assert!(changes.name.is_none() && changes.role.is_none() && changes.is_disabled.is_none() && changes.password.is_none());
    }

    #[test]
    fn a_new_password_of_ones_own_wants_the_current_one() {
        let check = |body: Value| CheckedAccount::try_from(serde_json::from_value::<AccountPatch>(body).unwrap());
        assert_eq!(pointers(check(json!({"password": "short"})).err().unwrap()), ["/current_password", "/password"]);
        assert!(check(json!({"password": "long enough a one", "current_password": "x"})).unwrap().passwords.is_some());
        assert!(check(json!({"current_password": "x"})).unwrap().passwords.is_none());
    }

    #[test]
    fn a_user_is_shown_without_their_password() {
        let (id, now) = (UserId::new(), Utc::now());
        let row = UserRow {
            id,
            email: "a@example.org".into(),
            name: "A".into(),
            role: Role::Author,
            is_disabled: false,
            version: 3,
            created_at: now,
            updated_at: now,
        };
        let shown = serde_json::to_value(User::from(row)).unwrap();
        let members: Vec<_> = shown.as_object().unwrap().keys().cloned().collect();
        assert_eq!(members, ["created_at", "email", "id", "is_disabled", "name", "role", "updated_at"]);
    }
}
