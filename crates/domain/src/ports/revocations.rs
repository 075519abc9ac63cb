use async_trait::async_trait;
use time::OffsetDateTime;

use crate::{PortError, Revocation};

/// What was read of the record.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The rows.
    pub rows: Vec<Revocation>,
    /// The time of the database when it was read: what the next [`Revocations::since`] goes by.
    pub read_at: OffsetDateTime,
}

/// The durable record of what ended sessions before their time. It is written before a session store is told anything.
#[async_trait]
pub trait Revocations: Send + Sync {
    /// Every row that still bars something.
    ///
    /// # Errors
    /// [`PortError`] where the database did not answer.
    async fn all(&self, now: OffsetDateTime) -> Result<Reading, PortError>;

    /// Every row written since that reading, and MUST be every one: transactions end late and clocks differ, so it looks half a minute
    /// further back, and gives some rows again.
    ///
    /// # Errors
    /// [`PortError`] where the database did not answer.
    async fn since(&self, read_at: OffsetDateTime) -> Result<Reading, PortError>;

    /// Adds a row. It MUST survive a crash once this returns, and adding it again MUST do no harm.
    ///
    /// # Errors
    /// [`PortError`] where the database did not answer: the row may be there then.
    async fn record(&self, revocation: &Revocation) -> Result<(), PortError>;
}
