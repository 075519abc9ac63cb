use std::sync::Arc;

use tokio::{runtime::Handle, sync::mpsc::UnboundedReceiver};
use wechat_login_domain::{
    Keyring, PortError,
    ports::{Entropy, RevocationReadings},
};

use crate::{
    CachedSessions, ConnectError, FeedEvent, RedisAppTokens, RedisExchanges, RedisPendingLogins,
    RedisRevocationNews, RedisSessionKeys, RedisSessions, RedisSettings, probe, server::Server,
};

/// One Redis, or several that act as one, and all that is kept there. Clones share the connections.
#[derive(Clone)]
pub struct RedisStore {
    server: Server,
    keyring: Arc<Keyring>,
    entropy: Arc<dyn Entropy>,
}

impl RedisStore {
    /// Connects, and sees whether these servers can keep sessions. The connections live on the runtime that this is called on.
    ///
    /// # Errors
    /// [`ConnectError`] says why not, and what to do about it.
    pub async fn connect(
        settings: &RedisSettings,
        keyring: Arc<Keyring>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, ConnectError> {
        let store = Self::open(settings, keyring, entropy)?;
        store.probe().await?;
        Ok(store)
    }

    /// Asks the servers nothing yet: whoever needs them first finds out how they are. The connections will live on the runtime that this is
    /// called on.
    ///
    /// # Errors
    /// [`ConnectError::Settings`].
    pub fn open(
        settings: &RedisSettings,
        keyring: Arc<Keyring>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, ConnectError> {
        let server = Server::new(settings, Handle::current()).map_err(ConnectError::Settings)?;
        Ok(Self {
            server,
            keyring,
            entropy,
        })
    }

    /// Sees whether the servers can keep sessions: whether they can be reached, read and written, and never drop a key before its time.
    /// What a proxy does not let us ask is logged and taken for granted.
    ///
    /// # Errors
    /// [`ConnectError`] says why not, and what to do about it.
    pub async fn probe(&self) -> Result<(), ConnectError> {
        probe::run(&self.server, &*self.entropy).await
    }

    /// The adapter of `Sessions`.
    #[must_use]
    pub fn sessions(&self) -> RedisSessions {
        RedisSessions::new(self.server.clone())
    }

    /// The adapter of `Sessions` with those that were read lately at hand, as far as the servers tell of changes. Whoever reads the record of
    /// revocations is told of news on it, as far as the servers tell of them.
    #[must_use]
    pub fn cached_sessions(&self, readings: Arc<dyn RevocationReadings>) -> CachedSessions {
        CachedSessions::new(
            Arc::new(self.sessions()),
            readings,
            self.feed(),
            self.server.runtime(),
        )
    }

    /// The adapter of `RevocationNews`.
    #[must_use]
    pub fn revocation_news(&self) -> RedisRevocationNews {
        RedisRevocationNews::new(self.server.clone())
    }

    /// The adapter of `SessionKeys`.
    #[must_use]
    pub fn session_keys(&self) -> RedisSessionKeys {
        RedisSessionKeys::new(self.server.clone(), Arc::clone(&self.keyring))
    }

    /// The adapter of `PendingLogins`.
    #[must_use]
    pub fn pending_logins(&self) -> RedisPendingLogins {
        RedisPendingLogins::new(self.server.clone())
    }

    /// The adapter of `Exchanges`.
    #[must_use]
    pub fn exchanges(&self) -> RedisExchanges {
        RedisExchanges::new(self.server.clone(), Arc::clone(&self.entropy))
    }

    /// The adapter of `AppTokens`.
    #[must_use]
    pub fn app_tokens(&self) -> RedisAppTokens {
        RedisAppTokens::new(
            self.server.clone(),
            Arc::clone(&self.keyring),
            Arc::clone(&self.entropy),
        )
    }

    /// Word of every session that changes, for a cache of them, and of news on the record of revocations: from all masters, until the receiver is dropped. It ends by itself where
    /// the servers offer no tracking, and then nothing may be cached.
    #[must_use]
    pub fn feed(&self) -> UnboundedReceiver<FeedEvent> {
        self.server.feed()
    }

    /// Asks whether Redis answers and takes writes, each master of a cluster: a replica does the one and not the other, and so does
    /// a server without room.
    ///
    /// # Errors
    /// [`PortError`] where it does not, or not soon enough.
    #[tracing::instrument(name = "redis.ping", skip_all)]
    pub async fn ping(&self) -> Result<(), PortError> {
        self.server.ping().await
    }
}
