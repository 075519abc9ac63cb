use proptest::prelude::*;
use serde_json::json;

use super::{
    Credential::{AppSecret, AppToken, UserToken},
    *,
};

#[test]
fn every_known_errcode_means_what_it_should() {
    let misconfigured = |errcode| WeChatError::Misconfigured { errcode };
    for (errcode, expected) in [
        (-1, WeChatError::Busy),
        (40029, WeChatError::CodeRejected),
        (40163, WeChatError::CodeRejected),
        (41008, WeChatError::CodeRejected),
        (42003, WeChatError::CodeRejected),
        (40226, WeChatError::LoginBlocked),
        (50001, WeChatError::LoginBlocked),
        (50002, WeChatError::LoginBlocked),
        (45009, WeChatError::RateLimited),
        (45011, WeChatError::RateLimited),
        (44990, WeChatError::RateLimited),
        (44993, WeChatError::RateLimited),
        (40001, misconfigured(40001)),
        (40013, misconfigured(40013)),
        (40125, misconfigured(40125)),
        (40164, misconfigured(40164)),
        (40243, misconfigured(40243)),
        (41002, misconfigured(41002)),
        (41004, misconfigured(41004)),
        (48001, misconfigured(48001)),
        (123_456, misconfigured(123_456)),
        (i64::MAX, misconfigured(i64::MAX)),
        (i64::MIN, misconfigured(i64::MIN)),
    ] {
        assert_eq!(meaning(errcode, AppSecret), expected, "{errcode}");
        if ![40001, 40014, 42001].contains(&errcode) {
            assert_eq!(meaning(errcode, AppToken), expected, "{errcode}");
            assert_eq!(meaning(errcode, UserToken), expected, "{errcode}");
        }
    }
}

#[test]
fn what_a_refused_credential_means_depends_on_whose_it_is() {
    for errcode in [40001, 40014, 42001] {
        let misconfigured = WeChatError::Misconfigured { errcode };
        assert_eq!(meaning(errcode, AppSecret), misconfigured);
        assert_eq!(meaning(errcode, AppToken), WeChatError::AccessTokenRejected);
        assert_eq!(meaning(errcode, UserToken), WeChatError::CodeRejected);
    }
    let misconfigured = WeChatError::Misconfigured { errcode: 40003 };
    assert_eq!(meaning(40003, AppSecret), misconfigured);
    assert_eq!(meaning(40003, AppToken), misconfigured);
    assert_eq!(meaning(40003, UserToken), WeChatError::CodeRejected);
}

#[test]
fn an_errcode_may_be_missing_or_text() {
    for (answer, expected) in [
        (json!({}), Some(0)),
        (json!({"errcode": 0}), Some(0)),
        (json!({"errcode": "0"}), Some(0)),
        (json!({"errcode": "40029"}), Some(40029)),
        (json!({"errcode": " -1 "}), Some(-1)),
        (json!({"errcode": 40029}), Some(40029)),
        (json!({"errcode": null}), None),
        (json!({"errcode": true}), None),
        (json!({"errcode": 1.5}), None),
        (json!({"errcode": u64::MAX}), None),
        (json!({"errcode": ""}), None),
        (json!({"errcode": "none"}), None),
        (json!({"errcode": [0]}), None),
    ] {
        assert_eq!(find(answer.as_object().unwrap()), expected, "{answer}");
    }
}

proptest! {
    #[test]
    fn every_number_means_something(
        errcode in prop_oneof![any::<i64>(), 40_000..51_000_i64],
        shown in prop::sample::select(vec![AppSecret, AppToken, UserToken]),
    ) {
        let meaning = meaning(errcode, shown);
        prop_assert_ne!(meaning, WeChatError::NotReached);
        prop_assert_ne!(meaning, WeChatError::Unavailable);
        prop_assert!(!advice(errcode).cause.is_empty() && !advice(errcode).cure.is_empty());
        if let WeChatError::Misconfigured { errcode: kept } = meaning {
            prop_assert_eq!(kept, errcode);
        }
    }
}
