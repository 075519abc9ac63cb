//! Time and chance, from the machine.

use std::time::Duration;

use async_trait::async_trait;
use time::OffsetDateTime;
use wechat_login_domain::ports::{Clock, Entropy};

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> OffsetDateTime {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is where the Clock port meets the machine"
        )]
        let now = OffsetDateTime::now_utc();
        let whole_microseconds = now.nanosecond() / 1_000 * 1_000;
        now.replace_nanosecond(whole_microseconds)
            .expect("less than a second")
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// The operating system's random bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("an operating system without random bytes cannot make tokens");
    }
}
