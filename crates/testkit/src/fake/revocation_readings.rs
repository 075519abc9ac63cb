use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Instant,
};

use async_trait::async_trait;
use wechat_login_domain::{PortError, ports::RevocationReadings};

/// Readings of a record that nobody writes to, and how often one was to be hastened.
#[derive(Debug, Default)]
pub struct EmptyReadings {
    hastened: AtomicU32,
}

impl EmptyReadings {
    /// How many times since this was asked last.
    pub fn hastened(&self) -> u32 {
        self.hastened.swap(0, Ordering::SeqCst)
    }
}

#[async_trait]
impl RevocationReadings for EmptyReadings {
    async fn after(&self, _moment: Instant, _until: Instant) -> Result<(), PortError> {
        Ok(())
    }

    async fn catch_up(&self, _moment: Instant, _until: Instant) {}

    fn hasten(&self) {
        self.hastened.fetch_add(1, Ordering::SeqCst);
    }
}
