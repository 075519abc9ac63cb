//! A web login that a browser has begun and WeChat has not yet answered.

use std::fmt;

use time::OffsetDateTime;

use crate::{AppName, TokenDigest, UserId, ports::Entropy};

/// The `state` of a web login (RFC 6749 section 10.12): 128 random bits as 32 lower-case hexadecimal digits.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct State(Box<str>);

/// The text is not 32 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no state of ours")]
pub struct InvalidState;

impl State {
    /// A new state.
    #[must_use]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut random = [0; 16];
        entropy.fill(&mut random);
        Self(format!("{:032x}", u128::from_be_bytes(random)).into())
    }

    /// Reads a state.
    ///
    /// # Errors
    /// [`InvalidState`] where its form is another one: it need not be looked up then.
    pub fn parse(text: &str) -> Result<Self, InvalidState> {
        let is_digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if text.len() == 32 && text.bytes().all(is_digit) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidState)
        }
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
    /// What the person is asked for.
    pub purpose: LoginPurpose,
    /// The app that the person signs in through.
    pub app: AppName,
    /// Whether WeChat tells nothing but who it is, and asks nobody for it (`snsapi_base`).
    pub is_silent: bool,
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

/// What becomes of the person whom WeChat names: a login must never turn into anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginPurpose {
    /// They are signed in.
    Login,
    /// Their WeChat account becomes one more way in for a user who is signed in already.
    Link {
        /// Whose.
        user_id: UserId,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sevens;

    impl Entropy for Sevens {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[test]
    fn a_state_reads_back_and_nothing_else_is_one() {
        let state = State::generate(&Sevens);
        assert_eq!(state.expose(), "07070707070707070707070707070707");
        assert_eq!(State::parse(state.expose()), Ok(state));
        for bad in [
            "",
            "casdoor",
            "0707070707070707070707070707070",
            "070707070707070707070707070707077",
            "0707070707070707070707070707070A",
            "0707070707070707070707070707070g",
            "０7070707070707070707070707070707",
        ] {
            assert_eq!(State::parse(bad), Err(InvalidState), "{bad}");
        }
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", State::generate(&Sevens)), "State(…)");
    }
}
