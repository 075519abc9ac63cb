use std::time::Duration;

/// How long the same thing took, many times.
#[derive(Default)]
pub(super) struct Latencies(Vec<Duration>);

impl Latencies {
    pub(super) fn add(&mut self, one: Duration) {
        self.0.push(one);
    }

    /// The time within which so many per cent of them ended, in milliseconds; 0 where there are none.
    pub(super) fn percentile(&mut self, percent: usize) -> f64 {
        self.0.sort_unstable();
        let place = (self.0.len() * percent).div_ceil(100).saturating_sub(1);
        self.0.get(place).map_or(0.0, Duration::as_secs_f64) * 1_000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_times() {
        let mut times = Latencies::default();
        for n in (1..=200).rev() {
            times.add(Duration::from_millis(n));
        }
        let found = [50, 99, 100].map(|percent| format!("{:.0}", times.percentile(percent)));
        assert_eq!(found, ["100", "198", "200"]);
        assert_eq!(format!("{:.0}", Latencies::default().percentile(50)), "0");
    }
}
