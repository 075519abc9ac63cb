use std::{fmt, path::PathBuf};

use secrecy::SecretString;
use wechat_login_sessions_redis::RedisSettings;
use wechat_login_store_mysql::Settings as MysqlSettings;

use super::{Environment, keys::Keys, parse};

/// Where sessions are with MySQL and no Redis, and where the key is that encrypts at rest where nobody brought one.
const BESIDE_MYSQL: &str = "data/wechat-login.db";

/// Where everything is kept.
#[derive(Debug)]
pub struct Storage {
    /// `[database]`: users.
    pub database: Database,
    /// `[sessions]`: sessions, and whatever else lasts a while.
    pub sessions: Sessions,
    /// Whether sessions of Redis that were read lately are kept in memory, where Redis tells of changes.
    pub caches_sessions: bool,
}

/// The database of users.
#[derive(Debug)]
pub enum Database {
    /// A file.
    Sqlite(PathBuf),
    /// A server.
    Mysql(MysqlSettings),
}

/// The store of sessions.
pub enum Sessions {
    /// In a file: the database's own, or one for sessions alone.
    Embedded(PathBuf),
    /// In Redis.
    Redis(Box<RedisSettings>),
}

// Its address may hold a password.
impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Embedded(_) => "Embedded(…)",
            Self::Redis(_) => "Redis(…)",
        })
    }
}

impl Storage {
    /// The encryption key is in here, as a fault, where it has to be set and is not.
    pub(super) fn read(keys: &mut Keys, environment: &Environment) -> Option<Self> {
        let mut is_file = false;
        let database = Database::read(keys, &mut is_file);
        let is_single = keys.get("sessions.single_instance", parse::boolean) == Some(true);
        let caches_sessions = keys.require("sessions.cache", |word| match word {
            "auto" => Ok(true),
            "off" => Ok(false),
            _ => Err("must be \"auto\" or \"off\""),
        });
        let sessions = Sessions::read(keys, database.as_ref());
        // Also while an address is missing: whoever is about to set it should hear of the key in the same breath.
        let is_alone = is_file && matches!(sessions, Some(Sessions::Embedded(_)));
        if !is_alone && !environment.is_development() && !keys.is_set("security.encryption_key") {
            keys.fault(
                "security.encryption_key",
                "must be set with MySQL or Redis, the same on all instances: openssl rand -base64 32",
            );
        }
        let (database, sessions) = (database?, sessions?);
        if matches!(
            (&database, &sessions),
            (Database::Mysql(_), Sessions::Embedded(_))
        ) && !is_single
        {
            keys.fault(
                "sessions.url",
                "must be Redis with MySQL: other instances would not know the sessions that are kept beside this one. For one \
                 instance and no more set sessions.single_instance = true",
            );
        }
        Some(Self {
            database,
            sessions,
            caches_sessions: caches_sessions?,
        })
    }

    /// Refuses a file that is not there: one that is made here would be a typo's, or another folder's.
    ///
    /// # Errors
    /// One line that says what is missing.
    pub fn check_that_it_is_there(&self) -> anyhow::Result<()> {
        match &self.database {
            Database::Sqlite(path) if !path.exists() => anyhow::bail!(
                "there is no database {}: is this the folder that the service runs in? `wechat-login migrate` makes one",
                path.display()
            ),
            _ => Ok(()),
        }
    }

    /// The file beside which the key is that encrypts at rest, where nobody brought one.
    #[must_use]
    pub fn file(&self) -> PathBuf {
        match (&self.database, &self.sessions) {
            (Database::Sqlite(path), _) | (_, Sessions::Embedded(path)) => path.clone(),
            _ => PathBuf::from(BESIDE_MYSQL),
        }
    }
}

impl Database {
    /// `is_file` becomes true where a file is meant, be it named well or not.
    fn read(keys: &mut Keys, is_file: &mut bool) -> Option<Self> {
        let pool_size = keys.require("database.pool_size", parse::positive_number);
        let wait_timeout = keys.require("database.wait_timeout", parse::positive_duration);
        let statement_timeout = keys.require("database.statement_timeout", parse::positive_duration);
        let url = keys.require_secret("database.url", |url| {
            *is_file = url.starts_with("sqlite:");
            DatabaseUrl::parse(url)
        })?;
        match url {
            DatabaseUrl::Sqlite(path) => Some(Self::Sqlite(path)),
            DatabaseUrl::Mysql(url) => Some(Self::Mysql(MysqlSettings {
                pool_size: pool_size?,
                wait_timeout: wait_timeout?,
                statement_timeout: statement_timeout?,
                ..MysqlSettings::new(url)
            })),
        }
    }
}

enum DatabaseUrl {
    Sqlite(PathBuf),
    Mysql(SecretString),
}

impl DatabaseUrl {
    fn parse(url: &str) -> Result<Self, String> {
        if url.starts_with("mysql://") {
            let url = SecretString::from(url);
            return match MysqlSettings::new(url.clone()).check() {
                Ok(()) => Ok(Self::Mysql(url)),
                Err(error) => Err(error.to_string()),
            };
        }
        match url.strip_prefix("sqlite://") {
            Some(path) if !path.is_empty() && !path.ends_with('/') && !path.contains(['?', '#']) => {
                Ok(Self::Sqlite(PathBuf::from(path)))
            }
            Some(_) => Err("must name a file: sqlite://data/wechat-login.db".to_owned()),
            None => Err(
                "must be sqlite://… with the path of a file, or mysql://user:password@host:3306/database"
                    .to_owned(),
            ),
        }
    }
}

impl Sessions {
    fn read(keys: &mut Keys, database: Option<&Database>) -> Option<Self> {
        let prefix = keys.require("sessions.key_prefix", |prefix| {
            RedisSettings::parse("redis://localhost", prefix).map(|_works| prefix.to_owned())
        });
        let beside = match database {
            Some(Database::Sqlite(path)) => path.clone(),
            _ => PathBuf::from(BESIDE_MYSQL),
        };
        keys.require_secret("sessions.url", |url| match url {
            "embedded" => Ok(Self::Embedded(beside.clone())),
            _ => match RedisSettings::parse(url, prefix.as_deref().unwrap_or("wl:")) {
                Ok(settings) => Ok(Self::Redis(Box::new(settings))),
                Err(error) => Err(format!("{error}, or be \"embedded\"")),
            },
        })
    }
}
