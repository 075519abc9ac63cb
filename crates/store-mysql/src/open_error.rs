use crate::{database_url::InvalidUrl, open::OPENING};

pub(crate) type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a database could not be opened, and what to do. None of it shows the password. What it came from is its source, and not in its own text.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL cannot be understood.
    #[error("the URL of the database cannot be used: {0}")]
    Url(#[from] InvalidUrl),
    /// Nobody answers there.
    #[error("cannot reach the database at {place}; is it running, and are host and port of the URL right?")]
    Unreachable {
        /// Host and port.
        place: String,
        /// Why.
        source: Cause,
    },
    /// Somebody answers, but not in time.
    #[error("the database at {place} did not answer within {} s; is it overloaded, or is something else listening there?", OPENING.as_secs())]
    Silent {
        /// Host and port.
        place: String,
    },
    /// The server does not let this user in.
    #[error(
        "the database at {place} refuses the user {user}; check user and password in the URL, and whether the user may connect from this host"
    )]
    Refused {
        /// Host and port.
        place: String,
        /// Who.
        user: String,
        /// What the server said.
        source: Cause,
    },
    /// The server has no such database, or does not show it to this user.
    #[error(
        "there is no database {name} at {place}, or the user has no right to it; CREATE DATABASE, GRANT, or correct the URL"
    )]
    NoDatabase {
        /// Host and port.
        place: String,
        /// Which.
        name: String,
        /// What the server said.
        source: Cause,
    },
    /// They cannot agree on TLS.
    #[error("no TLS with the database at {place}; check ssl-mode, ssl-ca and ssl-name in the URL")]
    Tls {
        /// Host and port.
        place: String,
        /// Why.
        source: Cause,
    },
    /// The server says no for another reason.
    #[error("the database at {place} gave an answer that was not expected")]
    Other {
        /// Host and port.
        place: String,
        /// Why.
        source: Cause,
    },
    /// The schema is not made yet, or an older version's, or somebody left out a part of it.
    #[error("the database lacks migration {missing}, which this version needs; run `wechat-login migrate`")]
    Older {
        /// The first migration that was not applied.
        missing: String,
    },
    /// A newer program was here before.
    #[error(
        "the database was made by a newer version: it has migration {found}, and this version knows none after {known}; run that version or a later one"
    )]
    Newer {
        /// The newest migration that was applied and is not known.
        found: String,
        /// The newest that this program knows.
        known: String,
    },
    /// The user may read, and not do all that the service has to.
    #[error(
        "the user {account} may not {action} the table {table}; GRANT SELECT, INSERT, UPDATE, DELETE ON `{database}`.* TO {account}"
    )]
    NoRight {
        /// Who, as the server knows them, quoted for a `GRANT`.
        account: String,
        /// What is refused.
        action: &'static str,
        /// Where.
        table: &'static str,
        /// In which database.
        database: String,
        /// What the server said.
        source: Cause,
    },
    /// A copy of another server, or one that was told to take no writes, as in a failover.
    #[error(
        "the database at {place} is read-only; is it a replica, or is a failover under way? name the server that takes writes, or start again when it does"
    )]
    ReadOnly {
        /// Host and port.
        place: String,
        /// What the server said.
        source: Cause,
    },
    /// All migrations are noted, and what they made is not there.
    #[error(
        "the schema of the database is damaged: it has no table {table}, though the migration that makes it was applied; restore it from a backup"
    )]
    Damaged {
        /// Which.
        table: &'static str,
        /// What the server said.
        source: Cause,
    },
    /// Somebody else holds the lock.
    #[error("another program is migrating this database for more than a minute; try again when it has ended")]
    Locked,
    /// A migration could not be applied. MySQL does not roll back a change of the schema, but every migration may be run again.
    #[error("the schema could not be brought up to date")]
    Migrate(#[source] Cause),
    /// The program is ending.
    #[error("the opening was broken off")]
    BrokenOff(#[source] tokio::task::JoinError),
}
