use async_trait::async_trait;
use time::{Duration, OffsetDateTime};

use crate::{AppAccessToken, AppId, PortError};

/// An app's `access_token`, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAppToken {
    /// The token.
    pub token: AppAccessToken,
    /// From when on somebody should fetch the next one.
    pub refresh_at: OffsetDateTime,
    /// When WeChat takes it no more.
    pub expires_at: OffsetDateTime,
}

/// How far the clocks of instances may be apart before one takes the other's claim for void.
pub const CLOCKS_MAY_DIFFER: Duration = Duration::SECOND;

/// The `access_token` of each app, encrypted at rest, and the right to fetch the next one: the same on all instances.
#[async_trait]
pub trait AppTokens: Send + Sync {
    /// The kept token, exactly as it was put. One that has expired MUST NOT be found.
    ///
    /// # Errors
    /// [`PortError`] where the store did not answer.
    async fn find(&self, app_id: &AppId, now: OffsetDateTime) -> Result<Option<KeptAppToken>, PortError>;

    /// Claims the fetch of the next token. Of any number of callers, at once or one after the other, exactly one MUST get
    /// `true` until `until`, which is for a holder that dies. The kept token MUST stay.
    ///
    /// A claim that ends more than [`CLOCKS_MAY_DIFFER`] after `until` MUST NOT count: nobody claims for longer, so whoever made
    /// it had a clock that was wrong, or ours was set back since.
    ///
    /// # Errors
    /// [`PortError`] where the store did not answer: the fetch may be claimed then.
    async fn claim_fetch(
        &self,
        app_id: &AppId,
        now: OffsetDateTime,
        until: OffsetDateTime,
    ) -> Result<bool, PortError>;

    /// Keeps a token in place of the one before, and ends the claim: the next one MUST succeed.
    ///
    /// # Errors
    /// [`PortError`] where the store did not answer: the token may be kept then.
    async fn put(&self, app_id: &AppId, kept: &KeptAppToken) -> Result<(), PortError>;

    /// Ends the claim that was made until `until`: the next one MUST succeed. A claim that somebody else made since MUST
    /// stay.
    ///
    /// # Errors
    /// [`PortError`] where the store did not answer.
    async fn release(&self, app_id: &AppId, until: OffsetDateTime) -> Result<(), PortError>;

    /// Forgets this token, which WeChat rejected. If another one is kept by now, that MUST stay. Claims MUST stay.
    ///
    /// # Errors
    /// [`PortError`] where the store did not answer.
    async fn drop_token(&self, app_id: &AppId, token: &AppAccessToken) -> Result<(), PortError>;
}
