use std::{future::Future, io, time::Duration};

use diesel_async::AsyncMysqlConnection;
use mysql_async::{Conn, DriverError, Error, IoError, Opts, prelude::Queryable};
use secrecy::ExposeSecret;

use crate::{
    connect::Address,
    database::Database,
    database_url::{self, InvalidUrl},
    migrate,
    settings::Settings,
};

type Cause = Box<dyn std::error::Error + Send + Sync>;

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
    /// The schema is not made yet, or an older version's.
    #[error("the database's newest migration is {}, and this version needs {needed}; run `wechat-login migrate`", found.as_deref().unwrap_or("none"))]
    Older {
        /// The newest migration that was applied.
        found: Option<String>,
        /// The newest that this program needs.
        needed: String,
    },
    /// A newer program was here before.
    #[error(
        "the database was made by a newer version: it has migration {found}, and this version knows none after {known}; run that version or a later one"
    )]
    Newer {
        /// The newest migration that was applied.
        found: String,
        /// The newest that this program knows.
        known: String,
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

/// How long to try.
const OPENING: Duration = Duration::from_secs(5);

/// Connects once to learn what is wrong, if anything is, and looks at the schema.
pub(crate) async fn open(settings: &Settings) -> Result<Database, OpenError> {
    let place = Place::of(settings)?;
    let newest = place.patiently(newest_migration(&place.address)).await?;
    migrate::check(newest)?;
    Ok(Database::new(settings, place.address))
}

pub(crate) async fn migrate(settings: &Settings) -> Result<(), OpenError> {
    let place = Place::of(settings)?;
    let connection = place.patiently(place.address.dial()).await?;
    let connection = AsyncMysqlConnection::try_from(connection).await;
    let connection = connection.map_err(|error| OpenError::Migrate(error.into()))?;
    let migrating = tokio::task::spawn_blocking(move || migrate::apply(connection));
    migrating.await.map_err(OpenError::BrokenOff)?
}

async fn newest_migration(address: &Address) -> Result<Option<String>, Error> {
    const NO_SUCH_TABLE: u16 = 1146;
    const NEWEST: &str = "SELECT MAX(version) FROM __diesel_schema_migrations";
    let mut connection: Conn = address.dial().await?;
    let newest = match connection.query_first::<Option<String>, _>(NEWEST).await {
        Ok(newest) => newest.flatten(),
        Err(Error::Server(error)) if error.code == NO_SUCH_TABLE => None,
        Err(error) => return Err(error),
    };
    connection.disconnect().await?;
    Ok(newest)
}

/// Where the database is, as far as it may be told.
struct Place {
    address: Address,
    host: String,
    user: String,
    database: String,
}

impl Place {
    fn of(settings: &Settings) -> Result<Self, OpenError> {
        let builder = database_url::parse(settings.url.expose_secret())?;
        let options = Opts::from(builder.clone());
        Ok(Self {
            address: Address::new(builder),
            host: format!("{}:{}", options.ip_or_hostname(), options.tcp_port()),
            user: options.user().unwrap_or_default().to_owned(),
            database: options.db_name().unwrap_or_default().to_owned(),
        })
    }

    async fn patiently<T>(&self, answer: impl Future<Output = Result<T, Error>>) -> Result<T, OpenError> {
        match tokio::time::timeout(OPENING, answer).await {
            Ok(answer) => answer.map_err(|error| self.explain(error)),
            Err(_elapsed) => Err(OpenError::Silent {
                place: self.host.clone(),
            }),
        }
    }

    fn explain(&self, error: Error) -> OpenError {
        const NO_RIGHT_TO_DATABASE: u16 = 1044;
        const WRONG_PASSWORD: u16 = 1045;
        const NO_SUCH_DATABASE: u16 = 1049;
        const HOST_MAY_NOT: u16 = 1130;
        const NOT_BY_PASSWORD: u16 = 1698;

        let place = self.host.clone();
        let about_tls = is_about_tls(&error);
        let code = if let Error::Server(error) = &error {
            error.code
        } else {
            0
        };
        let is_io = matches!(error, Error::Io(_));
        let source = Cause::from(error);
        match code {
            WRONG_PASSWORD | HOST_MAY_NOT | NOT_BY_PASSWORD => OpenError::Refused {
                place,
                user: self.user.clone(),
                source,
            },
            NO_RIGHT_TO_DATABASE | NO_SUCH_DATABASE => OpenError::NoDatabase {
                place,
                name: self.database.clone(),
                source,
            },
            _ if about_tls => OpenError::Tls { place, source },
            _ if is_io => OpenError::Unreachable { place, source },
            _ => OpenError::Other { place, source },
        }
    }
}

fn is_about_tls(error: &Error) -> bool {
    match error {
        Error::Driver(DriverError::NoClientSslFlagFromServer) | Error::Io(IoError::Tls(_)) => true,
        // What rustls says comes as data that is not valid; the rest is the file of ssl-ca.
        Error::Io(IoError::Io(error)) => matches!(
            error.kind(),
            io::ErrorKind::InvalidData | io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied
        ),
        _ => false,
    }
}
