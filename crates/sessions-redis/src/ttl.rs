//! How long keys live: spans and not moments, so that a server whose clock is wrong does no harm.

use time::Duration;

/// Redis refuses what overflows its clock; nobody's session lasts a century.
const LONGEST: Duration = Duration::days(36_500);

/// Milliseconds for `PX`, never 0, which Redis refuses too.
pub(crate) fn milliseconds(span: Duration) -> i64 {
    let span = span.clamp(Duration::MILLISECOND, LONGEST);
    // Rounded up: nothing goes before its time.
    let whole = span.saturating_add(Duration::nanoseconds(999_999));
    i64::try_from(whole.whole_milliseconds()).expect("a century fits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_rounded_up_and_never_nothing() {
        assert_eq!(milliseconds(Duration::SECOND), 1000);
        assert_eq!(milliseconds(Duration::microseconds(1_000_001)), 1001);
        assert_eq!(milliseconds(Duration::ZERO), 1);
        assert_eq!(milliseconds(-Duration::DAY), 1);
        assert_eq!(milliseconds(Duration::MAX), milliseconds(LONGEST));
    }
}
