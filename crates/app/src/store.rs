//! Where everything is kept: which store is behind which port, chosen by the URLs.

use std::{path::Path, sync::Arc};

use anyhow::Context;
use async_trait::async_trait;
use time::OffsetDateTime;
use wechat_login_domain::{
    Keyring, PortError,
    ports::{
        Administration, AppTokens, Entropy, Exchanges, PendingLogins, RevocationNews, RevocationReadings,
        Revocations, SessionKeys, Sessions, SignOuts, Users,
    },
};
use wechat_login_sessions_redis::RedisStore;
use wechat_login_store_mysql::MysqlStore;
use wechat_login_store_sqlite::SqliteStore;

use crate::{
    config::{self, Security, Storage},
    encryption_key,
};

const NO_SESSIONS: &str = "cannot keep sessions in Redis (sessions.url)";

/// The stores, as far as the service has to look after them.
#[derive(Clone)]
pub struct Store {
    users: UserStore,
    sessions: SessionStore,
    caches_sessions: bool,
}

#[derive(Clone)]
enum UserStore {
    Sqlite(SqliteStore),
    Mysql(MysqlStore),
}

#[derive(Clone)]
enum SessionStore {
    Embedded(SqliteStore),
    Redis(RedisStore),
}

impl Store {
    /// Opens the stores that the configuration names. A file is brought up to date; a server's schema must be.
    ///
    /// # Errors
    /// One line that says what is wrong, and what to do.
    pub async fn open(
        storage: &Storage,
        security: Security,
        entropy: &Arc<dyn Entropy>,
    ) -> anyhow::Result<(Self, Arc<Keyring>)> {
        let (store, keyring) = Self::open_for_users(storage, security, entropy).await?;
        if let SessionStore::Redis(redis) = &store.sessions {
            redis.probe().await.context(NO_SESSIONS)?;
        }
        Ok((store, keyring))
    }

    /// As [`Self::open`], for whoever looks after users: Redis is not asked before something of it is needed, so that it may be away.
    ///
    /// # Errors
    /// One line that says what is wrong, and what to do.
    pub async fn open_for_users(
        storage: &Storage,
        security: Security,
        entropy: &Arc<dyn Entropy>,
    ) -> anyhow::Result<(Self, Arc<Keyring>)> {
        let keyring = keyring(storage, security, entropy)?;
        let users = match &storage.database {
            config::Database::Sqlite(path) => UserStore::Sqlite(file(path, &keyring, entropy).await?),
            config::Database::Mysql(settings) => UserStore::Mysql(
                MysqlStore::open(settings, Arc::clone(&keyring), Arc::clone(entropy))
                    .await
                    .context("cannot open the database (database.url)")?,
            ),
        };
        let sessions = match (&storage.sessions, &users) {
            // One file is one store: two would wait for each other.
            (config::Sessions::Embedded(_), UserStore::Sqlite(store)) => {
                SessionStore::Embedded(store.clone())
            }
            (config::Sessions::Embedded(path), UserStore::Mysql(_)) => {
                SessionStore::Embedded(file(path, &keyring, entropy).await?)
            }
            (config::Sessions::Redis(settings), _) => SessionStore::Redis(
                RedisStore::open(settings, Arc::clone(&keyring), Arc::clone(entropy)).context(NO_SESSIONS)?,
            ),
        };
        Ok((
            Self {
                users,
                sessions,
                caches_sessions: storage.caches_sessions,
            },
            keyring,
        ))
    }

    /// Brings the schema of the database up to date.
    ///
    /// # Errors
    /// One line that says what is wrong, and what to do.
    pub async fn migrate(
        storage: &Storage,
        security: Security,
        entropy: &Arc<dyn Entropy>,
    ) -> anyhow::Result<()> {
        match &storage.database {
            config::Database::Sqlite(path) => {
                let keyring = keyring(storage, security, entropy)?;
                file(path, &keyring, entropy).await.map(drop)
            }
            config::Database::Mysql(settings) => MysqlStore::migrate(settings)
                .await
                .context("cannot bring the database up to date (database.url)"),
        }
    }

    /// The SQL of all migrations.
    #[must_use]
    pub fn migrations(storage: &Storage) -> String {
        match storage.database {
            config::Database::Sqlite(_) => SqliteStore::migrations(),
            config::Database::Mysql(_) => MysqlStore::migrations(),
        }
    }

    pub(crate) fn users(&self) -> Arc<dyn Users> {
        match &self.users {
            UserStore::Sqlite(store) => Arc::new(store.users()),
            UserStore::Mysql(store) => Arc::new(store.users()),
        }
    }

    pub(crate) fn administration(&self) -> Arc<dyn Administration> {
        match &self.users {
            UserStore::Sqlite(store) => Arc::new(store.users()),
            UserStore::Mysql(store) => Arc::new(store.users()),
        }
    }

    pub(crate) fn sign_outs(&self) -> Arc<dyn SignOuts> {
        match &self.users {
            UserStore::Sqlite(store) => Arc::new(store.users()),
            UserStore::Mysql(store) => Arc::new(store.users()),
        }
    }

    pub(crate) fn revocations(&self) -> Arc<dyn Revocations> {
        match &self.users {
            UserStore::Sqlite(store) => Arc::new(store.revocations()),
            UserStore::Mysql(store) => Arc::new(store.revocations()),
        }
    }

    pub(crate) fn sessions(&self) -> Arc<dyn Sessions> {
        match &self.sessions {
            SessionStore::Embedded(store) => Arc::new(store.sessions()),
            SessionStore::Redis(store) => Arc::new(store.sessions()),
        }
    }

    /// For a service that runs for long: with those at hand that were read lately, where that is to be and can be. Then these readings hear of
    /// what other instances announce, too.
    pub(crate) fn cached_sessions(&self, readings: Arc<dyn RevocationReadings>) -> Arc<dyn Sessions> {
        match &self.sessions {
            SessionStore::Redis(store) if self.caches_sessions => Arc::new(store.cached_sessions(readings)),
            _ => self.sessions(),
        }
    }

    pub(crate) fn revocation_news(&self) -> Arc<dyn RevocationNews> {
        match &self.sessions {
            SessionStore::Embedded(_) => Arc::new(NobodyToTell),
            SessionStore::Redis(store) => Arc::new(store.revocation_news()),
        }
    }

    pub(crate) fn session_keys(&self) -> Arc<dyn SessionKeys> {
        match &self.sessions {
            SessionStore::Embedded(store) => Arc::new(store.session_keys()),
            SessionStore::Redis(store) => Arc::new(store.session_keys()),
        }
    }

    pub(crate) fn pending_logins(&self) -> Arc<dyn PendingLogins> {
        match &self.sessions {
            SessionStore::Embedded(store) => Arc::new(store.pending_logins()),
            SessionStore::Redis(store) => Arc::new(store.pending_logins()),
        }
    }

    pub(crate) fn app_tokens(&self) -> Arc<dyn AppTokens> {
        match &self.sessions {
            SessionStore::Embedded(store) => Arc::new(store.app_tokens()),
            SessionStore::Redis(store) => Arc::new(store.app_tokens()),
        }
    }

    pub(crate) fn exchanges(&self) -> Arc<dyn Exchanges> {
        match &self.sessions {
            SessionStore::Embedded(store) => Arc::new(store.exchanges()),
            SessionStore::Redis(store) => Arc::new(store.exchanges()),
        }
    }

    /// Whether the database answers and takes writes.
    pub async fn is_database_well(&self) -> bool {
        match &self.users {
            UserStore::Sqlite(store) => store.ping().await,
            UserStore::Mysql(store) => store.ping().await,
        }
        .is_ok()
    }

    /// Whether Redis answers and takes writes, where there is one.
    pub async fn is_redis_well(&self) -> Option<bool> {
        match &self.sessions {
            SessionStore::Embedded(_) => None,
            SessionStore::Redis(store) => Some(store.ping().await.is_ok()),
        }
    }

    /// Removes what is over. What fails is tried again the next time.
    pub async fn sweep(&self, now: OffsetDateTime) {
        match &self.users {
            UserStore::Sqlite(store) => log(store.sweep(now).await),
            UserStore::Mysql(store) => log(store.sweep(now).await),
        }
        if let (SessionStore::Embedded(store), UserStore::Mysql(_)) = (&self.sessions, &self.users) {
            log(store.sweep(now).await);
        }
    }
}

/// Where there is no Redis there are no other instances. A command of an operator has the service itself to tell, which reads the record soon
/// enough.
struct NobodyToTell;

#[async_trait]
impl RevocationNews for NobodyToTell {
    async fn announce(&self) -> Result<(), PortError> {
        Ok(())
    }
}

fn keyring(
    storage: &Storage,
    security: Security,
    entropy: &Arc<dyn Entropy>,
) -> anyhow::Result<Arc<Keyring>> {
    let Security {
        encryption_key,
        previous_encryption_keys,
    } = security;
    let current = if let Some(key) = encryption_key {
        key
    } else {
        let file = storage.file();
        encryption_key::read_or_make(file.parent().unwrap_or(Path::new(".")), &**entropy)?
    };
    Ok(Arc::new(Keyring::new(
        current,
        previous_encryption_keys,
        Arc::clone(entropy),
    )))
}

async fn file(
    path: &Path,
    keyring: &Arc<Keyring>,
    entropy: &Arc<dyn Entropy>,
) -> anyhow::Result<SqliteStore> {
    SqliteStore::open(path, Arc::clone(keyring), Arc::clone(entropy))
        .await
        .with_context(|| format!("cannot open the database {} (database.url)", path.display()))
}

fn log(swept: Result<usize, PortError>) {
    match swept {
        Ok(removed) => tracing::debug!(removed, "removed what is over"),
        Err(error) => {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "what is over could not be removed"
            );
        }
    }
}
