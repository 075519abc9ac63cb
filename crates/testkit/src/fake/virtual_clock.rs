use std::time::Duration;

use async_trait::async_trait;
use time::OffsetDateTime;
use tokio::time::Instant;
use wechat_login_domain::ports::Clock;

use crate::sample;

/// A clock that goes with tokio's. In a test with `start_paused` time passes only where everybody waits for it, so that
/// many who wait for each other can be watched without waiting.
#[derive(Debug)]
pub struct VirtualClock(Instant);

impl Default for VirtualClock {
    /// Begins at [`sample::NOW`].
    fn default() -> Self {
        Self(Instant::now())
    }
}

#[async_trait]
impl Clock for VirtualClock {
    fn now(&self) -> OffsetDateTime {
        let micros = i64::try_from(self.0.elapsed().as_micros()).expect("no test takes ages");
        sample::NOW + time::Duration::microseconds(micros)
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
