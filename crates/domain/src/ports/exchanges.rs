use async_trait::async_trait;
use time::OffsetDateTime;

use crate::{CodeDigest, PortError};

/// SHA-256 of an `Idempotency-Key`, or of the body that came with it.
pub type RequestDigest = [u8; 32];

/// What is known of an `Idempotency-Key`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeptAnswer {
    /// Nothing until now: it is the caller's to answer.
    Claimed,
    /// It came with another body before.
    OtherBody,
    /// It is being answered.
    Pending,
    /// It was answered; sealed, as [`Exchanges::keep_answer`] was given it.
    Answered(Vec<u8>),
}

/// Which codes are in flight or spent, and the answers kept for repeated requests: the same on all instances.
#[async_trait]
pub trait Exchanges: Send + Sync {
    /// Claims a code. Of any number of callers, at once or one after the other, exactly one MUST get `true` until `until`.
    ///
    /// # Errors
    /// [`PortError`] where the store did not answer: the code may be claimed then.
    async fn claim(
        &self,
        code: &CodeDigest,
        now: OffsetDateTime,
        until: OffsetDateTime,
    ) -> Result<bool, PortError>;

    /// Gives a code back that never reached WeChat: the next claim MUST succeed.
    ///
    /// # Errors
    /// [`PortError`] where the store did not answer.
    async fn release(&self, code: &CodeDigest) -> Result<(), PortError>;

    /// Claims an `Idempotency-Key` for this body until `until`, or says what became of it. Exactly one caller MUST get [`KeptAnswer::Claimed`].
    ///
    /// # Errors
    /// [`PortError`] where the store did not answer.
    async fn claim_answer(
        &self,
        key: &RequestDigest,
        body: &RequestDigest,
        now: OffsetDateTime,
        until: OffsetDateTime,
    ) -> Result<KeptAnswer, PortError>;

    /// Keeps the sealed answer to a claimed key until the claim ends.
    ///
    /// # Errors
    /// [`PortError`] where the store did not answer.
    async fn keep_answer(&self, key: &RequestDigest, sealed: &[u8]) -> Result<(), PortError>;

    /// Forgets a claimed key: the next claim MUST succeed.
    ///
    /// # Errors
    /// [`PortError`] where the store did not answer.
    async fn release_answer(&self, key: &RequestDigest) -> Result<(), PortError>;
}
