//! Keeps the revocation view up with the record: every 500 ms what is new, every ten minutes everything.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use time::OffsetDateTime;
use wechat_login_domain::use_case::FollowRevocations;

const POLL_EVERY: Duration = Duration::from_millis(500);
const RELOAD_EVERY: Duration = Duration::from_mins(10);

/// Follows the record for as long as the program runs, from the reading that was made before it was ready.
pub(crate) async fn follow(feed: Arc<FollowRevocations>, mut last_read_at: OffsetDateTime) {
    let mut loaded = Instant::now();
    let mut is_failing = false;
    let mut tick = tokio::time::interval(POLL_EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let is_reload = loaded.elapsed() >= RELOAD_EVERY;
        match feed.run((!is_reload).then_some(last_read_at)).await {
            Ok(read_at) => {
                last_read_at = read_at;
                if is_reload {
                    loaded = Instant::now();
                }
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
