#![doc = include_str!("../README.md")]

mod app_secret;
mod call;
mod decrypt;
mod errcode;
mod failure;
mod http;
mod lenient_json;
mod mini_program;
mod settings;

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use url::Url;
use wechat_login_domain::{
    App, AppId, Decrypted, EncryptedData, LoginCode, NotDecryptable, SessionKey,
    ports::{CodeExchange, WeChat, WeChatError},
};

pub use app_secret::{AppSecret, InvalidAppSecret};
pub use settings::{BuildError, Settings};

/// WeChat's servers, over HTTPS.
#[derive(Debug)]
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

    fn decrypt(&self, key: &SessionKey, data: &EncryptedData) -> Result<Decrypted, NotDecryptable> {
        decrypt::decrypt(key, data)
    }
}
