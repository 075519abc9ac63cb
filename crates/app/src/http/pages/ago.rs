//! How long ago something was, in words.

use time::{Duration, OffsetDateTime, UtcOffset, macros::offset};

use super::words::Account;

/// China has one zone, and those who are elsewhere see the exact moment in their own where they point.
const CHINA: UtcOffset = offset!(+8);

/// `3 minutes ago`; after a month, the date.
pub(super) fn ago(moment: OffsetDateTime, now: OffsetDateTime, words: &Account) -> String {
    let gone = now - moment;
    let counted = |count: i64, [one, several]: [&str; 2]| {
        let unit = if count == 1 { one } else { several };
        format!("{count}{unit}")
    };
    if gone < Duration::MINUTE {
        words.just_now.to_owned()
    } else if gone < Duration::HOUR {
        counted(gone.whole_minutes(), words.minutes_ago)
    } else if gone < Duration::DAY {
        counted(gone.whole_hours(), words.hours_ago)
    } else if gone < Duration::days(30) {
        counted(gone.whole_days(), words.days_ago)
    } else {
        moment.to_offset(CHINA).date().to_string()
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::{config::Language, http::pages::words};

    #[test]
    fn times_are_told_as_people_tell_them() {
        let now = datetime!(2026-11-21 08:00 UTC);
        for (before, chinese, english) in [
            (Duration::seconds(-5), "刚刚", "just now"),
            (Duration::seconds(59), "刚刚", "just now"),
            (Duration::MINUTE, "1 分钟前", "1 minute ago"),
            (Duration::minutes(59), "59 分钟前", "59 minutes ago"),
            (Duration::HOUR, "1 小时前", "1 hour ago"),
            (Duration::hours(23), "23 小时前", "23 hours ago"),
            (Duration::hours(47), "1 天前", "1 day ago"),
            (Duration::days(29), "29 天前", "29 days ago"),
            (Duration::days(30) - Duration::hours(8), "29 天前", "29 days ago"),
            (
                Duration::days(30) + Duration::hours(17),
                "2026-10-21",
                "2026-10-21",
            ),
        ] {
            let told = |language| ago(now - before, now, &words::of(language).account);
            assert_eq!(told(Language::Chinese), chinese);
            assert_eq!(told(Language::English), english);
        }
    }
}
