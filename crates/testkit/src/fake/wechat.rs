use std::{
    collections::{HashMap, VecDeque},
    sync::Mutex,
    time::Duration,
};

use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use wechat_login_domain::{
    App, AppId, Decrypted, EncryptedData, LoginCode, NotDecryptable, SessionKey,
    ports::{CodeExchange, WeChat, WeChatError},
};

type Answer = Result<CodeExchange, WeChatError>;

/// A WeChat that says what a test told it to say, and that knows no other codes.
#[derive(Debug, Default)]
pub struct FakeWeChat {
    answers: Mutex<HashMap<String, VecDeque<Answer>>>,
    calls: Mutex<Vec<Call>>,
}

/// One call that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Of which app.
    pub app_id: AppId,
    /// The code.
    pub code: String,
    /// How much time it was given.
    pub within: Duration,
}

impl FakeWeChat {
    /// Answers this code with each of these in turn, and goes on with the last one.
    pub fn answers(&self, code: &str, answers: impl IntoIterator<Item = Answer>) {
        let mut all = self.answers.lock().expect("no holder panics");
        all.insert(code.to_owned(), answers.into_iter().collect());
    }

    /// Every call that was made, in order.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().expect("no holder panics").clone()
    }
}

#[async_trait]
impl WeChat for FakeWeChat {
    async fn exchange_login_code(&self, app: &App, code: &LoginCode, within: Duration) -> Answer {
        self.calls.lock().expect("no holder panics").push(Call {
            app_id: app.app_id.clone(),
            code: code.expose().to_owned(),
            within,
        });
        let mut all = self.answers.lock().expect("no holder panics");
        let answers = all.get_mut(code.expose()).ok_or(WeChatError::CodeRejected)?;
        if answers.len() > 1 {
            answers.pop_front().expect("it was counted")
        } else {
            answers.front().cloned().ok_or(WeChatError::CodeRejected)?
        }
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
