use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Ten years and the days that ten years may have more: enough for any test, and the clock's Unix time still fits the eight hex digits of a `rid`.
const FURTHEST: Duration = Duration::from_hours(3_653 * 24);

/// Real time plus what was added to it. Times are durations since the Unix epoch.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    offset: Duration,
    latest: Duration,
}

impl Clock {
    /// The time now, never before an answer it gave earlier: codes must not come back to life when
    /// the machine's own clock is set back.
    pub(crate) fn now(&mut self) -> Duration {
        self.latest = self.latest.max(real_time() + self.offset);
        self.latest
    }

    /// Lets `by` pass at once. False where that would lead too far into the future.
    pub(crate) fn advance(&mut self, by: Duration) -> bool {
        match self.offset.checked_add(by) {
            Some(offset) if offset <= FURTHEST => {
                self.offset = offset;
                true
            }
            _ => false,
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the simulator's clock meets the real one"
)]
fn real_time() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advancing_moves_the_time_and_adds_up() {
        let mut clock = Clock::default();
        let before = clock.now();
        assert!(clock.advance(Duration::from_mins(5)) && clock.advance(Duration::from_mins(1)));
        let after = clock.now();
        assert!(
            after >= before + Duration::from_mins(6) && after < before + Duration::from_mins(7),
            "{after:?}"
        );
    }

    #[test]
    fn a_time_too_far_ahead_changes_nothing() {
        let mut clock = Clock::default();
        assert!(!clock.advance(Duration::MAX));
        assert!(!clock.advance(FURTHEST + Duration::from_secs(1)));
        assert_eq!(clock.offset, Duration::ZERO);
    }

    #[test]
    fn it_never_goes_back() {
        let latest = real_time() + Duration::from_hours(1);
        let mut clock = Clock {
            offset: Duration::ZERO,
            latest,
        };
        assert_eq!(clock.now(), latest);
    }
}
