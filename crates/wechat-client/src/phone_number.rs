use std::time::Duration;

use serde_json::{Map, Value, json};
use wechat_login_domain::{AppAccessToken, AppId, OpenId, Phone, PhoneCode, ports::WeChatError};

use crate::{HttpWeChat, answer, call::Call, errcode::Credential};

const PATH: &str = "/wxa/business/getuserphonenumber";
/// The openid is not that of the person who gave the number. WeChat does not document that, but nothing else can be wrong
/// with an openid that it gave us.
const ANOTHER_PERSONS: i64 = 40003;

impl HttpWeChat {
    /// Exchanges a phone code. WeChat compares the openid with that of the person who gave the number, and only then
    /// nobody can bring somebody else's code.
    ///
    /// <https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-info/phone-number/getPhoneNumber.html>
    #[tracing::instrument(name = "wechat.getuserphonenumber", skip_all)]
    pub(crate) async fn getuserphonenumber(
        &self,
        app_id: &AppId,
        code: &PhoneCode,
        openid: &OpenId,
        token: &AppAccessToken,
        within: Duration,
    ) -> Result<Phone, WeChatError> {
        let query = [("access_token", token.expose())];
        let body = json!({"code": code.expose(), "openid": openid.as_str()});
        let call = Call {
            rejects_code: &[ANOTHER_PERSONS],
            ..Call::get(PATH, app_id, Credential::AppToken, &query).post(&body)
        };
        self.call(&call, within, |answer| read(answer, app_id)).await
    }
}

fn read(answer: &Map<String, Value>, app_id: &AppId) -> Result<Phone, &'static str> {
    let object = |answer: &Map<String, Value>, name| answer.get(name).and_then(Value::as_object).cloned();
    let phone_info = object(answer, "phone_info").ok_or("no phone_info")?;
    let watermark = object(&phone_info, "watermark").ok_or("no watermark")?;
    if answer::text(&watermark, "appid") != app_id.as_str() {
        return Err("a phone number for another app");
    }
    let country_code = digits(&phone_info, "countryCode")
        .filter(|code| code.len() <= 3 && !code.starts_with('0'))
        .ok_or("no valid countryCode")?;
    let number = digits(&phone_info, "purePhoneNumber").ok_or("no valid purePhoneNumber")?;
    Phone::parse(&format!("+{country_code}{number}")).map_err(|_invalid| "no valid phone number")
}

/// Digits, as a text or as a number. None must be missing: without its country code a Chinese mobile number is an
/// American one.
fn digits(phone_info: &Map<String, Value>, name: &str) -> Option<String> {
    let digits = match phone_info.get(name)? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let is_number = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.is_empty();
    is_number.then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_json(country_code: &Value, number: &Value, app_id: &Value) -> Result<Phone, &'static str> {
        let answer = json!({"phone_info": {
            "phoneNumber": "000",
            "purePhoneNumber": number,
            "countryCode": country_code,
            "watermark": {"timestamp": 1_637_744_274, "appid": app_id},
        }});
        read(answer.as_object().unwrap(), &AppId::parse("wx1").unwrap())
    }

    #[test]
    fn country_and_number_make_e164() {
        for (country_code, number, expected) in [
            (json!("86"), json!("13800138000"), "+8613800138000"),
            (json!(86), json!("13800138000"), "+8613800138000"),
            (json!("852"), json!("61234567"), "+85261234567"),
            (json!(1), json!(2_025_550_123), "+12025550123"),
        ] {
            let phone = read_json(&country_code, &number, &json!("wx1")).unwrap();
            assert_eq!(phone.expose(), expected);
        }
    }

    #[test]
    fn no_number_is_made_up() {
        let (country_code, number, app_id) = (&json!("86"), &json!("13800138000"), &json!("wx1"));
        for bad in [
            json!(null),
            json!(""),
            json!("+86"),
            json!(" 86"),
            json!(-86),
            json!(8.6),
            json!([86]),
            json!("八六"),
        ] {
            assert!(read_json(&bad, number, app_id).is_err(), "{bad}");
            assert!(read_json(country_code, &bad, app_id).is_err(), "{bad}");
        }
        // 86 and the first digits of a number, and 86 as some dial it.
        for bad in ["8613", "086", "0086", "0", "00", "000"] {
            for bad in [json!(bad), json!(bad.parse::<u64>().unwrap() * 1000)] {
                assert!(read_json(&bad, number, app_id).is_err(), "{bad}");
                assert!(read_json(&bad, &json!("1380013800"), app_id).is_err(), "{bad}");
            }
        }
        for bad in [json!("138"), json!("13800138000000"), json!("138****8000")] {
            assert!(read_json(country_code, &bad, app_id).is_err(), "{bad}");
        }
        for other in [json!(null), json!(""), json!("wx2"), json!("WX1"), json!(1)] {
            assert!(read_json(country_code, number, &other).is_err(), "{other}");
        }
        assert!(read_json(country_code, number, app_id).is_ok());
    }
}
