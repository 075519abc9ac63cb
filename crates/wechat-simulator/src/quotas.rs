use std::collections::HashMap;
use std::time::Duration;

use crate::wire::Refusal;

/// `/cgi-bin/token`, in the table that WeChat used to publish.
const TOKENS_A_DAY: u32 = 2_000;
const CLEARED_A_MONTH: u32 = 10;
/// Days and months are Beijing's.
const BEIJING: Duration = Duration::from_hours(8);
const DAY: u64 = 24 * 60 * 60;

/// How often each app has called what is rationed.
#[derive(Debug, Default)]
pub(crate) struct Quotas(HashMap<String, Used>);

#[derive(Debug, Default)]
struct Used {
    day: u64,
    tokens: u32,
    /// Of thirty days: nobody's test depends on the calendar's months.
    month: u64,
    cleared: u32,
}

impl Quotas {
    /// Counts a fetch of an access_token, unless the day's are used up.
    pub(crate) fn use_token(&mut self, app_id: &str, now: Duration) -> Result<(), Refusal> {
        let used = self.of(app_id, now);
        if used.tokens >= TOKENS_A_DAY {
            return Err(Refusal::DAILY_QUOTA);
        }
        used.tokens += 1;
        Ok(())
    }

    /// Gives the day's calls back.
    pub(crate) fn clear(&mut self, app_id: &str, now: Duration) -> Result<(), Refusal> {
        let used = self.of(app_id, now);
        if used.cleared >= CLEARED_A_MONTH {
            return Err(Refusal::CLEARED_TOO_OFTEN);
        }
        used.cleared += 1;
        used.tokens = 0;
        Ok(())
    }

    fn of(&mut self, app_id: &str, now: Duration) -> &mut Used {
        let day = (now + BEIJING).as_secs() / DAY;
        let month = day / 30;
        let used = self.0.entry(app_id.to_owned()).or_default();
        if used.day != day {
            (used.day, used.tokens) = (day, 0);
        }
        if used.month != month {
            (used.month, used.cleared) = (month, 0);
        }
        used
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Duration = Duration::from_hours(24 * 30 * 100 + 4);

    #[test]
    fn a_days_calls_are_counted_and_come_back_with_the_next_one() {
        let mut quotas = Quotas::default();
        for _ in 0..TOKENS_A_DAY {
            quotas.use_token("wx1", NOON).unwrap();
        }
        assert_eq!(quotas.use_token("wx1", NOON), Err(Refusal::DAILY_QUOTA));
        assert!(quotas.use_token("wx2", NOON).is_ok());
        assert!(quotas.use_token("wx1", NOON + Duration::from_hours(24)).is_ok());
    }

    #[test]
    fn they_can_be_cleared_ten_times_a_month() {
        let mut quotas = Quotas::default();
        for _ in 0..CLEARED_A_MONTH {
            quotas.clear("wx1", NOON).unwrap();
        }
        assert_eq!(quotas.clear("wx1", NOON), Err(Refusal::CLEARED_TOO_OFTEN));
        assert!(quotas.clear("wx1", NOON + Duration::from_hours(24 * 30)).is_ok());
    }
}
