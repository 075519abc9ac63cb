use std::{future::Future, io, time::Duration};

use diesel_async::AsyncMysqlConnection;
use mysql_async::{Conn, DriverError, Error, IoError, Opts, prelude::Queryable};
use secrecy::ExposeSecret;

use crate::{
    connect::Address,
    database::Database,
    database_url, migrate,
    open_error::{Cause, OpenError},
    settings::Settings,
    writes::{self, Refusal, Refused},
};

/// How long to try.
pub(crate) const OPENING: Duration = Duration::from_secs(5);

/// Connects once to learn what is wrong, if anything is, looks at the schema, and tries the writes that the service needs.
pub(crate) async fn open(settings: &Settings) -> Result<Database, OpenError> {
    let place = Place::of(settings)?;
    let mut connection = place.patiently(place.address.dial()).await?;
    let applied = place.patiently(applied_migrations(&mut connection)).await?;
    migrate::check(&applied)?;
    if let Err(refused) = place.patiently(writes::try_all(&mut connection)).await? {
        return Err(place.explain_refused(refused));
    }
    place.patiently(connection.disconnect()).await?;
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

async fn applied_migrations(connection: &mut Conn) -> Result<Vec<String>, Error> {
    const APPLIED: &str = "SELECT version FROM __diesel_schema_migrations";
    match connection.query(APPLIED).await {
        Err(Error::Server(error)) if error.code == writes::NO_SUCH_TABLE => Ok(Vec::new()),
        applied => applied,
    }
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

    fn explain_refused(&self, refused: Refused) -> OpenError {
        let Refused { write, why, source } = refused;
        match why {
            Refusal::NoRight { account } => OpenError::NoRight {
                account,
                action: write.action,
                table: write.table,
                database: self.database.clone(),
                source,
            },
            Refusal::ReadOnly => OpenError::ReadOnly {
                place: self.host.clone(),
                source,
            },
            Refusal::NoTable => OpenError::Damaged {
                table: write.table,
                source,
            },
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
