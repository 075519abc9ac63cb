use std::{sync::Mutex, time::Duration};

use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use wechat_login_domain::{
    App, AppAccessToken, AppId, Decrypted, EncryptedData, LoginCode, NotDecryptable, OauthCode, OpenId,
    Phone, PhoneCode, SessionKey, UserAccessToken,
    ports::{CodeExchange, FetchedAppToken, OauthExchange, SessionKeyState, UserInfo, WeChat, WeChatError},
};

use super::Script;

/// A WeChat that says what a test told it to say, and that knows no other codes.
#[derive(Debug, Default)]
pub struct FakeWeChat {
    login_codes: Script<CodeExchange>,
    /// By the code of a website, a mobile app or an official account.
    pub oauth_codes: Script<OauthExchange>,
    /// By the person's token.
    pub user_infos: Script<UserInfo>,
    /// By phone code.
    pub phones: Script<Phone>,
    /// By `session_key`.
    pub session_keys: Script<SessionKeyState>,
    /// By AppID.
    pub app_tokens: Script<FetchedAppToken>,
    /// How long it takes to hand out an app's token, on tokio's clock.
    pub app_tokens_take: Mutex<Duration>,
    calls: Mutex<Vec<Call>>,
}

/// One call that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Of which app.
    pub app_id: AppId,
    /// What it was about: the code, or what else the call's answers are found by.
    pub code: String,
    /// Whom it named.
    pub openid: Option<OpenId>,
    /// The `access_token` that it showed, whosever it is.
    pub access_token: Option<String>,
    /// How much time it was given.
    pub within: Duration,
}

impl FakeWeChat {
    /// Answers this login code with each of these in turn, and goes on with the last one.
    pub fn answers(&self, code: &str, answers: impl IntoIterator<Item = Result<CodeExchange, WeChatError>>) {
        self.login_codes.answers(code, answers);
    }

    /// Every call that was made, in order.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().expect("no holder panics").clone()
    }

    fn note(&self, app: &App, code: &str, openid: Option<&OpenId>, token: Option<&str>, within: Duration) {
        self.calls.lock().expect("no holder panics").push(Call {
            app_id: app.app_id.clone(),
            code: code.to_owned(),
            openid: openid.cloned(),
            access_token: token.map(str::to_owned),
            within,
        });
    }
}

#[async_trait]
impl WeChat for FakeWeChat {
    async fn exchange_login_code(
        &self,
        app: &App,
        code: &LoginCode,
        within: Duration,
    ) -> Result<CodeExchange, WeChatError> {
        self.note(app, code.expose(), None, None, within);
        self.login_codes.next(code.expose())
    }

    async fn exchange_oauth_code(
        &self,
        app: &App,
        code: &OauthCode,
        within: Duration,
    ) -> Result<OauthExchange, WeChatError> {
        self.note(app, code.expose(), None, None, within);
        self.oauth_codes.next(code.expose())
    }

    async fn user_info(
        &self,
        app: &App,
        openid: &OpenId,
        token: &UserAccessToken,
        within: Duration,
    ) -> Result<UserInfo, WeChatError> {
        let token = token.expose();
        self.note(app, token, Some(openid), Some(token), within);
        let user_info = self.user_infos.next(token)?;
        // As WeChat does where the token is not that person's.
        Some(user_info)
            .filter(|user_info| user_info.openid == *openid)
            .ok_or(WeChatError::CodeRejected)
    }

    async fn phone_number(
        &self,
        app: &App,
        code: &PhoneCode,
        openid: &OpenId,
        token: &AppAccessToken,
        within: Duration,
    ) -> Result<Phone, WeChatError> {
        self.note(app, code.expose(), Some(openid), Some(token.expose()), within);
        self.phones.next(code.expose())
    }

    async fn check_session(
        &self,
        app: &App,
        openid: &OpenId,
        key: &SessionKey,
        token: &AppAccessToken,
        within: Duration,
    ) -> Result<SessionKeyState, WeChatError> {
        self.note(app, key.expose(), Some(openid), Some(token.expose()), within);
        self.session_keys.next(key.expose())
    }

    async fn app_access_token(&self, app: &App, within: Duration) -> Result<FetchedAppToken, WeChatError> {
        self.note(app, app.app_id.as_str(), None, None, within);
        let takes = *self.app_tokens_take.lock().expect("no holder panics");
        if !takes.is_zero() {
            tokio::time::sleep(takes.min(within)).await;
        }
        if takes > within {
            return Err(WeChatError::Unavailable);
        }
        self.app_tokens.next(app.app_id.as_str())
    }

    fn decrypt(&self, key: &SessionKey, data: &EncryptedData) -> Result<Decrypted, NotDecryptable> {
        let sealed = data.ciphertext().strip_prefix(&key.expose_bytes());
        match sealed.map(serde_json::from_slice) {
            Some(Ok(Value::Object(object))) => Ok(Decrypted::new(object)),
            _ => Err(NotDecryptable),
        }
    }
}

/// What [`FakeWeChat`] decrypts with this key: the key itself, then the JSON, padded with spaces to whole blocks.
#[must_use]
pub fn encrypt(key: &SessionKey, json: &Value) -> EncryptedData {
    let mut sealed = key.expose_bytes().to_vec();
    sealed.extend_from_slice(json.to_string().as_bytes());
    sealed.resize(sealed.len().next_multiple_of(16), b' ');
    EncryptedData::parse(&STANDARD.encode(sealed), &STANDARD.encode([0; 16]))
        .expect("it is whole blocks of base64")
}
