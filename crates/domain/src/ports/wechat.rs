use std::time::Duration;

use async_trait::async_trait;

use crate::{App, Decrypted, EncryptedData, Error, LoginCode, NotDecryptable, OpenId, SessionKey, UnionId};

/// What WeChat says a login code stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeExchange {
    /// The person at this app.
    pub openid: OpenId,
    /// The person at the app's Open Platform account, where it belongs to one.
    pub unionid: Option<UnionId>,
    /// What WeChat encrypts this person's data with from now on.
    pub session_key: SessionKey,
}

/// Why WeChat did not do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeChatError {
    /// The code is expired, spent, or not this app's (40029, 40163, 41008, 42003).
    #[error("the code was not accepted")]
    CodeRejected,
    /// WeChat holds this person for a risk (40226).
    #[error("the login is blocked")]
    LoginBlocked,
    /// Too many calls (45009, 45011).
    #[error("the rate limit is reached")]
    RateLimited,
    /// WeChat refuses the app itself: the operator must act.
    #[error("the app is refused (errcode {errcode})")]
    Misconfigured {
        /// WeChat's code.
        errcode: i64,
    },
    /// The request did not reach WeChat, so the code is not spent.
    #[error("no connection")]
    NotReached,
    /// WeChat said that it is busy (-1).
    #[error("busy")]
    Busy,
    /// No answer, or none that means anything: the code may be spent.
    #[error("no usable answer")]
    Unavailable,
}

impl WeChatError {
    /// Whether asking once more with the same code can do good.
    #[must_use]
    pub const fn may_be_retried(self) -> bool {
        matches!(self, Self::NotReached | Self::Busy)
    }

    /// Whether the code is as good as before: what is wrong lies elsewhere.
    #[must_use]
    pub const fn leaves_code_unspent(self) -> bool {
        matches!(
            self,
            Self::NotReached | Self::Busy | Self::RateLimited | Self::Misconfigured { .. }
        )
    }
}

impl From<WeChatError> for Error {
    fn from(error: WeChatError) -> Self {
        match error {
            WeChatError::CodeRejected => Self::LoginCodeRejected,
            WeChatError::LoginBlocked => Self::LoginBlocked,
            WeChatError::RateLimited => Self::WeChatRateLimited,
            WeChatError::Misconfigured { errcode } => Self::WeChatMisconfigured { errcode },
            WeChatError::NotReached | WeChatError::Busy | WeChatError::Unavailable => Self::WeChatUnavailable,
        }
    }
}

/// WeChat's servers.
#[async_trait]
pub trait WeChat: Send + Sync {
    /// Exchanges a mini-program's login code, in one call and no more: whether to try again is the use-case's to decide.
    /// MUST return `within` this time.
    ///
    /// # Errors
    /// [`WeChatError`] says what that means for the code.
    async fn exchange_login_code(
        &self,
        app: &App,
        code: &LoginCode,
        within: Duration,
    ) -> Result<CodeExchange, WeChatError>;

    /// Decrypts what WeChat encrypted for a mini-program. Says nothing about for whom and when; [`Decrypted::verify`] does.
    ///
    /// # Errors
    /// [`NotDecryptable`] for everything that is not a JSON object encrypted with this key.
    fn decrypt(&self, key: &SessionKey, data: &EncryptedData) -> Result<Decrypted, NotDecryptable>;
}
