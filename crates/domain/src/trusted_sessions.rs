//! When a store of sessions is believed.

use std::{
    sync::{Arc, RwLock},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use time::OffsetDateTime;

use crate::{
    PortError, RevocationView, Session, TokenDigest, UserId,
    ports::{RevocationReadings, Sessions},
};

/// A session check ends within 500 ms, whatever fails.
const PATIENCE: Duration = Duration::from_millis(450);
/// How long it is worth to wait for the reason why there is no such session.
const WORTH_A_REASON: Duration = Duration::from_millis(100);

/// A store that may turn into an older copy of itself, and its answers only where they can be believed.
///
/// An older copy holds sessions that were ended since it was made, and so does a server that missed a delete. What was deleted there before
/// is barred by the revocation view alone from then on, so the view must know of everything that was recorded until then: whatever such a
/// store says counts once the record was read by a reading that began after the last connection to it was made.
///
/// Where it holds no such session, another instance may have ended it a moment ago: the record is read before that is said, if that is soon
/// done, so that the view knows why.
pub struct TrustedSessions {
    sessions: Arc<dyn Sessions>,
    view: Arc<RwLock<RevocationView>>,
    readings: Arc<dyn RevocationReadings>,
}

impl TrustedSessions {
    /// This store, believed by this view, which these readings keep.
    #[must_use]
    pub fn new(
        sessions: Arc<dyn Sessions>,
        view: Arc<RwLock<RevocationView>>,
        readings: Arc<dyn RevocationReadings>,
    ) -> Self {
        Self {
            sessions,
            view,
            readings,
        }
    }

    /// Waits until what was just answered can be believed. To be asked after the answer: the connection may be as young as that.
    async fn believe(&self, began: Instant) -> Result<(), PortError> {
        let Some(since) = self.sessions.connected_since() else {
            return Ok(());
        };
        let is_believed = self.view.read().expect("no holder panics").was_read_after(since);
        if is_believed {
            return Ok(());
        }
        self.readings.after(since, began + PATIENCE).await
    }
}

#[async_trait]
impl Sessions for TrustedSessions {
    async fn insert(&self, digest: &TokenDigest, session: &Session) -> Result<(), PortError> {
        self.sessions.insert(digest, session).await
    }

    async fn find(&self, digest: &TokenDigest) -> Result<Option<Session>, PortError> {
        let began = Instant::now();
        let found = self.sessions.find(digest).await?;
        let answered = Instant::now();
        self.believe(began).await?;
        if found.is_none() {
            let until = (answered + WORTH_A_REASON).min(began + PATIENCE);
            self.readings.catch_up(answered, until).await;
        }
        Ok(found)
    }

    async fn renew(
        &self,
        digest: &TokenDigest,
        read: &Session,
        renewed: &Session,
    ) -> Result<bool, PortError> {
        self.sessions.renew(digest, read, renewed).await
    }

    async fn remove(&self, digest: &TokenDigest) -> Result<(), PortError> {
        self.sessions.remove(digest).await
    }

    async fn list(
        &self,
        users: &[UserId],
        now: OffsetDateTime,
    ) -> Result<Vec<(TokenDigest, Session)>, PortError> {
        let began = Instant::now();
        let listed = self.sessions.list(users, now).await?;
        self.believe(began).await?;
        Ok(listed)
    }

    fn connected_since(&self) -> Option<Instant> {
        self.sessions.connected_since()
    }
}
