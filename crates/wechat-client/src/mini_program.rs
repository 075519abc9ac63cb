use std::time::Duration;

use serde_json::{Map, Value};
use wechat_login_domain::{
    AppId, LoginCode, SessionKey,
    ports::{CodeExchange, WeChatError},
};

use crate::{HttpWeChat, answer, call::Call, errcode::Credential};

const PATH: &str = "/sns/jscode2session";

impl HttpWeChat {
    /// Exchanges a mini-program's login code.
    ///
    /// <https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html>
    #[tracing::instrument(name = "wechat.jscode2session", skip_all)]
    pub(crate) async fn jscode2session(
        &self,
        app_id: &AppId,
        code: &LoginCode,
        within: Duration,
    ) -> Result<CodeExchange, WeChatError> {
        let secret = self.secret(PATH, app_id)?;
        let query = [
            ("appid", app_id.as_str()),
            ("secret", secret.expose()),
            ("js_code", code.expose()),
            ("grant_type", "authorization_code"),
        ];
        let call = Call::get(PATH, app_id, Credential::AppSecret, &query);
        self.call(&call, within, read).await
    }
}

fn read(answer: &Map<String, Value>) -> Result<CodeExchange, &'static str> {
    let session_key = SessionKey::parse(answer::text(answer, "session_key"));
    Ok(CodeExchange {
        openid: answer::openid(answer)?,
        unionid: answer::unionid(answer)?,
        session_key: session_key.map_err(|_invalid| "no valid session_key")?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wechat_login_domain::UnionId;

    use super::*;

    const KEY: &str = "AAECAwQFBgcICQoLDA0ODw==";

    fn read_json(answer: &Value) -> Result<CodeExchange, &'static str> {
        read(answer.as_object().unwrap())
    }

    #[test]
    fn an_answer_without_a_unionid_has_many_forms() {
        for answer in [
            json!({"openid": "oA", "session_key": KEY}),
            json!({"openid": "oA", "session_key": KEY, "unionid": ""}),
            json!({"openid": "oA", "session_key": KEY, "unionid": null}),
            json!({"openid": "oA", "session_key": KEY, "expires_in": 7200, "new": {"x": []}}),
        ] {
            let exchange = read_json(&answer).unwrap();
            assert_eq!(
                (exchange.openid.as_str(), exchange.unionid),
                ("oA", None),
                "{answer}"
            );
        }
    }

    #[test]
    fn everything_is_taken_as_it_came() {
        let answer = json!({"openid": "oA_-", "session_key": KEY, "unionid": "uA"});
        let exchange = read_json(&answer).unwrap();
        assert_eq!(exchange.openid.as_str(), "oA_-");
        assert_eq!(exchange.unionid, Some(UnionId::parse("uA").unwrap()));
        assert_eq!(exchange.session_key.expose(), KEY);
    }

    #[test]
    fn what_cannot_be_wechats_is_no_login() {
        for answer in [
            json!({}),
            json!({"openid": "", "session_key": KEY}),
            json!({"openid": 123, "session_key": KEY}),
            json!({"openid": "o A", "session_key": KEY}),
            json!({"openid": "oA"}),
            json!({"openid": "oA", "session_key": "AAEC"}),
            json!({"openid": "oA", "session_key": KEY, "unionid": 1}),
            json!({"openid": "oA", "session_key": KEY, "unionid": "u A"}),
        ] {
            assert!(read_json(&answer).is_err(), "{answer}");
        }
    }
}
