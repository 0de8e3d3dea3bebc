//! How far a reader of the delta is, as an opaque text: `since`, and the id of an event.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    domain::{id::SectionId, licence::Scope},
    http::{
        Result,
        paging::Cursor,
        problem::{Problem, ProblemKind},
    },
    store::delta::{Position, Why},
};

/// What a token is good for: the section that is followed, and who follows.
#[derive(Clone, Debug)]
pub struct Followed {
    /// Everything without.
    pub section: Option<SectionId>,
    /// Who asks.
    pub scope: Scope,
}

/// The position, and a digest of what its reader might read then.
#[derive(Debug, Serialize, Deserialize)]
struct Token(Position, String);

impl Followed {
    /// Writes a position down.
    #[must_use]
    pub fn token(&self, position: Position) -> String {
        Cursor::encode(&Token(position, self.digest()), &self.fingerprint())
    }

    /// Reads it back.
    ///
    /// # Errors
    /// 400 when it is none of ours or of another section; 410 when what the caller may read is not what it was.
    pub fn position(&self, token: &str) -> Result<Position> {
        let Token(position, of_scope) = Cursor::decode_since(token, &self.fingerprint())?;
        if of_scope == self.digest() {
            return Ok(position);
        }
        // What was out of reach then has no entry now.
        Err(gone("What this credential may read was changed. Start again without `since`."))
    }

    /// What tells it from others: those who follow the same are told the same.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{} {}", self.fingerprint(), self.digest())
    }

    fn fingerprint(&self) -> String {
        format!("changes {:?}", self.section)
    }

    fn digest(&self) -> String {
        let hash = Sha256::digest(format!("{:?}", self.scope.of_reader()));
        hash[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The answer to who has to start again.
#[must_use]
pub fn refused(why: Why) -> Problem {
    gone(match why {
        Why::Elsewhere => {
            "The token is of another database: this one was restored, or has taken over from it. Start again without `since`."
        }
        Why::Trimmed => "The token is older than the log is kept. Start again without `since`.",
    })
}

fn gone(detail: &str) -> Problem {
    Problem::new(ProblemKind::Gone, detail)
}
