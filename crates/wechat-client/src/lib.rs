#![doc = include_str!("../README.md")]

mod answer;
mod app_secret;
mod app_token;
mod call;
mod check_session;
mod decrypt;
mod errcode;
mod failure;
mod http;
mod lenient_json;
mod mini_program;
mod oauth;
mod phone_number;
mod settings;

use std::{collections::BTreeMap, fmt, time::Duration};

use async_trait::async_trait;
use serde_json::Map;
use url::Url;
use wechat_login_domain::{
    App, AppAccessToken, AppId, Decrypted, EncryptedData, LoginCode, NotDecryptable, OauthCode, OpenId,
    Phone, PhoneCode, SessionKey, UserAccessToken,
    ports::{CodeExchange, FetchedAppToken, OauthExchange, SessionKeyState, UserInfo, WeChat, WeChatError},
};

use crate::{call::Call, errcode::Credential, failure::Failure};

pub use app_secret::{AppSecret, InvalidAppSecret};
pub use settings::{BuildError, Settings};

/// What WeChat answers to a request without a secret.
const SECRET_MISSING: i64 = 41004;

/// WeChat's servers, over HTTPS.
pub struct HttpWeChat {
    http: reqwest::Client,
    api_url: Url,
    secrets: BTreeMap<AppId, AppSecret>,
}

impl HttpWeChat {
    /// Ready to talk to WeChat for the apps whose secrets these are. Sends nothing yet.
    ///
    /// # Errors
    /// [`BuildError`] names the setting that cannot be used.
    pub fn new(settings: Settings, secrets: BTreeMap<AppId, AppSecret>) -> Result<Self, BuildError> {
        settings.check_api_url()?;
        Ok(Self {
            http: http::client(&settings)?,
            api_url: settings.api_url,
            secrets,
        })
    }

    /// The app's secret. To a request without one WeChat's answer is known without asking.
    fn secret(&self, path: &'static str, app_id: &AppId) -> Result<&AppSecret, WeChatError> {
        self.secrets.get(app_id).ok_or_else(|| {
            let call = Call::get(path, app_id, Credential::AppSecret, &[]);
            Failure::refused(SECRET_MISSING, &call, &Map::new()).log(&call, Duration::ZERO)
        })
    }
}

// A path in the API's URL may be what lets us in at a gateway.
impl fmt::Debug for HttpWeChat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpWeChat")
            .field("api_url", &self.api_url.host_str())
            .field("secrets", &self.secrets)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl WeChat for HttpWeChat {
    async fn exchange_login_code(
        &self,
        app: &App,
        code: &LoginCode,
        within: Duration,
    ) -> Result<CodeExchange, WeChatError> {
        self.jscode2session(&app.app_id, code, within).await
    }

    async fn exchange_oauth_code(
        &self,
        app: &App,
        code: &OauthCode,
        within: Duration,
    ) -> Result<OauthExchange, WeChatError> {
        self.oauth2_access_token(&app.app_id, code, within).await
    }

    async fn user_info(
        &self,
        app: &App,
        openid: &OpenId,
        token: &UserAccessToken,
        within: Duration,
    ) -> Result<UserInfo, WeChatError> {
        self.userinfo(&app.app_id, openid, token, within).await
    }

    async fn phone_number(
        &self,
        app: &App,
        code: &PhoneCode,
        openid: &OpenId,
        token: &AppAccessToken,
        within: Duration,
    ) -> Result<Phone, WeChatError> {
        self.getuserphonenumber(&app.app_id, code, openid, token, within)
            .await
    }

    async fn check_session(
        &self,
        app: &App,
        openid: &OpenId,
        key: &SessionKey,
        token: &AppAccessToken,
        within: Duration,
    ) -> Result<SessionKeyState, WeChatError> {
        self.checksession(&app.app_id, openid, key, token, within).await
    }

    async fn app_access_token(&self, app: &App, within: Duration) -> Result<FetchedAppToken, WeChatError> {
        self.stable_token(&app.app_id, within).await
    }

    fn decrypt(&self, key: &SessionKey, data: &EncryptedData) -> Result<Decrypted, NotDecryptable> {
        decrypt::decrypt(key, data)
    }
}
