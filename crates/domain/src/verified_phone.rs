//! A phone number that WeChat says is a mini-program's person's.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::{
    App, AppAccessTokens, AppCallError, OpenId, Phone, PhoneCode,
    ask_wechat::ask_wechat,
    ports::{Clock, WeChat},
};

/// Asks for the number that a phone code stands for, within this time. The code must be this person's.
pub(crate) async fn of_code(
    (wechat, app_tokens, clock): (&dyn WeChat, &AppAccessTokens, &dyn Clock),
    (app, openid): (&App, &OpenId),
    code: &PhoneCode,
    within: Duration,
) -> Result<Phone, AppCallError> {
    let call = |token, within| async move {
        let token = &token;
        ask_wechat(clock, within, |within| {
            wechat.phone_number(app, code, openid, token, within)
        })
        .await
    };
    app_tokens.with_token(app, within, call).await
}

/// The number in data that was decrypted with the person's own key, where it is one.
///
/// The client chooses how the data begins, and may change a part of it at the price of a part before that turns into noise (AES-CBC without a
/// MAC). WeChat writes the number down twice, and both must say the same: then there are two such parts to come through as readable text.
///
/// <https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/deprecatedGetPhoneNumber.html>
pub(crate) fn of_data(data: &Map<String, Value>) -> Option<Phone> {
    let text = |name| data.get(name).and_then(Value::as_str);
    let (country, number) = (text("countryCode")?, text("purePhoneNumber")?);
    let is_country = (1..=3).contains(&country.len()) && !country.starts_with('0') && is_digits(country);
    if !is_country || !is_digits(number) {
        return None;
    }
    // A Chinese number stands there as it is, a foreign one behind its country's.
    let whole = text("phoneNumber")?.trim_start_matches('+');
    let is_same = whole == number || whole.strip_prefix(country) == Some(number);
    let phone = Phone::parse(&format!("+{country}{number}")).ok();
    phone.filter(|_| is_same)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(data: &Value) -> Option<Phone> {
        of_data(data.as_object().unwrap())
    }

    fn data(whole: &str, number: &str, country: &str) -> Value {
        json!({"phoneNumber": whole, "purePhoneNumber": number, "countryCode": country, "watermark": {}})
    }

    #[test]
    fn country_and_number_make_e164() {
        for (whole, number, country, expected) in [
            ("13800138000", "13800138000", "86", "+8613800138000"),
            ("85261234567", "61234567", "852", "+85261234567"),
            ("+85261234567", "61234567", "852", "+85261234567"),
            ("61234567", "61234567", "852", "+85261234567"),
        ] {
            let phone = read(&data(whole, number, country)).unwrap();
            assert_eq!(phone.expose(), expected);
        }
    }

    #[test]
    fn a_number_that_is_not_there_twice_is_none() {
        for (whole, number, country) in [
            ("13800138001", "13800138000", "86"),
            ("", "13800138000", "86"),
            ("13800138000", "", "86"),
            ("13800138000", "13800138000", ""),
            ("13800138000", "13800138000", "086"),
            ("13800138000", "13800138000", "8613"),
            ("13800138000", "13800138000", "+86"),
            ("1380013800x", "1380013800x", "86"),
            ("1１３", "1１３", "86"),
        ] {
            assert_eq!(
                read(&data(whole, number, country)),
                None,
                "{whole} {number} {country}"
            );
        }
        for name in ["phoneNumber", "purePhoneNumber", "countryCode"] {
            let mut without = data("13800138000", "13800138000", "86");
            without.as_object_mut().unwrap().remove(name);
            assert_eq!(read(&without), None, "{name}");
            without[name] = json!(86);
            assert_eq!(read(&without), None, "{name}");
        }
    }
}
