use std::{sync::Mutex, time::Duration};

use async_trait::async_trait;
use time::OffsetDateTime;
use wechat_login_domain::ports::Clock;

use crate::sample;

/// A clock that stands still until a test moves it. Whoever sleeps on it moves it, and waits for nobody.
#[derive(Debug)]
pub struct FixedClock {
    now: Mutex<OffsetDateTime>,
}

impl Default for FixedClock {
    /// Stands at [`sample::NOW`].
    fn default() -> Self {
        Self::at(sample::NOW)
    }
}

impl FixedClock {
    /// Stands at this moment.
    #[must_use]
    pub const fn at(now: OffsetDateTime) -> Self {
        Self { now: Mutex::new(now) }
    }

    /// Moves the clock to this moment, which may be an earlier one.
    pub fn set(&self, now: OffsetDateTime) {
        *self.now.lock().expect("no holder panics") = now;
    }

    /// Moves the clock on.
    pub fn advance(&self, by: impl Into<time::Duration>) {
        *self.now.lock().expect("no holder panics") += by.into();
    }
}

#[async_trait]
impl Clock for FixedClock {
    fn now(&self) -> OffsetDateTime {
        *self.now.lock().expect("no holder panics")
    }

    async fn sleep(&self, duration: Duration) {
        self.advance(time::Duration::try_from(duration).expect("no test sleeps for ages"));
        // Whoever it waits for gets a turn.
        tokio::task::yield_now().await;
    }
}
