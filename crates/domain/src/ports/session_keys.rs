use async_trait::async_trait;
use time::OffsetDateTime;

use crate::{AppId, OpenId, PortError, SessionKey};

/// The session_keys of a person at an app that may still decrypt something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionKeyRing {
    /// Of the last code exchange.
    pub current: SessionKey,
    /// Of the one before, for ten minutes: data on its way was encrypted with it.
    pub previous: Option<SessionKey>,
}

impl SessionKeyRing {
    /// The keys, the most likely one first.
    pub fn iter(&self) -> impl Iterator<Item = &SessionKey> {
        std::iter::once(&self.current).chain(&self.previous)
    }
}

/// Custody of session_keys: encrypted at rest, and never out of this service.
#[async_trait]
pub trait SessionKeys: Send + Sync {
    /// Keeps the key of a code exchange. The one that it replaces MUST stay good as `previous` for ten minutes; WeChat giving the same key
    /// again replaces nothing.
    ///
    /// # Errors
    /// [`PortError`] where the store did not answer.
    async fn put(
        &self,
        app_id: &AppId,
        openid: &OpenId,
        key: &SessionKey,
        now: OffsetDateTime,
    ) -> Result<(), PortError>;

    /// The keys of this person at this app. Letter case MUST make another person.
    ///
    /// # Errors
    /// [`PortError`] where the store did not answer.
    async fn find(
        &self,
        app_id: &AppId,
        openid: &OpenId,
        now: OffsetDateTime,
    ) -> Result<Option<SessionKeyRing>, PortError>;

    /// Forgets the keys of this person at this app, if there are any. Nobody else's MUST go.
    ///
    /// # Errors
    /// [`PortError`] where the store did not answer.
    async fn remove(&self, app_id: &AppId, openid: &OpenId) -> Result<(), PortError>;
}
