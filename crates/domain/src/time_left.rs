use std::time::{Duration, Instant};

use time::OffsetDateTime;

use crate::ports::Clock;

/// What is left of the time that several calls share.
pub(crate) struct TimeLeft<'a> {
    clock: &'a dyn Clock,
    within: Duration,
    began: Instant,
    began_at: OffsetDateTime,
}

impl<'a> TimeLeft<'a> {
    /// All of it, from now on.
    pub(crate) fn new(clock: &'a dyn Clock, within: Duration) -> Self {
        Self {
            clock,
            within,
            began: Instant::now(),
            began_at: clock.now(),
        }
    }

    /// What is left now. The machine's own count says so too, since a clock may be set back.
    pub(crate) fn now(&self) -> Duration {
        let by_the_clock = Duration::try_from(self.clock.now() - self.began_at).unwrap_or_default();
        self.within.saturating_sub(by_the_clock.max(self.began.elapsed()))
    }
}
