use std::{collections::HashMap, sync::Mutex};

use async_trait::async_trait;
use time::OffsetDateTime;
use wechat_login_domain::{Dependency, PortError, Session, TokenDigest, UserId, ports::Sessions};

use super::Outage;

/// Sessions in memory.
#[derive(Debug, Default)]
pub struct MemorySessions {
    /// Makes it fail.
    pub outage: Outage,
    sessions: Mutex<HashMap<TokenDigest, Session>>,
}

impl MemorySessions {
    /// How many sessions are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sessions.lock().expect("no holder panics").len()
    }

    /// Whether no session is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn with<T>(&self, then: impl FnOnce(&mut HashMap<TokenDigest, Session>) -> T) -> Result<T, PortError> {
        self.outage.check(Dependency::Redis)?;
        Ok(then(&mut self.sessions.lock().expect("no holder panics")))
    }
}

#[async_trait]
impl Sessions for MemorySessions {
    async fn insert(&self, digest: &TokenDigest, session: &Session) -> Result<(), PortError> {
        self.with(|sessions| {
            sessions.insert(*digest, session.clone());
        })
    }

    async fn find(&self, digest: &TokenDigest) -> Result<Option<Session>, PortError> {
        self.with(|sessions| sessions.get(digest).cloned())
    }

    async fn renew(
        &self,
        digest: &TokenDigest,
        read: &Session,
        renewed: &Session,
    ) -> Result<bool, PortError> {
        self.with(|sessions| {
            let stored = sessions.get_mut(digest).filter(|stored| *stored == read);
            stored.map(|stored| *stored = renewed.clone()).is_some()
        })
    }

    async fn remove(&self, digest: &TokenDigest) -> Result<(), PortError> {
        self.with(|sessions| {
            sessions.remove(digest);
        })
    }

    async fn list(
        &self,
        users: &[UserId],
        now: OffsetDateTime,
    ) -> Result<Vec<(TokenDigest, Session)>, PortError> {
        self.with(|sessions| {
            let theirs = sessions
                .iter()
                .filter(|(_, session)| users.contains(&session.user_id) && !session.has_expired(now));
            theirs
                .map(|(digest, session)| (*digest, session.clone()))
                .collect()
        })
    }
}
