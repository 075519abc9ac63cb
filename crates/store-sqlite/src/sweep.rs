//! Removes what is over.

use diesel::{
    QueryableByName, RunQueryDsl, SqliteConnection, connection::SimpleConnection, sql_types::BigInt,
};
use time::{Duration, OffsetDateTime};
use wechat_login_domain::PortError;

use crate::{
    database::Database,
    failure::Failure,
    sql::{Sql, Value},
    sql_types::Moment,
};

/// How many rows go at once: a login that comes meanwhile waits for no more.
const BATCH: usize = 500;
/// How many pages go at once, and how many free ones are no reason to begin: they will be needed again.
const PAGES: i64 = 500;

/// A table's rows that are over when their moment lies so far back.
struct Ended {
    after: Duration,
    sql: &'static str,
}

macro_rules! ended {
    ($after:expr, $table:literal, $key:literal, $moment:literal) => {
        Ended {
            after: $after,
            sql: concat!(
                "DELETE FROM ",
                $table,
                " WHERE (",
                $key,
                ") IN (SELECT ",
                $key,
                " FROM ",
                $table,
                " WHERE ",
                $moment,
                " <= ? LIMIT 500)"
            ),
        }
    };
}

const ENDED: [Ended; 7] = [
    // A day longer than they last, so that their owners can be told.
    ended!(Duration::DAY, "sessions", "digest", "expires_at"),
    ended!(Duration::ZERO, "revocations", "id", "bars_until"),
    ended!(Duration::ZERO, "exchanges", "digest", "claimed_until"),
    ended!(Duration::ZERO, "kept_answers", "request", "kept_until"),
    ended!(Duration::ZERO, "pending_logins", "state", "expires_at"),
    // WeChat does not say how long a session_key is good, but who did not come for a month must come again first.
    ended!(Duration::days(30), "session_keys", "app_id, openid", "updated_at"),
    // Of an app that nobody asks for any more; the others' rows are written again before that.
    ended!(Duration::DAY, "app_tokens", "app_id", "kept_until"),
];

/// Each batch waits for its turn behind the requests that came before it.
pub(crate) async fn run(database: &Database, now: OffsetDateTime) -> Result<usize, PortError> {
    let mut removed = 0;
    for Ended { after, sql } in ENDED {
        let moment = Moment(now.saturating_sub(after));
        loop {
            let batch = database
                .write(move |connection| Ok(Sql::new(sql, [Value::Moment(moment)]).execute(connection)?))
                .await?;
            removed += batch;
            if batch < BATCH {
                break;
            }
        }
    }
    while database.write(give_back).await? {}
    Ok(removed)
}

#[derive(QueryableByName)]
struct Space {
    #[diesel(sql_type = BigInt)]
    free: i64,
    #[diesel(sql_type = BigInt)]
    pages: i64,
}

/// Shrinks a file of which more than a quarter is free, and says whether there may be more to do.
fn give_back(connection: &mut SqliteConnection) -> Result<bool, Failure> {
    let Space { free, pages } = space(connection)?;
    if free <= PAGES || free * 4 <= pages {
        return Ok(false);
    }
    connection.batch_execute("PRAGMA incremental_vacuum(500);")?;
    // A file that an operator has rebuilt without auto_vacuum does not shrink.
    Ok(space(connection)?.free < free)
}

fn space(connection: &mut SqliteConnection) -> Result<Space, Failure> {
    const SPACE: &str =
        "SELECT freelist_count AS free, page_count AS pages FROM pragma_freelist_count, pragma_page_count";
    Ok(Sql::new(SPACE, []).get_result(connection)?)
}
