//! Who does something.

use super::{id::UserId, licence::Scope, role::Role};

/// Who acts in a write. Its audit entry names them, and what an author may touch depends on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The user. None is whoever runs a command on the server's own machine.
    pub user: Option<UserId>,
    /// What they are in the newsroom.
    pub role: Role,
}

impl Actor {
    /// A user of the newsroom.
    #[must_use]
    pub const fn new(user: UserId, role: Role) -> Self {
        Self { user: Some(user), role }
    }

    /// Whoever runs a command on the server's own machine: can do everything, as they could with the database itself.
    #[must_use]
    pub const fn command_line() -> Self {
        Self { user: None, role: Role::Admin }
    }

    /// What they may read.
    #[must_use]
    pub const fn scope(self) -> Scope {
        match self.user {
            Some(user) => Scope::of(user, self.role),
            None => Scope::Everything,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_author_reads_what_is_their_own_and_the_others_everything() {
        let user = UserId::new();
        assert_eq!(Actor::new(user, Role::Author).scope(), Scope::Own(user));
        for role in [Role::Admin, Role::Editor, Role::Reader] {
            assert_eq!(Actor::new(user, role).scope(), Scope::Everything);
        }
        assert_eq!(Actor::command_line().scope(), Scope::Everything);
    }
}
