use std::time::{Duration, Instant};

/// So many at once, as when an office of people is signed out.
const BURST: u32 = 10;
/// And one more in each of these.
const ONE_IN: Duration = Duration::from_millis(200);

/// The readings that may begin for whoever has an answer without them too: anybody can make up a token, so there are few, and all who come
/// before the next one begins share it.
#[derive(Default)]
pub(super) struct Allowance {
    /// Ahead of the time by one span for each that was taken.
    spent_until: Option<Instant>,
    is_next_taken: bool,
}

impl Allowance {
    /// Whether the next reading may be waited for.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        if self.is_next_taken {
            return true;
        }
        let spent_until = self.spent_until.map_or(now, |spent| spent.max(now)) + ONE_IN;
        if spent_until > now + BURST * ONE_IN {
            return false;
        }
        self.spent_until = Some(spent_until);
        self.is_next_taken = true;
        true
    }

    /// The next reading begins: whoever comes from now on needs another.
    pub(super) fn next_begins(&mut self) {
        self.is_next_taken = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many readings can be had at this moment, if each is over at once.
    fn taken(allowance: &mut Allowance, now: Instant) -> usize {
        let had = std::iter::repeat_with(|| {
            let may = allowance.take(now);
            allowance.next_begins();
            may
        });
        had.take(100).take_while(|may| *may).count()
    }

    #[test]
    fn ten_at_once_and_five_a_second() {
        let mut allowance = Allowance::default();
        let now = Instant::now();
        assert_eq!(taken(&mut allowance, now), 10);
        assert_eq!(taken(&mut allowance, now + ONE_IN / 2), 0);
        assert_eq!(taken(&mut allowance, now + 5 * ONE_IN), 5);
        assert_eq!(taken(&mut allowance, now + 1000 * ONE_IN), 10);
    }

    #[test]
    fn everybody_shares_the_next_one() {
        let mut allowance = Allowance::default();
        let now = Instant::now();
        assert!((0..1000).all(|_| allowance.take(now)));
        allowance.next_begins();
        assert_eq!(taken(&mut allowance, now), 9);
    }
}
