use std::time::Duration;

use serde_json::{Map, Value};
use wechat_login_domain::{
    AppId, OauthCode, OpenId, Profile, UserAccessToken,
    ports::{OauthExchange, UserInfo, WeChatError},
};

use crate::{HttpWeChat, answer, call::Call, errcode::Credential};

const EXCHANGE: &str = "/sns/oauth2/access_token";
const USER_INFO: &str = "/sns/userinfo";

impl HttpWeChat {
    /// Exchanges the code of a website, a mobile app or an official account.
    ///
    /// <https://developers.weixin.qq.com/doc/oplatform/Website_App/WeChat_Login/Wechat_Login.html>
    #[tracing::instrument(name = "wechat.oauth2_access_token", skip_all)]
    pub(crate) async fn oauth2_access_token(
        &self,
        app_id: &AppId,
        code: &OauthCode,
        within: Duration,
    ) -> Result<OauthExchange, WeChatError> {
        let secret = self.secret(EXCHANGE, app_id)?;
        let query = [
            ("appid", app_id.as_str()),
            ("secret", secret.expose()),
            ("code", code.expose()),
            ("grant_type", "authorization_code"),
        ];
        let call = Call::get(EXCHANGE, app_id, Credential::AppSecret, &query);
        self.call(&call, within, read_exchange).await
    }

    /// Reads a person's profile. The language is that of the place names, which WeChat leaves empty.
    ///
    /// <https://developers.weixin.qq.com/doc/oplatform/Website_App/WeChat_Login/Authorized_Interface_Calling_UnionID.html>
    #[tracing::instrument(name = "wechat.userinfo", skip_all)]
    pub(crate) async fn userinfo(
        &self,
        app_id: &AppId,
        openid: &OpenId,
        token: &UserAccessToken,
        within: Duration,
    ) -> Result<UserInfo, WeChatError> {
        let query = [
            ("access_token", token.expose()),
            ("openid", openid.as_str()),
            ("lang", "zh_CN"),
        ];
        let call = Call::get(USER_INFO, app_id, Credential::UserToken, &query);
        self.call(&call, within, |answer| read_user_info(answer, openid))
            .await
    }
}

fn read_exchange(answer: &Map<String, Value>) -> Result<OauthExchange, &'static str> {
    let access_token = UserAccessToken::parse(answer::text(answer, "access_token"));
    Ok(OauthExchange {
        openid: answer::openid(answer)?,
        unionid: answer::unionid(answer)?,
        is_snapshot_user: is_snapshot_user(answer),
        access_token: access_token.map_err(|_invalid| "no valid access_token")?,
    })
}

/// WeChat writes 1. Whatever else it may write one day, a person who was made up is the worse mistake.
fn is_snapshot_user(answer: &Map<String, Value>) -> bool {
    match answer.get("is_snapshotuser") {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::Number(number)) => number.as_i64() != Some(0),
        Some(Value::String(text)) => !["", "0"].contains(&text.as_str()),
        Some(_) => true,
    }
}

fn read_user_info(answer: &Map<String, Value>, asked: &OpenId) -> Result<UserInfo, &'static str> {
    let openid = answer::openid(answer)?;
    if openid != *asked {
        return Err("another person's openid");
    }
    let (nickname, avatar_url) = (
        answer::text(answer, "nickname"),
        answer::text(answer, "headimgurl"),
    );
    Ok(UserInfo {
        openid,
        unionid: answer::unionid(answer)?,
        profile: Profile::from_wechat(nickname, avatar_url, false),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_person_whom_wechat_made_up_is_known_in_every_form() {
        for (is_snapshot_user, expected) in [
            (json!(1), true),
            (json!("1"), true),
            (json!(true), true),
            (json!(2), true),
            (json!([]), true),
            (json!(0), false),
            (json!("0"), false),
            (json!(""), false),
            (json!(false), false),
            (json!(null), false),
        ] {
            let answer = json!({"openid": "oA", "access_token": "a", "is_snapshotuser": is_snapshot_user});
            let exchange = read_exchange(answer.as_object().unwrap()).unwrap();
            assert_eq!(exchange.is_snapshot_user, expected, "{answer}");
        }
    }

    #[test]
    fn a_profile_that_cannot_be_used_is_an_empty_one() {
        let asked = OpenId::parse("oA").unwrap();
        for answer in [
            json!({"openid": "oA"}),
            json!({"openid": "oA", "nickname": null, "headimgurl": null}),
            json!({"openid": "oA", "nickname": 1, "headimgurl": {}}),
            json!({"openid": "oA", "nickname": "", "headimgurl": ""}),
            json!({"openid": "oA", "nickname": "\u{0}\u{1}", "headimgurl": "javascript:alert(1)"}),
            json!({"openid": "oA", "nickname": "a".repeat(65), "headimgurl": "/132"}),
            json!({"openid": "oA", "nickname": "微信用户", "headimgurl": "https://thirdwx.qlogo.cn/132"}),
        ] {
            let user_info = read_user_info(answer.as_object().unwrap(), &asked).unwrap();
            assert_eq!(user_info.profile, Profile::default(), "{answer}");
        }
    }
}
