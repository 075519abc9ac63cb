//! JSON objects that do not say what was asked.

use crate::{
    client::{APP_ID, OPENID, PHONE, SESSION_KEY},
    question::Question,
};

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

/// The good answer with this value in place of that one.
fn with(question: Question, good: &str, values: &[&str]) -> Vec<Vec<u8>> {
    let body = question.good_body();
    assert!(body.contains(good), "{good} in {body}");
    values
        .iter()
        .map(|value| body.replace(good, value).into_bytes())
        .collect()
}

fn openids(question: Question) -> Vec<Vec<u8>> {
    let openid = format!("\"openid\":{}", quoted(OPENID));
    let too_long = quoted(&"o".repeat(65));
    let values = [
        "\"\"",
        "123",
        "null",
        "true",
        "[\"CANARYopenid\"]",
        r#"{"a":"b"}"#,
        "\" \"",
        "\"CANARY openid\"",
        "\"CANARY\u{1}openid\"",
        "\"CANARY\topenid\"",
        r#""CANARY\u0000openid""#,
        r#""CANARY\ud800openid""#,
        "\"CANARY张三\"",
        &too_long,
        "\"CANARYopenid\",\"openid\":\"CANARYopenid\"",
        "\"CANARYopenid\",\"openid\":\"CANARYother\"",
    ];
    let fields = values.map(|value| format!("\"openid\":{value}"));
    let fields: Vec<_> = fields.iter().map(String::as_str).collect();
    let mut bodies = with(question, &openid, &fields);
    bodies.extend(with(question, "\"openid\"", &["\"openId\"", "\"OPENID\""]));
    let mut not_utf8 = with(question, OPENID, &["o?"]).remove(0);
    let at = not_utf8.windows(2).position(|two| two == b"o?").unwrap();
    not_utf8[at + 1] = 0xff;
    bodies.push(not_utf8);
    bodies
}

fn unionids(question: Question) -> Vec<Vec<u8>> {
    with(question, "\"CANARYunionid\"", &["1", "[]", "\"u A\""])
}

/// What an answer of this kind must not be taken for.
pub(crate) fn without_a_meaning(question: Question) -> Vec<Vec<u8>> {
    let of_a_person = || openids(question).into_iter().chain(unionids(question)).collect();
    let mut bodies: Vec<Vec<u8>> = match question {
        Question::LoginCode | Question::OauthCode | Question::UserInfo => of_a_person(),
        Question::PhoneNumber | Question::CheckSession | Question::AppToken => Vec::new(),
    };
    bodies.extend(match question {
        Question::LoginCode => with(
            question,
            &quoted(&SESSION_KEY.replace('/', "\\/")),
            &[
                "null",
                "123",
                "\"\"",
                "\"AAECAwQFBgcICQoLDA0O\"",
                "\"AAECAwQFBgcICQoLDA0ODxA=\"",
                "\"AAECAwQFBgcICQoLDA0ODw\"",
                "\"__-_AwQFBgcICQoLDA0ODw==\"",
                "\"CANARY no base64 at all==\"",
            ],
        ),
        Question::OauthCode | Question::AppToken => with(
            question,
            "\"access_token\":\"CANARYtoken\"",
            &[
                "\"a\":1",
                "\"access_token\":null",
                "\"access_token\":7200",
                "\"access_token\":\"\"",
                "\"access_token\":\"CANARY token\"",
                "\"access_token\":\"CANARY\ttoken\"",
                "\"access_token\":[\"CANARYtoken\"]",
            ],
        ),
        Question::UserInfo => with(
            question,
            &quoted(OPENID),
            &["\"CANARYother\"", "\"canaryopenid\"", "\"CANARYopenid2\""],
        ),
        Question::PhoneNumber => phone_numbers(),
        Question::CheckSession => [r#"{"errmsg":"ok"}"#, r#"{"valid":true}"#]
            .map(|body| body.as_bytes().to_owned())
            .to_vec(),
    });
    if question == Question::AppToken {
        let values = [
            "null",
            "0",
            "-1",
            "1.5",
            "\"soon\"",
            "[7200]",
            "1e9",
            "99999999999999999999",
        ];
        bodies.extend(with(question, "7200", &values));
    }
    if question != Question::CheckSession {
        bodies.extend([
            br#"{"errcode":0,"errmsg":"ok"}"#.to_vec(),
            br#"{"errcode":"0"}"#.to_vec(),
        ]);
    }
    bodies
}

fn phone_numbers() -> Vec<Vec<u8>> {
    let question = Question::PhoneNumber;
    let mut bodies = with(
        question,
        "\"countryCode\":\"86\"",
        &[
            "\"a\":1",
            "\"countryCode\":null",
            "\"countryCode\":\"\"",
            "\"countryCode\":\"+86\"",
            "\"countryCode\":-86",
            "\"countryCode\":8.6",
        ],
    );
    bodies.extend(with(
        question,
        &format!("\"purePhoneNumber\":{}", quoted(PHONE)),
        &[
            "\"a\":1",
            "\"purePhoneNumber\":\"\"",
            "\"purePhoneNumber\":null",
            "\"purePhoneNumber\":\"199 0000 1111\"",
            "\"purePhoneNumber\":\"199****1111\"",
            "\"purePhoneNumber\":\"1\"",
            "\"purePhoneNumber\":\"19900001111199000011111\"",
        ],
    ));
    bodies.extend(with(
        question,
        &format!("\"appid\":{}", quoted(APP_ID)),
        &[
            "\"a\":1",
            "\"appid\":\"\"",
            "\"appid\":\"wx0000000000000002\"",
            "\"appid\":1",
        ],
    ));
    bodies.extend(with(question, "\"phone_info\"", &["\"phoneInfo\""]));
    bodies.extend(with(question, "\"watermark\"", &["\"a\""]));
    bodies
}
