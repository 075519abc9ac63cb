use std::time::Instant;

use async_trait::async_trait;

use crate::PortError;

/// Whoever reads the record of revocations into the view, time and again, and sooner where somebody cannot wait.
#[async_trait]
pub trait RevocationReadings: Send + Sync {
    /// Returns when a reading that began after `moment` is in the view. One MUST begin at once, however many ask, where none has.
    ///
    /// # Errors
    /// [`PortError`] where such a reading failed, or was not done at `until`.
    async fn after(&self, moment: Instant, until: Instant) -> Result<(), PortError>;

    /// The same for who has an answer without it too, and is only told why then: it returns where there will be no such reading as well, at
    /// `until` at the latest. As many may ask as like, for instance with tokens that never were: readings that begin for them MUST be few, and
    /// whoever comes while there may be no more MUST NOT wait.
    async fn catch_up(&self, moment: Instant, until: Instant);

    /// Lets a reading begin soon, within 50 ms if the last one is done, and waits for none. However often it is called, readings MUST stay few.
    fn hasten(&self);
}
