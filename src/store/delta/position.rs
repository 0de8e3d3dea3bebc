//! How far a reader of the delta has come: what is inside a token.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::snapshot::Snapshot;
use crate::store::keyset::TimeKey;

/// How far a reader of the delta has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Whose numbers these are: those of another database mean nothing here.
    #[serde(rename = "e")]
    pub epoch: String,
    /// Where in the delta.
    #[serde(rename = "s")]
    pub stage: Stage,
}

/// Where a reader stands, in the order in which a delta goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// In the middle of everything that there is.
    #[serde(rename = "w")]
    Walk {
        /// What the log is to be read from afterwards.
        #[serde(rename = "p")]
        seen: Seen,
        /// The last article that was given.
        #[serde(rename = "k")]
        after: TimeKey,
    },
    /// In the middle of the log.
    #[serde(rename = "l")]
    Log {
        /// What was seen when this part of the log was begun.
        #[serde(rename = "p")]
        seen: Seen,
        /// What will have been seen at its end.
        #[serde(rename = "u")]
        until: Seen,
        /// The last entry that was read: its transaction and its number.
        #[serde(rename = "a")]
        at: (i64, i64),
        /// Within the next entry, the last article of its list that was given.
        #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
        inside: Option<TimeKey>,
    },
    /// In the middle of what became visible by itself.
    #[serde(rename = "d")]
    Due {
        /// The time up to which that had been given before.
        #[serde(rename = "f", with = "chrono::serde::ts_microseconds")]
        from: DateTime<Utc>,
        /// What will have been seen at its end.
        #[serde(rename = "u")]
        until: Seen,
        /// The last article that was given, if one was.
        #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
        after: Option<TimeKey>,
    },
    /// At the end.
    #[serde(rename = "z")]
    Settled(Seen),
}

impl Stage {
    /// What of the log the reader has behind them for certain; entries beyond may be needed yet.
    #[must_use]
    pub const fn seen(&self) -> &Seen {
        match self {
            Self::Walk { seen, .. } | Self::Log { seen, .. } | Self::Settled(seen) => seen,
            Self::Due { until, .. } => until,
        }
    }

    /// Beyond this nothing was looked at.
    #[must_use]
    pub const fn reach(&self) -> &Seen {
        match self {
            Self::Walk { seen, .. } | Self::Settled(seen) => seen,
            Self::Log { until, .. } | Self::Due { until, .. } => until,
        }
    }
}

/// What was seen of the log, and of the clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The transactions.
    #[serde(rename = "x")]
    pub log: Snapshot,
    /// The time up to which articles that became visible by themselves were given.
    #[serde(rename = "t", with = "chrono::serde::ts_microseconds")]
    pub clock: DateTime<Utc>,
}

impl Seen {
    /// Whether the other has seen all of this.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.clock <= other.clock && self.log.is_within(&other.log)
    }
}
