//! A web login that a browser has begun and WeChat has not yet answered.

use std::fmt;

use time::OffsetDateTime;

use crate::{AppName, TokenDigest, ports::Entropy};

/// The `state` of a web login (RFC 6749 section 10.12): 128 random bits as 32 lower-case hexadecimal digits.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct State(Box<str>);

impl State {
    /// A new state.
    #[must_use]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut random = [0; 16];
        entropy.fill(&mut random);
        Self(format!("{:032x}", u128::from_be_bytes(random)).into())
    }

    /// The state, for the address that WeChat calls back.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("State(…)")
    }
}

/// What is remembered of a web login until WeChat answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingLogin {
    /// The app that the person signs in through.
    pub app: AppName,
    /// Digest of the secret in the cookie of the browser that began.
    pub browser: TokenDigest,
    /// The address that WeChat was told to call back.
    pub redirect_uri: String,
    /// Where the person wants to go afterwards.
    pub return_to: Option<String>,
    /// When it began.
    pub created_at: OffsetDateTime,
    /// From when on it is as if it never began.
    pub expires_at: OffsetDateTime,
}
