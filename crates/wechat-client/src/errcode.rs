//! What WeChat's errcodes mean to us.
//!
//! <https://developers.weixin.qq.com/doc/oplatform/Return_codes/Return_code_descriptions_new.html>

use serde_json::{Map, Value};
use wechat_login_domain::ports::WeChatError;

/// The answer's errcode: 0 where it has none, which is how most calls succeed. A number, or one as text. `None` where
/// it is something else.
pub(crate) fn find(answer: &Map<String, Value>) -> Option<i64> {
    match answer.get("errcode") {
        None => Some(0),
        Some(Value::Number(number)) => number.as_i64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(_) => None,
    }
}

/// What a call proves itself with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credential {
    AppSecret,
    /// The `access_token` of the app.
    AppToken,
    /// The `access_token` of one person.
    UserToken,
}

/// What a refusal means for the login, whatever was asked.
pub(crate) const fn meaning(errcode: i64, shown: Credential) -> WeChatError {
    match (errcode, shown) {
        (-1, _) => WeChatError::Busy,
        (40001 | 40014 | 42001, Credential::AppToken) => WeChatError::AccessTokenRejected,
        // 40030, 42002 and 42007 are of refresh tokens, 87007 and 87009 of session_keys: a new code cures those as well.
        (40029 | 40030 | 40163 | 41008 | 42002 | 42003 | 42007 | 87007 | 87009, _)
        // A person's token comes from their code, so it takes a new code to get another one.
        | (40001 | 40003 | 40014 | 42001, Credential::UserToken) => WeChatError::CodeRejected,
        // WeChat restricts this person (40226, 50002) or was not given their consent (50001): no new code and no operator
        // of ours changes that.
        (40226 | 50001 | 50002, _) => WeChatError::LoginBlocked,
        (44990 | 44993 | 45009 | 45011, _) => WeChatError::RateLimited,
        // Settings, mistakes of ours, and what nobody knows yet. An errcode is an answer, so WeChat understood and
        // refused; that is neither an outage nor the person's fault, and only the errcode tells the operator what it is.
        // 41001 says that no access_token came, and no other token changes that.
        _ => WeChatError::Misconfigured { errcode },
    }
}

/// What the operator reads in the log.
pub(crate) struct Advice {
    pub(crate) cause: &'static str,
    pub(crate) cure: &'static str,
}

/// Cause and cure of a refusal that the operator must deal with.
pub(crate) const fn advice(errcode: i64) -> Advice {
    let (cause, cure) = match errcode {
        40013 => (
            "WeChat does not know this AppID",
            "Compare the app's app_id with the one in WeChat's console (开发管理, AppID)",
        ),
        // The first is what calls for a token say of a wrong secret.
        40001 | 40125 => (
            "the AppSecret is not this app's",
            "Copy it from WeChat's console again, and see that it is this app's and not that of an official account; if it was reset there, the old one is void",
        ),
        40164 | 89503 | 89506 | 89507 => (
            "this server's outgoing IP address is not allowed",
            "Add it to the app's IP allow-list in WeChat's console (IP白名单); an administrator may have to confirm it",
        ),
        40243 => (
            "the AppSecret is frozen",
            "An administrator of the app must unfreeze it in WeChat's console",
        ),
        41002 => (
            "the request had no AppID",
            "Set the app's app_id in the configuration",
        ),
        41004 => (
            "the request had no AppSecret",
            "Set the app's secret in the configuration",
        ),
        48001 => (
            "the app is not entitled to this API",
            "Check in WeChat's console that the app is verified and has this permission (接口权限)",
        ),
        48004 | 50004 | 50007 => (
            "WeChat has barred the app or its account",
            "Read the notices in WeChat's console; WeChat's support lifts the bar",
        ),
        48017 => (
            "this access point of WeChat's was closed",
            "Set wechat.api_url to a name that WeChat documents, such as https://api.weixin.qq.com, never to an IP address",
        ),
        40230..=40240 => (
            "API security (接口安全) is switched on for the app",
            "Switch it off in WeChat's console: plain requests are refused with it",
        ),
        61024 => (
            "the app is managed by a third-party platform",
            "Its owner must take it back from the platform in WeChat's console",
        ),
        89002 => (
            "the app is not bound to an Open Platform account",
            "Bind it at open.weixin.qq.com",
        ),
        40014 | 42001 => (
            "the app's access_token is not accepted",
            "See that nothing else resets this app's token (force_refresh of /cgi-bin/stable_token)",
        ),
        40002
        | 40003
        | 40048
        | 40066
        | 40097
        | 40129
        | 40159
        | 40165
        | 40169
        | 41001
        | 41003
        | 41009
        | 41030
        | 43001..=43003
        | 44002
        | 47001
        | 87008 => (
            "WeChat does not accept the request as it was made",
            "This is a defect of wechat-login: report it with errcode and rid",
        ),
        _ => (
            "this version of wechat-login does not know the errcode",
            "Look it up at https://developers.weixin.qq.com/doc/oplatform/Return_codes/Return_code_descriptions_new.html",
        ),
    };
    Advice { cause, cure }
}

#[cfg(test)]
mod tests;
