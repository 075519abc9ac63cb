//! What WeChat refuses, and what that means.

use wechat_login_domain::ports::WeChatError;

use crate::{
    answers::{ok, refusal_body},
    client::ask,
    server::Server,
};

pub(crate) fn refusals() -> Vec<(&'static str, WeChatError)> {
    let misconfigured = |errcode| WeChatError::Misconfigured { errcode };
    vec![
        ("-1", WeChatError::Busy),
        ("\"-1\"", WeChatError::Busy),
        ("40029", WeChatError::CodeRejected),
        ("\"40029\"", WeChatError::CodeRejected),
        ("40163", WeChatError::CodeRejected),
        ("41008", WeChatError::CodeRejected),
        ("42003", WeChatError::CodeRejected),
        ("40226", WeChatError::LoginBlocked),
        ("50002", WeChatError::LoginBlocked),
        ("45009", WeChatError::RateLimited),
        ("45011", WeChatError::RateLimited),
        ("44990", WeChatError::RateLimited),
        ("44993", WeChatError::RateLimited),
        ("40001", misconfigured(40001)),
        ("40013", misconfigured(40013)),
        ("40125", misconfigured(40125)),
        ("40164", misconfigured(40164)),
        ("40243", misconfigured(40243)),
        ("41002", misconfigured(41002)),
        ("41004", misconfigured(41004)),
        ("48001", misconfigured(48001)),
        ("999999999", misconfigured(999_999_999)),
        ("-9223372036854775808", misconfigured(i64::MIN)),
    ]
}

#[tokio::test]
async fn each_refusal_says_what_it_means() {
    for (errcode, expected) in refusals() {
        let server = Server::answering(ok(refusal_body(errcode))).await;
        assert_eq!(ask(&server.url()).await, Err(expected), "{errcode}");
        assert_eq!(server.requests().len(), 1, "{errcode}");
    }
}

#[tokio::test]
async fn a_refusal_stays_one_whatever_comes_with_it() {
    let body = format!(
        r#"{{"errcode":40029,{}"#,
        crate::answers::good_body().trim_start_matches('{')
    );
    let server = Server::answering(ok(body)).await;
    assert_eq!(ask(&server.url()).await, Err(WeChatError::CodeRejected));
}
