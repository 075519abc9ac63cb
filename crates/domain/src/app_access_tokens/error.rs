use std::sync::Arc;

use crate::{Error, PortError, ports::WeChatError};

/// Why a call that shows an app's `access_token` was not answered.
#[derive(Debug, thiserror::Error)]
pub enum AppCallError {
    /// WeChat did not get to answer the call: it gave no token to show, or left no time.
    #[error("the call was not made: {0}")]
    NotAsked(WeChatError),
    /// The call's own failure.
    #[error(transparent)]
    WeChat(WeChatError),
    /// Whether there is a token is unknown.
    #[error(transparent)]
    Store(#[from] PortError),
}

impl AppCallError {
    /// Whether a code that the call was to spend is as good as before.
    #[must_use]
    pub const fn leaves_code_unspent(&self) -> bool {
        match self {
            Self::NotAsked(_) | Self::Store(_) => true,
            Self::WeChat(error) => error.leaves_code_unspent(),
        }
    }

    /// The failure of a store that several callers waited for.
    pub(super) fn shared(error: Arc<PortError>) -> Self {
        Self::Store(PortError::new(error.dependency, error))
    }
}

impl From<AppCallError> for Error {
    fn from(error: AppCallError) -> Self {
        match error {
            // No code was shown, so what WeChat says of one means nothing.
            AppCallError::NotAsked(WeChatError::CodeRejected | WeChatError::LoginBlocked) => {
                Self::WeChatUnavailable
            }
            AppCallError::NotAsked(error) | AppCallError::WeChat(error) => error.into(),
            AppCallError::Store(error) => error.into(),
        }
    }
}
