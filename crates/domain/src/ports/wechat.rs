use std::time::Duration;

use async_trait::async_trait;

use crate::{
    App, AppAccessToken, Decrypted, EncryptedData, Error, LoginCode, NotDecryptable, OauthCode, OpenId,
    Phone, PhoneCode, Profile, SessionKey, UnionId, UserAccessToken,
};

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

/// What WeChat says the code of a website, a mobile app or an official account stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OauthExchange {
    /// The person at this app.
    pub openid: OpenId,
    /// The person at the app's Open Platform account, where WeChat tells.
    pub unionid: Option<UnionId>,
    /// Whether WeChat made a person up, for a page that asked too early: nobody must become a user of that name.
    pub is_snapshot_user: bool,
    /// What opens the person's profile.
    pub access_token: UserAccessToken,
}

/// What WeChat tells of a person who agreed to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserInfo {
    /// The person at this app.
    pub openid: OpenId,
    /// The person at the app's Open Platform account, where it belongs to one.
    pub unionid: Option<UnionId>,
    /// What they are called and look like, as far as it can be used.
    pub profile: Profile,
}

/// What a `session_key` is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionKeyState {
    /// WeChat encrypts with it.
    Valid,
    /// WeChat has another one, or none any more (87009, 87007).
    Stale,
}

/// An app's `access_token` as WeChat hands it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchedAppToken {
    /// The token.
    pub token: AppAccessToken,
    /// How long it still is good.
    pub expires_in: Duration,
}

/// Why WeChat did not do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeChatError {
    /// The code is expired, spent, or not this app's (40029, 40163, 41008, 42003), or what it was exchanged for is.
    #[error("the code was not accepted")]
    CodeRejected,
    /// The app's `access_token` is not the newest or has expired (40001, 40014, 42001): another one may do. The code is not
    /// spent.
    #[error("the app's access_token was not accepted")]
    AccessTokenRejected,
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
            Self::NotReached
                | Self::Busy
                | Self::RateLimited
                | Self::AccessTokenRejected
                | Self::Misconfigured { .. }
        )
    }
}

impl From<WeChatError> for Error {
    fn from(error: WeChatError) -> Self {
        match error {
            WeChatError::CodeRejected => Self::LoginCodeRejected,
            // What survives a new token, somebody must look into: of the three errcodes this is the one to look up.
            WeChatError::AccessTokenRejected => Self::WeChatMisconfigured { errcode: 40001 },
            WeChatError::LoginBlocked => Self::LoginBlocked,
            WeChatError::RateLimited => Self::WeChatRateLimited,
            WeChatError::Misconfigured { errcode } => Self::WeChatMisconfigured { errcode },
            WeChatError::NotReached | WeChatError::Busy | WeChatError::Unavailable => Self::WeChatUnavailable,
        }
    }
}

/// WeChat's servers. Every method that asks them MUST do so in one call and no more, since whether to try again is the
/// use-case's to decide, and MUST return `within` the time that it is given.
#[async_trait]
pub trait WeChat: Send + Sync {
    /// Exchanges a mini-program's login code.
    ///
    /// # Errors
    /// [`WeChatError`] says what that means for the code.
    async fn exchange_login_code(
        &self,
        app: &App,
        code: &LoginCode,
        within: Duration,
    ) -> Result<CodeExchange, WeChatError>;

    /// Exchanges the code of a website, a mobile app or an official account.
    ///
    /// # Errors
    /// [`WeChatError`] says what that means for the code.
    async fn exchange_oauth_code(
        &self,
        app: &App,
        code: &OauthCode,
        within: Duration,
    ) -> Result<OauthExchange, WeChatError>;

    /// What WeChat tells of the person whose token this is. MUST be about this openid or fail; a name or a picture that
    /// cannot be used MUST NOT.
    ///
    /// # Errors
    /// [`WeChatError::CodeRejected`] where the token is not good for this: the person must get a new code.
    async fn user_info(
        &self,
        app: &App,
        openid: &OpenId,
        token: &UserAccessToken,
        within: Duration,
    ) -> Result<UserInfo, WeChatError>;

    /// The phone number that a mini-program's phone code stands for. MUST have WeChat check that the code is this person's,
    /// and MUST NOT give a number that was meant for another app.
    ///
    /// # Errors
    /// [`WeChatError`] says what that means for the code.
    async fn phone_number(
        &self,
        app: &App,
        code: &PhoneCode,
        openid: &OpenId,
        token: &AppAccessToken,
        within: Duration,
    ) -> Result<Phone, WeChatError>;

    /// Whether WeChat still encrypts this person's data with this key.
    ///
    /// # Errors
    /// [`WeChatError`]: whether it does is unknown then.
    async fn check_session(
        &self,
        app: &App,
        openid: &OpenId,
        key: &SessionKey,
        token: &AppAccessToken,
        within: Duration,
    ) -> Result<SessionKeyState, WeChatError>;

    /// The app's `access_token`: the one that is good already, or a new one. MUST NOT void one that is good.
    ///
    /// # Errors
    /// [`WeChatError`] says why there is none.
    async fn app_access_token(&self, app: &App, within: Duration) -> Result<FetchedAppToken, WeChatError>;

    /// Decrypts what WeChat encrypted for a mini-program. Says nothing about for whom and when; [`Decrypted::verify`] does.
    ///
    /// # Errors
    /// [`NotDecryptable`] for everything that is not a JSON object encrypted with this key.
    fn decrypt(&self, key: &SessionKey, data: &EncryptedData) -> Result<Decrypted, NotDecryptable>;
}
