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

#[cfg(test)]
mod tests {
    use std::{sync::Mutex, thread};

    use async_trait::async_trait;

    use super::*;

    struct SetClock(Mutex<OffsetDateTime>);

    impl SetClock {
        fn moved_by(&self, by: time::Duration) {
            *self.0.lock().unwrap() += by;
        }
    }

    #[async_trait]
    impl Clock for SetClock {
        fn now(&self) -> OffsetDateTime {
            *self.0.lock().unwrap()
        }

        async fn sleep(&self, _duration: Duration) {}
    }

    #[test]
    fn time_passes_by_the_clock_or_by_the_machine_whichever_says_more() {
        let clock = SetClock(Mutex::new(OffsetDateTime::UNIX_EPOCH));
        let time_left = TimeLeft::new(&clock, Duration::from_hours(1));
        clock.moved_by(time::Duration::minutes(20));
        assert!(time_left.now() <= Duration::from_mins(40));
        clock.moved_by(time::Duration::minutes(-50));
        thread::sleep(Duration::from_millis(2));
        assert!(time_left.now() <= Duration::from_hours(1).saturating_sub(Duration::from_millis(2)));
        clock.moved_by(time::Duration::hours(9));
        assert_eq!(time_left.now(), Duration::ZERO);
    }
}
