//! What a caller may read.

use super::{id::UserId, role::Role};

/// The part of the publication that a caller may read. Every read of the store takes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// What every reader may see: the visible.
    Public,
    /// The visible, and what this user has written.
    Own(UserId),
    /// Everything, published or not.
    Everything,
}

impl Scope {
    /// The scope of a user of the newsroom.
    #[must_use]
    pub const fn of(user: UserId, role: Role) -> Self {
        match role {
            Role::Author => Self::Own(user),
            Role::Admin | Role::Editor | Role::Reader => Self::Everything,
        }
    }
}
