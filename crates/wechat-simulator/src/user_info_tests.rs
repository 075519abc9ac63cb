use serde_json::{Value, json};

use super::*;
use crate::app::demo_apps;

const NOW: Duration = Duration::from_secs(1_700_000_000);

fn key(text: &str) -> SessionKey {
    SessionKey::from_text(text)
}

fn decrypt(info: &UserInfo, key: SessionKey) -> String {
    info.encrypted.open(key)
}

#[test]
fn the_signature_is_that_of_wechats_sample() {
    let raw_data = r#"{"nickName":"Band","gender":1,"language":"zh_CN","city":"Guangzhou","province":"Guangdong","country":"CN","avatarUrl":"http://wx.qlogo.cn/mmopen/vi_32/1vZvI39NWFQ9XM4LtQpFrQJ1xlgZxx3w7bQxKARol6503Iuswjjn6nIGBiaycAjAtpujxyzYsrztuuICqIM5ibXQ/0"}"#;
    assert_eq!(
        sign(raw_data, key("HyVFkGl5F5OQWJZZaNzBBg==")),
        "75e81ceda165f4ffa64f4068af58c64b8f54b88c"
    );
}

#[test]
fn the_encrypted_profile_has_wechats_keys_in_wechats_order() {
    let app = demo_apps().remove(0);
    let person = Person {
        nickname: Some("三/哥".to_owned()),
        ..Person::new("张三")
    };
    let key = SessionKey::generate();
    let info = UserInfo::of(&person, &app, key, NOW);
    let (openid, unionid) = (person.id.openid(&app.app_id), person.id.unionid(&app).unwrap());
    let avatar = avatar(&person);
    let profile = format!(
        r#""nickName":"三/哥","gender":0,"language":"zh_CN","city":"","province":"","country":"","avatarUrl":"{avatar}""#
    );
    assert_eq!(info.raw_data, format!("{{{profile}}}"));
    assert_eq!(
        decrypt(&info, key),
        format!(
            r#"{{"openId":"{openid}",{profile},"unionId":"{unionid}","watermark":{{"timestamp":1700000000,"appid":"{}"}}}}"#,
            app.app_id
        )
    );
}

#[test]
fn nobody_without_a_nickname_is_told_apart() {
    let app = App {
        open_platform: None,
        ..demo_apps().remove(0)
    };
    let key = SessionKey::generate();
    let info = UserInfo::of(&Person::new("alice"), &app, key, NOW);
    let raw: Value = serde_json::from_str(&info.raw_data).unwrap();
    assert_eq!(
        (&raw["nickName"], &raw["is_demote"], &raw["language"]),
        (&json!("微信用户"), &json!(true), &json!(""))
    );
    let secret: Value = serde_json::from_str(&decrypt(&info, key)).unwrap();
    assert_eq!(secret.get("unionId"), None);
}
