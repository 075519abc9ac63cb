//! A phone number as WeChat tells it.

use serde::Serialize;

use crate::app::App;
use crate::encrypted::Watermark;
use crate::person::Person;

/// The two-digit country codes of ITU-T E.164; 1 and 7 have one digit, all others three.
const TWO_DIGITS: &[&str] = &[
    "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48",
    "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81",
    "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
];

/// In WeChat's order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PhoneNumber<'a> {
    /// With the country code where it is not China's.
    phone_number: String,
    pure_phone_number: &'a str,
    country_code: &'a str,
    watermark: Watermark<'a>,
}

impl<'a> PhoneNumber<'a> {
    /// The number of a person who has one.
    pub(crate) fn of(person: &'a Person, app: &'a App, now: std::time::Duration) -> Option<Self> {
        let text = person.phone.as_deref()?;
        let (country_code, pure_phone_number) = match text.strip_prefix('+') {
            Some(international) => split(international),
            None => ("86", text),
        };
        let phone_number = match country_code {
            "86" => pure_phone_number.to_owned(),
            _ => format!("+{country_code}{pure_phone_number}"),
        };
        Some(Self {
            phone_number,
            pure_phone_number,
            country_code,
            watermark: Watermark::new(app, now),
        })
    }
}

fn split(international: &str) -> (&str, &str) {
    let digits = match international.as_bytes() {
        [b'1' | b'7', ..] => 1,
        _ if TWO_DIGITS.iter().any(|code| international.starts_with(code)) => 2,
        _ => 3,
    };
    international.split_at(digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::demo_apps;

    #[test]
    fn mainland_numbers_have_no_country_code_and_others_do() {
        let app = demo_apps().remove(0);
        for (phone, full, pure, country) in [
            ("13800138000", "13800138000", "13800138000", "86"),
            ("+8613800138000", "13800138000", "13800138000", "86"),
            ("+85261234567", "+85261234567", "61234567", "852"),
            ("+12025550123", "+12025550123", "2025550123", "1"),
            ("+447700900123", "+447700900123", "7700900123", "44"),
        ] {
            let person = Person {
                phone: Some(phone.to_owned()),
                ..Person::new("alice")
            };
            let number = PhoneNumber::of(&person, &app, std::time::Duration::ZERO).unwrap();
            assert_eq!(
                (
                    &*number.phone_number,
                    number.pure_phone_number,
                    number.country_code
                ),
                (full, pure, country)
            );
        }
        assert!(PhoneNumber::of(&Person::new("bob"), &app, std::time::Duration::ZERO).is_none());
    }
}
