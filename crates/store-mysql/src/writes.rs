//! Whether the service may write what it has to. A server that lets it read and nothing else would have it start, and fail every login.

use mysql_async::{Conn, Error, prelude::Queryable};

use crate::open_error::Cause;

pub(crate) const NO_SUCH_TABLE: u16 = 1146;

/// A statement that changes nothing and is refused all the same where the right to it is missing.
pub(crate) struct Write {
    pub(crate) action: &'static str,
    pub(crate) table: &'static str,
    sql: &'static str,
}

macro_rules! write {
    ($action:literal, $table:literal, $sql:literal) => {
        Write {
            action: $action,
            table: $table,
            sql: concat!($sql, " WHERE FALSE"),
        }
    };
}

/// One of each kind that this crate does to each table.
const ALL: [Write; 10] = [
    write!("INSERT into", "users", "INSERT INTO users SELECT * FROM users"),
    write!("UPDATE", "users", "UPDATE users SET version = version"),
    write!(
        "INSERT into",
        "login_methods",
        "INSERT INTO login_methods SELECT * FROM login_methods"
    ),
    write!(
        "UPDATE",
        "login_methods",
        "UPDATE login_methods SET last_used_at = last_used_at"
    ),
    write!("DELETE from", "login_methods", "DELETE FROM login_methods"),
    write!("INSERT into", "merges", "INSERT INTO merges SELECT * FROM merges"),
    write!(
        "INSERT into",
        "conflicts",
        "INSERT INTO conflicts SELECT * FROM conflicts"
    ),
    write!("UPDATE", "conflicts", "UPDATE conflicts SET days = days"),
    write!(
        "INSERT into",
        "revocations",
        "INSERT INTO revocations SELECT * FROM revocations"
    ),
    write!("DELETE from", "revocations", "DELETE FROM revocations"),
];

/// A write that the server does not take.
pub(crate) struct Refused {
    pub(crate) write: Write,
    pub(crate) why: Refusal,
    pub(crate) source: Cause,
}

pub(crate) enum Refusal {
    NoRight { account: String },
    ReadOnly,
    NoTable,
}

/// Tries them one after the other, until one is refused.
pub(crate) async fn try_all(connection: &mut Conn) -> Result<Result<(), Refused>, Error> {
    for write in ALL {
        let Err(error) = connection.query_drop(write.sql).await else {
            continue;
        };
        let why = match &error {
            Error::Server(server) => match server.code {
                NO_SUCH_TABLE => Refusal::NoTable,
                1142 | 1143 => Refusal::NoRight {
                    account: account(connection).await?,
                },
                // --read-only and --super-read-only, a transaction that may only read, and InnoDB's own mode.
                1290 | 1792 | 1836 => Refusal::ReadOnly,
                _ => return Err(error),
            },
            _ => return Err(error),
        };
        let source = error.into();
        return Ok(Err(Refused { write, why, source }));
    }
    Ok(Ok(()))
}

/// Who the server takes us for, which need not be where we come from.
async fn account(connection: &mut Conn) -> Result<String, Error> {
    let account: Option<String> = connection.query_first("SELECT CURRENT_USER()").await?;
    let account = account.unwrap_or_default();
    let (user, host) = account.rsplit_once('@').unwrap_or((&account, "%"));
    Ok(format!("'{user}'@'{host}'"))
}
