use std::time::Duration;

use async_trait::async_trait;
use time::OffsetDateTime;

/// What time it is. Tests bring one that they set.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now, in UTC. MUST be a whole number of microseconds, so that every store gives back what it was given.
    fn now(&self) -> OffsetDateTime;

    /// Returns when this much time has passed on this clock.
    async fn sleep(&self, duration: Duration);
}
