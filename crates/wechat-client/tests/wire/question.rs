//! Everything that WeChat is asked.

use std::time::Duration;

use wechat_login_client::HttpWeChat;
use wechat_login_domain::{
    AppAccessToken, LoginCode, OauthCode, OpenId, PhoneCode, SessionKey, UserAccessToken,
    ports::{WeChat, WeChatError},
};

use crate::{
    answers::good_body,
    client::{
        APP_ID, CODE, IMPATIENT, NICKNAME, OPENID, PATIENT, PHONE, SESSION_KEY, TOKEN, UNIONID, app,
        impatient, on_time, wechat,
    },
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    LoginCode,
    OauthCode,
    UserInfo,
    PhoneNumber,
    CheckSession,
    AppToken,
}

use Question::{AppToken, CheckSession, OauthCode as Oauth, PhoneNumber, UserInfo};

impl Question {
    pub(crate) const ALL: [Self; 6] = [
        Self::LoginCode,
        Oauth,
        UserInfo,
        PhoneNumber,
        CheckSession,
        AppToken,
    ];

    /// What WeChat says where all is well, in its own spelling.
    pub(crate) fn good_body(self) -> String {
        match self {
            Self::LoginCode => good_body(),
            Oauth => format!(
                r#"{{"access_token":"{TOKEN}","expires_in":7200,"refresh_token":"CANARYrefresh","openid":"{OPENID}","scope":"snsapi_login","unionid":"{UNIONID}"}}"#
            ),
            UserInfo => format!(
                r#"{{"openid":"{OPENID}","nickname":"{NICKNAME}","sex":0,"language":"","city":"","province":"","country":"","headimgurl":"https:\/\/thirdwx.qlogo.cn\/{NICKNAME}\/132","privilege":[],"unionid":"{UNIONID}"}}"#
            ),
            PhoneNumber => format!(
                r#"{{"errcode":0,"errmsg":"ok","phone_info":{{"phoneNumber":"{PHONE}","purePhoneNumber":"{PHONE}","countryCode":"86","watermark":{{"timestamp":1637744274,"appid":"{APP_ID}"}}}}}}"#
            ),
            CheckSession => r#"{"errcode":0,"errmsg":"ok"}"#.to_owned(),
            AppToken => format!(r#"{{"access_token":"{TOKEN}","expires_in":7200}}"#),
        }
    }

    /// Asks, and shows the answer as `Debug` does.
    pub(crate) async fn ask_of(self, wechat: &HttpWeChat, within: Duration) -> Result<String, WeChatError> {
        let (app, openid) = (app(APP_ID), OpenId::parse(OPENID).unwrap());
        let token = AppAccessToken::parse(TOKEN).unwrap();
        let asked = async {
            Ok(match self {
                Self::LoginCode => {
                    let code = LoginCode::parse(CODE).unwrap();
                    format!("{:?}", wechat.exchange_login_code(&app, &code, within).await?)
                }
                Oauth => {
                    let code = OauthCode::parse(CODE).unwrap();
                    format!("{:?}", wechat.exchange_oauth_code(&app, &code, within).await?)
                }
                UserInfo => {
                    let token = UserAccessToken::parse(TOKEN).unwrap();
                    format!("{:?}", wechat.user_info(&app, &openid, &token, within).await?)
                }
                PhoneNumber => {
                    let code = PhoneCode::parse(CODE).unwrap();
                    let asked = wechat.phone_number(&app, &code, &openid, &token, within);
                    format!("{:?}", asked.await?)
                }
                CheckSession => {
                    let key = SessionKey::parse(SESSION_KEY).unwrap();
                    let asked = wechat.check_session(&app, &openid, &key, &token, within);
                    format!("{:?}", asked.await?)
                }
                AppToken => format!("{:?}", wechat.app_access_token(&app, within).await?),
            })
        };
        on_time(within, asked).await
    }

    /// Asks the server at this address, which does end the call.
    pub(crate) async fn ask(self, api_url: &str) -> Result<String, WeChatError> {
        self.ask_of(&wechat(api_url), PATIENT).await
    }

    /// Asks the server at this address, and does not wait long.
    pub(crate) async fn ask_impatiently(self, api_url: &str) -> Result<String, WeChatError> {
        self.ask_of(&impatient(api_url), IMPATIENT).await
    }
}
