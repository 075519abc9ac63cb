//! One error for all use-cases. The HTTP face of each is the app's to know.

use std::fmt;

use crate::RevokedBecause;

/// Why a use-case did not do what it was asked. Codes never change and are never reused: clients store them.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request cannot be understood; each fault names its field.
    #[error("the request is not valid")]
    InvalidRequest(Vec<FieldFault>),
    /// No app of that name serves this channel.
    #[error("no such app serves this channel")]
    AppUnknown,
    /// WeChat does not take the code, or it was handed in before: the client needs a new one.
    #[error("the login code was not accepted")]
    LoginCodeRejected,
    /// This browser did not begin the web login that it comes back from, or too long ago, or has finished it.
    #[error("the state is not this browser's")]
    StateMismatch,
    /// The address to go to after a login is none of those that are allowed.
    #[error("the address to return to is not allowed")]
    ReturnToNotAllowed,
    /// No token, or one that nobody has.
    #[error("there is no such session")]
    Unauthenticated,
    /// The session ran out by itself.
    #[error("the session has expired")]
    SessionExpired,
    /// The session was ended by somebody.
    #[error("the session was ended: {0}")]
    SessionRevoked(RevokedBecause),
    /// The backend that asks did not prove which one it is.
    #[error("the client is not known")]
    ClientUnauthorized,
    /// WeChat holds this person for a risk (errcode 40226).
    #[error("WeChat blocked this login")]
    LoginBlocked,
    /// WeChat made a person up, for a page inside WeChat that asked before anybody pressed anything.
    #[error("WeChat gave a person who does not exist")]
    SnapshotUser,
    /// An operator disabled the user.
    #[error("the user is disabled")]
    UserDisabled,
    /// The user is closing the account.
    #[error("the account is being closed")]
    AccountClosing,
    /// Nobody with this id, or nobody to sign in and `create_user` is false.
    #[error("there is no such user")]
    UserNotFound,
    /// Nothing of the user's has this id.
    #[error("there is no such thing")]
    NotFound,
    /// The login method is another user's.
    #[error("the login method is another user's")]
    LoginMethodTaken,
    /// It is the only way in that the user has.
    #[error("the login method is the user's only one")]
    LastLoginMethod,
    /// The data does not decrypt or verify with any session_key that we hold.
    #[error("the session_key does not fit the data")]
    SessionKeyStale,
    /// The same Idempotency-Key came with another body.
    #[error("the Idempotency-Key came with another body before")]
    IdempotencyKeyReused,
    /// WeChat's rate limit (errcode 45011).
    #[error("WeChat asks to slow down")]
    WeChatRateLimited,
    /// WeChat refuses the app itself: the operator must act.
    #[error("WeChat refuses the app (errcode {errcode})")]
    WeChatMisconfigured {
        /// WeChat's code.
        errcode: i64,
    },
    /// WeChat did not answer, or with nothing that means anything.
    #[error("WeChat did not answer")]
    WeChatUnavailable,
    /// A database or Redis did not answer, so the truth is unknown.
    #[error(transparent)]
    DependencyUnavailable(#[from] PortError),
}

impl Error {
    /// The stable word for this error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "invalid_request",
            Self::AppUnknown => "app_unknown",
            Self::LoginCodeRejected => "login_code_rejected",
            Self::StateMismatch => "state_mismatch",
            Self::ReturnToNotAllowed => "return_to_not_allowed",
            Self::Unauthenticated => "unauthenticated",
            Self::SessionExpired => "session_expired",
            Self::SessionRevoked(_) => "session_revoked",
            Self::ClientUnauthorized => "client_unauthorized",
            Self::LoginBlocked | Self::SnapshotUser => "login_blocked",
            Self::UserDisabled => "user_disabled",
            Self::AccountClosing => "account_closing",
            Self::UserNotFound => "user_not_found",
            Self::NotFound => "not_found",
            Self::LoginMethodTaken => "login_method_taken",
            Self::LastLoginMethod => "last_login_method",
            Self::SessionKeyStale => "session_key_stale",
            Self::IdempotencyKeyReused => "idempotency_key_reused",
            Self::WeChatRateLimited => "wechat_rate_limited",
            Self::WeChatMisconfigured { .. } => "wechat_misconfigured",
            Self::WeChatUnavailable => "wechat_unavailable",
            Self::DependencyUnavailable(_) => "dependency_unavailable",
        }
    }

    /// The fault of a single field.
    #[must_use]
    pub fn invalid(pointer: impl Into<String>, message: impl fmt::Display) -> Self {
        Self::InvalidRequest(vec![FieldFault::new(pointer, message)])
    }
}

/// A field of a request that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFault {
    /// JSON Pointer (RFC 6901) to the field; empty for the whole body.
    pub pointer: String,
    /// What is wrong with it, for a developer; never its value.
    pub message: String,
}

impl FieldFault {
    /// This fault of this field.
    #[must_use]
    pub fn new(pointer: impl Into<String>, message: impl fmt::Display) -> Self {
        Self {
            pointer: pointer.into(),
            message: message.to_string(),
        }
    }
}

/// What a port needs to do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dependency {
    /// The SQL database.
    Database,
    /// Where sessions live, where that is not the database.
    Redis,
}

impl fmt::Display for Dependency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Database => "database",
            Self::Redis => "redis",
        })
    }
}

/// A port could not do its work. The cause is for the log alone.
#[derive(Debug, thiserror::Error)]
#[error("the {dependency} is unavailable")]
pub struct PortError {
    /// What failed.
    pub dependency: Dependency,
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl PortError {
    /// Hides an adapter's own error.
    pub fn new(dependency: Dependency, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            dependency,
            source: source.into(),
        }
    }
}
