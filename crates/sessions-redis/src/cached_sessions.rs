use std::{sync::Arc, time::Instant};

use async_trait::async_trait;
use time::OffsetDateTime;
use tokio::{runtime::Handle, sync::mpsc::UnboundedReceiver, task::AbortHandle};
use wechat_login_domain::{
    PortError, Session, TokenDigest, UserId,
    ports::{RevocationReadings, Sessions},
};

use crate::{FeedEvent, cache::SessionCache, last_opened::LastOpened};

/// Sessions in Redis, those that were read lately out of memory. What is in memory is known to be what Redis holds by the feed of all changes:
/// without it nothing is kept, and with it nothing longer than ten seconds.
pub struct CachedSessions {
    sessions: Arc<dyn Sessions>,
    kept: Arc<Kept>,
    hearing: AbortHandle,
}

struct Kept {
    cache: SessionCache,
    readings: Arc<dyn RevocationReadings>,
    /// A feed that was lost may be all that is seen of a server that was exchanged.
    feed_changed: LastOpened,
}

impl CachedSessions {
    pub(crate) fn new(
        sessions: Arc<dyn Sessions>,
        readings: Arc<dyn RevocationReadings>,
        events: UnboundedReceiver<FeedEvent>,
        runtime: &Handle,
    ) -> Self {
        let kept = Arc::new(Kept {
            cache: SessionCache::new(),
            readings,
            feed_changed: LastOpened::new(),
        });
        let hearing = runtime.spawn(Kept::hear_all(Arc::clone(&kept), events));
        Self {
            sessions,
            kept,
            hearing: hearing.abort_handle(),
        }
    }
}

impl Drop for CachedSessions {
    fn drop(&mut self) {
        self.hearing.abort();
    }
}

impl Kept {
    async fn hear_all(self: Arc<Self>, mut events: UnboundedReceiver<FeedEvent>) {
        while let Some(event) = events.recv().await {
            self.hear(event);
        }
        self.hear(FeedEvent::Lost);
    }

    fn hear(&self, event: FeedEvent) {
        match event {
            FeedEvent::Invalidated(digest) => self.cache.invalidate(&digest),
            FeedEvent::AllInvalidated => {
                self.cache.invalidate_all();
                // So says a server that is emptied, and one that becomes another's copy without a connection being lost.
                self.feed_changed.now();
            }
            FeedEvent::RevocationNews => self.readings.hasten(),
            FeedEvent::Lost => {
                if self.cache.feed_is_lost() {
                    tracing::warn!(
                        "Redis does not tell of changes just now: it is asked for every session until it does"
                    );
                }
                self.feed_changed.now();
            }
            FeedEvent::Up => {
                self.feed_changed.now();
                self.cache.feed_is_up();
                tracing::info!("Redis tells of changes: sessions that were read lately are kept at hand");
            }
        }
    }
}

#[async_trait]
impl Sessions for CachedSessions {
    async fn insert(&self, digest: &TokenDigest, session: &Session) -> Result<(), PortError> {
        let inserted = self.sessions.insert(digest, session).await;
        self.kept.cache.invalidate(digest);
        inserted
    }

    async fn find(&self, digest: &TokenDigest) -> Result<Option<Session>, PortError> {
        let cache = &self.kept.cache;
        if let Some(session) = cache.get(digest) {
            return Ok(Some(session));
        }
        let asked = cache.ask(digest);
        let found = self.sessions.find(digest).await?;
        if let (Some(asked), Some(session)) = (asked, &found) {
            cache.put(digest, session, &asked);
        }
        Ok(found)
    }

    async fn renew(
        &self,
        digest: &TokenDigest,
        read: &Session,
        renewed: &Session,
    ) -> Result<bool, PortError> {
        // Where it fails nobody knows whether it was done. The feed will tell too, but later.
        let answer = self.sessions.renew(digest, read, renewed).await;
        self.kept.cache.invalidate(digest);
        answer
    }

    async fn remove(&self, digest: &TokenDigest) -> Result<(), PortError> {
        let removed = self.sessions.remove(digest).await;
        self.kept.cache.invalidate(digest);
        removed
    }

    async fn list(
        &self,
        users: &[UserId],
        now: OffsetDateTime,
    ) -> Result<Vec<(TokenDigest, Session)>, PortError> {
        self.sessions.list(users, now).await
    }

    fn connected_since(&self) -> Option<Instant> {
        Some(self.kept.feed_changed.get()).max(self.sessions.connected_since())
    }
}

#[cfg(test)]
mod tests;
