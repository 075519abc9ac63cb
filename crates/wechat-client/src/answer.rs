//! What several answers have in common.

use serde_json::{Map, Value};
use wechat_login_domain::{OpenId, UnionId};

/// A field that is a text, or nothing where it is missing or something else.
pub(crate) fn text<'a>(answer: &'a Map<String, Value>, name: &str) -> &'a str {
    answer.get(name).and_then(Value::as_str).unwrap_or_default()
}

pub(crate) fn openid(answer: &Map<String, Value>) -> Result<OpenId, &'static str> {
    OpenId::parse(text(answer, "openid")).map_err(|_invalid| "no valid openid")
}

/// The unionid, where there is one.
pub(crate) fn unionid(answer: &Map<String, Value>) -> Result<Option<UnionId>, &'static str> {
    match answer.get("unionid") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(unionid)) if unionid.is_empty() => Ok(None),
        // To ignore it would give the person a second account.
        Some(unionid) => UnionId::parse(unionid.as_str().unwrap_or_default())
            .map(Some)
            .map_err(|_invalid| "no valid unionid"),
    }
}
