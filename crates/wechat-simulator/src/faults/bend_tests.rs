use serde_json::Value;

use super::*;

const SESSION: &str = r#"{"session_key":"AAEC\/w==","openid":"oA","unionid":"oB"}"#;
const PROFILE: &str = r#"{"openid":"oA","profile":{"nickname":"张三","sex":0}}"#;
const PHONE: &str = r#"{"errcode":0,"phone_info":{"countryCode":"86","watermark":{"appid":"wx1"}}}"#;

fn bent(bend: &Bend, answer: &str) -> String {
    String::from_utf8(bend.apply(answer.as_bytes())).unwrap()
}

fn raw(bytes: &'static [u8], answer: &str) -> Vec<u8> {
    Bend::InString(bytes).apply(answer.as_bytes())
}

fn set(field: &str, value: Value) -> Bend {
    Bend::SetField(field.to_owned(), value.into())
}

#[test]
fn an_errcode_becomes_a_text() {
    let bend = Bend::ErrcodeAsString;
    assert_eq!(
        bent(&bend, r#"{"errcode":-1,"errmsg":"x"}"#),
        r#"{"errcode":"-1","errmsg":"x"}"#
    );
    assert_eq!(
        bent(&bend, r#"{"openid":"oA"}"#),
        r#"{"errcode":"0","openid":"oA"}"#
    );
}

#[test]
fn a_field_is_set_and_removed_at_any_depth_and_the_rest_stays_as_it_was() {
    assert_eq!(
        bent(&set("openid", json!(7)), SESSION),
        SESSION.replace(r#""oA""#, "7")
    );
    assert_eq!(
        bent(&set("countryCode", json!(86)), PHONE),
        PHONE.replace(r#""86""#, "86")
    );
    assert_eq!(
        bent(&set("appid", Value::Null), PHONE),
        PHONE.replace(r#""wx1""#, "null")
    );
    let without = |field: &str| bent(&Bend::MissingField(field.to_owned()), PHONE);
    assert_eq!(
        without("countryCode"),
        PHONE.replace(r#""countryCode":"86","#, "")
    );
    assert_eq!(without("phone_info"), r#"{"errcode":0}"#);
}

#[test]
fn a_field_that_stands_nowhere_is_added_at_the_end() {
    assert_eq!(
        bent(&set("new", json!({"a": ["/"]})), r#"{"openid":"oA"}"#),
        r#"{"openid":"oA","new":{"a":["\/"]}}"#
    );
}

#[test]
fn bytes_get_into_the_nickname_else_into_the_first_text() {
    assert_eq!(
        raw(b"\x14", PROFILE),
        PROFILE.replace("张三", "张\u{14}三").as_bytes()
    );
    let broken = raw(b"\xE5\xBC", PROFILE);
    assert_eq!(
        String::from_utf8_lossy(&broken),
        PROFILE.replace("张三", "张\u{fffd}三")
    );
    assert_eq!(
        raw(br"\ud800", SESSION),
        SESSION.replace("AAEC", r"A\ud800AEC").as_bytes()
    );
    assert_eq!(raw(b"\x14", r#"{"nickname":""}"#), b"{\"nickname\":\"\x14\"}");
    assert_eq!(raw(b"\x14", r#"{"errcode":0}"#), br#"{"errcode":0}"#);
}

#[test]
fn keys_come_twice_with_two_meanings() {
    assert_eq!(
        bent(&Bend::DuplicateKeys, r#"{"errcode":0,"openid":"oA"}"#),
        r#"{"errcode":0,"openid":"oA","errcode":0,"openid":"oA2"}"#
    );
}

#[test]
fn extra_fields_come_in_every_object_and_hide_none() {
    let json: Value = serde_json::from_str(&bent(&Bend::ExtraFields, PROFILE)).unwrap();
    assert!(json["extra_list"].is_array() && json["profile"]["extra_null"].is_null());
    assert_eq!(
        (&json["openid"], &json["profile"]["nickname"]),
        (&json!("oA"), &json!("张三"))
    );
}

#[test]
fn a_snapshot_user_is_marked_where_a_code_gave_tokens() {
    for (answer, expected) in [
        (r#"{"openid":"oA"}"#, r#"{"openid":"oA"}"#),
        (
            r#"{"refresh_token":"r","openid":"oA"}"#,
            r#"{"refresh_token":"r","openid":"oA","is_snapshotuser":1}"#,
        ),
        (
            r#"{"refresh_token":"r","scope":"s","unionid":"u"}"#,
            r#"{"refresh_token":"r","scope":"s","is_snapshotuser":1,"unionid":"u"}"#,
        ),
    ] {
        assert_eq!(bent(&Bend::SnapshotUser, answer), expected);
    }
}

#[test]
fn a_changed_unionid_is_another_but_always_the_same() {
    let unionid = |answer: &str| {
        let json: Value = serde_json::from_str(&bent(&Bend::ChangedUnionid, answer)).unwrap();
        json["unionid"].as_str().unwrap().to_owned()
    };
    let changed = unionid(SESSION);
    assert!(changed.len() == 28 && changed.starts_with('o'), "{changed}");
    assert_eq!(changed, unionid(SESSION));
    assert_ne!(changed, unionid(&SESSION.replace("oB", "oC")));
    assert_eq!(bent(&Bend::ChangedUnionid, PROFILE), PROFILE);
}

#[test]
fn what_is_no_json_stays_as_it_is() {
    for bend in [Bend::ExtraFields, Bend::InString(b"\x14")] {
        assert_eq!(bend.apply(b"\xFF\xD8\xFF"), b"\xFF\xD8\xFF");
    }
}
