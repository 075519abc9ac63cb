//! Keeps the revocation view up with the record: every 500 ms what is new, at once what is new where somebody waits for it or another
//! instance says that there is something, and beside that everything every ten minutes.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use futures_util::FutureExt;
use time::OffsetDateTime;
use tokio::{
    sync::{Notify, watch},
    time::{sleep_until, timeout_at},
};
use wechat_login_domain::{Dependency, PortError, ports::RevocationReadings, use_case::FollowRevocations};

mod allowance;
mod reload;

use self::allowance::Allowance;
pub(crate) use self::reload::reload;

const POLL_EVERY: Duration = Duration::from_millis(500);
/// Between two readings that are asked for: neither whoever fails at once nor a storm of revocations may keep the database busy, and what was
/// revoked elsewhere has to be known within 100 ms.
const SPACING: Duration = Duration::from_millis(50);

/// The readings of the record, for whoever needs one that is younger than something.
#[derive(Default)]
pub(crate) struct RevocationFeed {
    wanted: Notify,
    latest: watch::Sender<Latest>,
    allowance: Mutex<Allowance>,
}

/// When the latest readings began.
#[derive(Clone, Copy, Default)]
struct Latest {
    succeeded: Option<Instant>,
    failed: Option<Instant>,
}

#[async_trait]
impl RevocationReadings for RevocationFeed {
    async fn after(&self, moment: Instant, until: Instant) -> Result<(), PortError> {
        let mut latest = self.latest.subscribe();
        self.wanted.notify_one();
        let is_after = |began: Option<Instant>| began.is_some_and(|began| began > moment);
        let reading = latest.wait_for(|latest| is_after(latest.succeeded) || is_after(latest.failed));
        match timeout_at(until.into(), reading).await {
            Ok(Ok(latest)) if is_after(latest.succeeded) => Ok(()),
            _failed_or_too_late => Err(PortError::new(
                Dependency::Database,
                "the record of revocations could not be read since Redis was connected to",
            )),
        }
    }

    async fn catch_up(&self, moment: Instant, until: Instant) {
        let has_caught_up = self.latest.borrow().succeeded.is_some_and(|began| began > moment);
        if !has_caught_up && self.with_allowance(|allowance| allowance.take(Instant::now())) {
            let _best_effort = self.after(moment, until).await;
        }
    }

    fn hasten(&self) {
        self.wanted.notify_one();
    }
}

impl RevocationFeed {
    /// Follows the record for as long as the program runs, from the reading that was made before it was ready.
    pub(crate) async fn follow(
        self: Arc<Self>,
        record: Arc<FollowRevocations>,
        mut last_read_at: OffsetDateTime,
    ) {
        let mut is_failing = false;
        let mut tick = tokio::time::interval(POLL_EVERY);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut began = Instant::now();
        loop {
            tokio::select! {
                _ = tick.tick() => {}
                () = self.wanted.notified() => sleep_until((began + SPACING).into()).await,
            }
            // Whoever asked until now is served by this one.
            let _asked = self.wanted.notified().now_or_never();
            self.with_allowance(Allowance::next_begins);
            began = Instant::now();
            let outcome = record.run(Some(last_read_at)).await;
            self.latest.send_modify(|latest| match outcome {
                Ok(_) => latest.succeeded = Some(began),
                Err(_) => latest.failed = Some(began),
            });
            match outcome {
                Ok(read_at) => {
                    last_read_at = read_at;
                    if std::mem::take(&mut is_failing) {
                        tracing::info!("the record of revocations can be read again");
                    }
                }
                // One line when it begins, not two a second while it lasts.
                Err(error) if !is_failing => {
                    is_failing = true;
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "the record of revocations cannot be read"
                    );
                }
                Err(_) => {}
            }
        }
    }

    fn with_allowance<T>(&self, change: impl FnOnce(&mut Allowance) -> T) -> T {
        change(&mut self.allowance.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests;
