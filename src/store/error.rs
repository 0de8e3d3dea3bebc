//! What can go wrong with data, in words that know nothing of HTTP.

use diesel::result::{DatabaseErrorKind, Error as Diesel};

/// The result of everything in the store.
pub type StoreResult<T> = Result<T, StoreError>;

/// Why a read or a write did not happen. Whatever it is, nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such thing, or the caller may not see it.
    #[error("not found")]
    NotFound,
    /// It was asked for by a slug that it no longer has.
    #[error("moved to {to}")]
    Moved {
        /// Its slug (of a section: its path) now.
        to: String,
    },
    /// A value that has to be unique belongs to another.
    #[error("{pointer} is taken")]
    Taken {
        /// A JSON pointer (RFC 6901) to the member.
        pointer: &'static str,
    },
    /// A member refers to what does not exist, or its value does not go with what is stored.
    #[error("{pointer}: {detail}")]
    Refused {
        /// A JSON pointer (RFC 6901) to the member.
        pointer: String,
        /// What was found and what would do, for the client.
        detail: String,
    },
    /// It cannot go, or change state, while something else holds.
    #[error("{detail}")]
    Conflict {
        /// What is in the way and what would clear it, for the client.
        detail: String,
    },
    /// The caller may see it, but not do this with it.
    #[error("{detail}")]
    Forbidden {
        /// Whose it would be to do, for the client.
        detail: String,
    },
    /// It was changed since the caller read it.
    #[error("stale version")]
    Stale,
    /// No connection or no answer in time; trying again may help.
    #[error("the database is busy or away: {0}")]
    Busy(String),
    /// A fault of ours or of the database's.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What is logged and never shown.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The database refused for a reason that no rule of ours foresees.
    #[error("database: {0}")]
    Database(Diesel),
    /// A stored value is not what our own writes would have left.
    #[error("stored data: {0}")]
    Data(#[from] serde_json::Error),
    /// The thread that did the work is gone.
    #[error("worker: {0}")]
    Worker(String),
}

/// Which constraint means which member (STYLE: uniqueness is the database's to decide).
const TAKEN: [(&str, &str); 11] = [
    ("articles_slug_key", "/slug"),
    ("tags_slug_key", "/slug"),
    ("authors_slug_key", "/slug"),
    ("pages_slug_key", "/slug"),
    ("menus_slug_key", "/slug"),
    ("collections_slug_key", "/slug"),
    ("sources_slug_key", "/slug"),
    ("sections_path_key", "/slug"),
    ("users_email_key", "/email"),
    ("partners_slug_key", "/slug"),
    ("licences_name_key", "/name"),
];

impl From<Diesel> for StoreError {
    fn from(error: Diesel) -> Self {
        match &error {
            Diesel::NotFound => Self::NotFound,
            Diesel::DatabaseError(kind, information) => match kind {
                DatabaseErrorKind::UniqueViolation => information
                    .constraint_name()
                    .and_then(|name| TAKEN.iter().find(|(constraint, _)| *constraint == name))
                    .map_or(Self::Fault(Fault::Database(error)), |(_, pointer)| Self::Taken { pointer }),
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::SerializationFailure => {
                    Self::Busy(information.message().to_owned())
                }
                _ if is_passing(information.message()) => Self::Busy(information.message().to_owned()),
                _ => Self::Fault(Fault::Database(error)),
            },
            Diesel::BrokenTransactionManager => Self::Busy("the connection broke in mid-transaction".to_owned()),
            _ => Self::Fault(Fault::Database(error)),
        }
    }
}

/// Diesel keeps no SQLSTATE for these; the server's own words (with `lc_messages` C, as we set it) tell.
fn is_passing(message: &str) -> bool {
    const PASSING: [&str; 9] = [
        "canceling statement due to statement timeout",
        "canceling statement due to lock timeout",
        "deadlock detected",
        "terminating connection",
        "the database system is",
        "server closed the connection",
        "connection to server",
        "no connection to the server",
        "cannot execute", // a standby that is still read-only
    ];
    PASSING.iter().any(|text| message.contains(text))
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Fault(Fault::Data(error))
    }
}
