//! Checks of the database.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Integer, Text, Timestamptz};

use super::Finding;
use crate::postgres::binaries::OLDEST_MAJOR;
use crate::store::migrations;

/// Clocks that differ by more (milliseconds) publish at the wrong second.
const LARGEST_DIFFERENCE_MS: i64 = 1000;

/// What the server says of itself, in one statement.
#[derive(QueryableByName)]
struct Facts {
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = Text)]
    version_text: String,
    #[diesel(sql_type = Text)]
    encoding: String,
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = Text)]
    schema: String,
    #[diesel(sql_type = Bool)]
    is_replica: bool,
    #[diesel(sql_type = Bool)]
    may_create: bool,
    /// Tables of the schema that the role may not both read and write.
    #[diesel(sql_type = Array<Text>)]
    closed_tables: Vec<String>,
    #[diesel(sql_type = Timestamptz)]
    now: DateTime<Utc>,
}

const FACTS: &str = "\
select current_setting('server_version_num')::int as version,
       current_setting('server_version') as version_text,
       current_setting('server_encoding') as encoding,
       current_user::text as role,
       coalesce(current_schema()::text, '') as schema,
       pg_is_in_recovery() as is_replica,
       coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) as may_create,
       array(select relname::text from pg_class
             where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
               and relname <> '__diesel_schema_migrations'
               and not (has_table_privilege(oid, 'SELECT') and has_table_privilege(oid, 'INSERT')
                        and has_table_privilege(oid, 'UPDATE') and has_table_privilege(oid, 'DELETE'))
             order by 1) as closed_tables,
       clock_timestamp() as now";

/// Connects and checks.
pub fn examine(url: &str) -> Vec<Finding> {
    let mut conn = match PgConnection::establish(url) {
        Ok(conn) => conn,
        Err(fault) => {
            let problem = fault.to_string().trim().replace('\n', " ");
            return vec![Finding::bad("connection", problem, "check the host, the name and the password in DATABASE_URL")];
        }
    };
    let asked = Utc::now();
    let facts = match diesel::sql_query(FACTS).get_result::<Facts>(&mut conn) {
        Ok(facts) => facts,
        Err(fault) => return vec![Finding::bad("connection", fault.to_string(), "check that the server is a Postgres")],
    };
    let answered = Utc::now();
    let pending = migrations::pending(url);
    let is_pending = pending.as_ref().is_ok_and(|pending| !pending.is_empty());
    vec![server(&facts), privileges(&facts, is_pending), schema(pending), clock(facts.now, asked, answered)]
}

fn server(facts: &Facts) -> Finding {
    const CHECK: &str = "server";
    let Facts { version, version_text, encoding, is_replica, .. } = facts;
    if u32::try_from(version / 10_000).unwrap_or(0) < OLDEST_MAJOR {
        return Finding::bad(CHECK, format!("is Postgres {version_text}"), format!("use Postgres {OLDEST_MAJOR} or later"));
    }
    if encoding != "UTF8" {
        return Finding::bad(CHECK, format!("the database is in {encoding}"), "create one with ENCODING 'UTF8'");
    }
    if *is_replica {
        return Finding::bad(CHECK, "is a replica, which takes no writes", "name the primary in DATABASE_URL");
    }
    Finding::good(CHECK, format!("Postgres {version_text}, {encoding}"))
}

fn privileges(facts: &Facts, is_pending: bool) -> Finding {
    const CHECK: &str = "privileges";
    let Facts { role, schema, may_create, closed_tables, .. } = facts;
    if schema.is_empty() {
        return Finding::bad(
            CHECK,
            format!("no schema of the search path is open to {role}"),
            format!("grant usage on schema public to {role}"),
        );
    }
    if is_pending && !may_create {
        let remedy = format!("grant create on schema {schema} to {role}, or run `broadsheet migrate` as the schema's owner");
        return Finding::bad(CHECK, format!("{role} may not create tables in schema {schema}, and migrations are pending"), remedy);
    }
    if !closed_tables.is_empty() {
        let remedy = format!("grant select, insert, update, delete on all tables in schema {schema} to {role}");
        return Finding::bad(CHECK, format!("{role} may not read and write {}", closed_tables.join(", ")), remedy);
    }
    Finding::good(CHECK, format!("{role} in schema {schema}"))
}

fn schema(pending: anyhow::Result<Vec<String>>) -> Finding {
    const CHECK: &str = "migrations";
    match pending {
        Ok(names) if names.is_empty() => Finding::good(CHECK, "none pending"),
        Ok(names) => Finding::bad(CHECK, format!("{} pending", names.len()), "run `broadsheet migrate`; `broadsheet serve` does it too"),
        Err(fault) => Finding::bad(CHECK, format!("{fault:#}"), "check that the role may read the schema"),
    }
}

/// The database's time must lie between those of question and answer, give or take.
fn clock(theirs: DateTime<Utc>, asked: DateTime<Utc>, answered: DateTime<Utc>) -> Finding {
    const CHECK: &str = "clock";
    let behind = (asked - theirs).num_milliseconds().max(0);
    let ahead = (theirs - answered).num_milliseconds().max(0);
    let difference = behind.max(ahead);
    if difference > LARGEST_DIFFERENCE_MS {
        let way = if ahead > behind { "ahead of" } else { "behind" };
        let problem = format!("the database's clock is {:.1} s {way} this machine's", difference as f64 / 1000.0);
        return Finding::bad(CHECK, problem, "let both take their time from the network (NTP)");
    }
    Finding::good(CHECK, format!("the database's differs by {difference} ms"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use chrono::TimeDelta;

    use super::*;

    fn facts() -> Facts {
        Facts {
            version: 150_013,
            version_text: "15.13".into(),
            encoding: "UTF8".into(),
            role: "news".into(),
            schema: "public".into(),
            is_replica: false,
            may_create: false,
            closed_tables: Vec::new(),
            now: Utc::now(),
        }
    }

    #[test]
    fn a_server_is_new_enough_in_utf8_and_no_replica() {
        assert!(server(&facts()).outcome.is_ok());
        assert!(server(&Facts { version: 130_020, ..facts() }).outcome.is_err());
        assert!(server(&Facts { encoding: "LATIN1".into(), ..facts() }).outcome.is_err());
        assert!(server(&Facts { is_replica: true, ..facts() }).outcome.is_err());
    }

    #[test]
    fn the_right_to_create_is_wanted_only_for_migrations() {
        assert!(privileges(&facts(), false).outcome.is_ok());
        assert!(privileges(&facts(), true).outcome.unwrap_err().remedy.contains("grant create on schema public to news"));
        assert!(privileges(&Facts { closed_tables: vec!["articles".into()], ..facts() }, false).outcome.is_err());
    }

    #[test]
    fn a_slow_answer_is_no_difference_of_clocks() {
        let asked = Utc::now();
        let answered = asked + TimeDelta::seconds(5);
        assert!(clock(asked + TimeDelta::seconds(3), asked, answered).outcome.is_ok());
        let problem = |theirs| clock(theirs, asked, answered).outcome.unwrap_err().problem;
        assert!(problem(asked - TimeDelta::seconds(3)).contains("3.0 s behind"));
        assert!(problem(answered + TimeDelta::seconds(3)).contains("3.0 s ahead of"));
    }
}
