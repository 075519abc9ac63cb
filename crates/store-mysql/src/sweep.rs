//! Removes what is over.

use time::OffsetDateTime;
use wechat_login_domain::PortError;

use crate::{
    database::Database,
    sql::{Sql, Value},
    sql_types::Moment,
};

/// How many rows go at once: a revocation that comes meanwhile waits for no more.
const BATCH: usize = 500;

const ENDED: &str = "DELETE FROM revocations WHERE bars_until <= ? ORDER BY bars_until, id LIMIT 500";

/// Each batch is a call of its own, so that requests get their turn.
pub(crate) async fn run(database: &Database, now: OffsetDateTime) -> Result<usize, PortError> {
    let mut removed = 0;
    loop {
        let mut lease = database.lease().await?;
        let batch = lease
            .execute(&Sql::new(ENDED, [Value::Moment(Moment(now))]))
            .await?;
        lease.done();
        removed += batch;
        if batch < BATCH {
            return Ok(removed);
        }
    }
}
