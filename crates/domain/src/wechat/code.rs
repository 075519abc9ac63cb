use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::AppId;

/// What the WeChat developer tools hand out as a login code where the project has no AppID.
const DEVTOOLS_CODE: &str = "the code is a mock one";

/// The text cannot be a code of WeChat's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCode {
    /// Nothing there.
    #[error("must not be empty")]
    Empty,
    /// Longer than any code of WeChat's.
    #[error("must be at most 512 characters long")]
    TooLong,
    /// A character that no code has: none may be able to change the address that we call.
    #[error("must be ASCII letters, digits, '-' and '_' only")]
    Alphabet,
    /// The developer tools without an AppID.
    #[error("is the developer tools' mock code: set the project's AppID, or use the simulator")]
    DevTools,
}

/// The code of `wx.login` in a mini-program, good for one `jscode2session` within 5 minutes.
///
/// <https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html>
pub struct LoginCode(SecretString);

impl LoginCode {
    /// Reads a code.
    ///
    /// # Errors
    /// [`InvalidCode`] says what is wrong.
    pub fn parse(text: &str) -> Result<Self, InvalidCode> {
        if text.is_empty() {
            return Err(InvalidCode::Empty);
        }
        if text == DEVTOOLS_CODE {
            return Err(InvalidCode::DevTools);
        }
        if text.len() > 512 {
            return Err(InvalidCode::TooLong);
        }
        if !text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        {
            return Err(InvalidCode::Alphabet);
        }
        Ok(Self(text.into()))
    }

    /// Reads a code, and takes the developer tools' mock code for one: only the simulator knows whom it means.
    ///
    /// # Errors
    /// As [`LoginCode::parse`].
    pub fn parse_for_simulator(text: &str) -> Result<Self, InvalidCode> {
        match Self::parse(text) {
            Err(InvalidCode::DevTools) => Ok(Self(text.into())),
            other => other,
        }
    }

    /// The code, for WeChat alone.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether it is the developer tools' constant, which every developer sends again and again.
    #[must_use]
    pub fn is_mock(&self) -> bool {
        self.expose() == DEVTOOLS_CODE
    }

    /// What stores keep to know the code again.
    #[must_use]
    pub fn digest(&self, app_id: &AppId) -> CodeDigest {
        CodeDigest::of(app_id, self.expose())
    }
}

impl fmt::Debug for LoginCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LoginCode(…)")
    }
}

/// SHA-256 of an app and one of its codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CodeDigest([u8; 32]);

impl CodeDigest {
    fn of(app_id: &AppId, code: &str) -> Self {
        let mut hash = Sha256::new();
        // An AppID has no space, so no two pairs give the same text.
        hash.update(app_id.as_str());
        hash.update(" ");
        hash.update(code);
        Self(hash.finalize().into())
    }

    /// The digest's bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_cannot_change_the_address_that_we_call() {
        for bad in [
            "x&appid=wxEVIL&secret=y&js_code=z#",
            "a b",
            "a\r\nb",
            "a\0",
            "%26",
            "＆",
            "\"",
            "a/b",
            "  ",
        ] {
            assert_eq!(
                LoginCode::parse(bad).err(),
                Some(InvalidCode::Alphabet),
                "{bad:?}"
            );
        }
        assert_eq!(LoginCode::parse("").err(), Some(InvalidCode::Empty));
        assert_eq!(
            LoginCode::parse(&"a".repeat(513)).err(),
            Some(InvalidCode::TooLong)
        );
        assert!(LoginCode::parse(&"a".repeat(512)).is_ok());
        assert!(LoginCode::parse("0b1HquFa1z1e3K0vlzIa1Bw3qt2HquFF").is_ok());
    }

    #[test]
    fn the_mock_code_is_for_the_simulator_only() {
        assert_eq!(LoginCode::parse(DEVTOOLS_CODE).err(), Some(InvalidCode::DevTools));
        assert!(LoginCode::parse_for_simulator(DEVTOOLS_CODE).unwrap().is_mock());
        assert!(LoginCode::parse_for_simulator("a b").is_err());
    }

    #[test]
    fn the_same_code_of_two_apps_is_two_codes() {
        let code = LoginCode::parse("abc").unwrap();
        let digest = |app: &str| code.digest(&AppId::parse(app).unwrap());
        assert_ne!(digest("wx1"), digest("wx2"));
        assert_eq!(digest("wx1"), digest("wx1"));
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", LoginCode::parse("abc").unwrap()), "LoginCode(…)");
    }
}
