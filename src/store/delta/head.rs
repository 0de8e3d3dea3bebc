//! The present, as a token can hold it.

use chrono::{DateTime, Utc};
use diesel::{
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    result::QueryResult,
    sql_types::{BigInt, Text, Timestamptz},
};
use sha2::{Digest, Sha256};

use super::{position::Seen, snapshot::Snapshot};
use crate::store::error::{Fault, StoreResult};

/// What a transaction sees, and which log its numbers are of.
#[derive(Clone, Debug)]
pub struct Head {
    /// All that has been committed, and the time.
    pub now: Seen,
    /// The latest transaction of which something was removed from the log.
    pub floor: i64,
    /// Which database this is, short.
    pub epoch: String,
}

/// The present of this transaction.
///
/// # Errors
/// Those of the database.
pub fn head(conn: &mut PgConnection) -> StoreResult<Head> {
    let (snapshot, clock, floor, epoch): (String, DateTime<Utc>, i64, String) = AskHead.get_result(conn)?;
    let log = Snapshot::parse(&snapshot).ok_or_else(|| Fault::Worker(format!("a snapshot of another form: {snapshot}")))?;
    let epoch = Sha256::digest(epoch)[..6].iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Head { now: Seen { log, clock }, floor, epoch })
}

/// The statement, with a query id so that it stays prepared.
#[derive(Debug, QueryId)]
struct AskHead;

impl QueryFragment<Pg> for AskHead {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(include_str!("../sql/delta_head.sql"));
        Ok(())
    }
}

impl Query for AskHead {
    type SqlType = (Text, Timestamptz, BigInt, Text);
}

impl RunQueryDsl<PgConnection> for AskHead {}
