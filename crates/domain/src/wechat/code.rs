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

/// What every code is: a secret that WeChat takes once, for one app.
macro_rules! code {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        pub struct $name(SecretString);

        impl $name {
            /// The code, for WeChat alone.
            #[must_use]
            pub fn expose(&self) -> &str {
                self.0.expose_secret()
            }

            /// What stores keep to know the code again.
            #[must_use]
            pub fn digest(&self, app_id: &AppId) -> CodeDigest {
                CodeDigest::of(app_id, $kind, self.expose())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    };
}

code! {
    /// The code of `wx.login` in a mini-program, good for one `jscode2session` within 5 minutes.
    ///
    /// <https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html>
    LoginCode, "login"
}
code! {
    /// The code that WeChat hands to a website, a mobile app or a page of an official account, good for one
    /// `/sns/oauth2/access_token` within 5 minutes.
    ///
    /// <https://developers.weixin.qq.com/doc/oplatform/Website_App/WeChat_Login/Wechat_Login.html>
    OauthCode, "oauth"
}
code! {
    /// The code of a mini-program's button that asks for the phone number, good for one `getuserphonenumber` within 5
    /// minutes.
    ///
    /// <https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-info/phone-number/getPhoneNumber.html>
    PhoneCode, "phone"
}

impl LoginCode {
    /// Reads a code.
    ///
    /// # Errors
    /// [`InvalidCode`] says what is wrong.
    pub fn parse(text: &str) -> Result<Self, InvalidCode> {
        if text == DEVTOOLS_CODE {
            return Err(InvalidCode::DevTools);
        }
        well_formed(text).map(Self)
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

    /// Whether it is the developer tools' constant, which every developer sends again and again.
    #[must_use]
    pub fn is_mock(&self) -> bool {
        self.expose() == DEVTOOLS_CODE
    }
}

impl OauthCode {
    /// Reads a code.
    ///
    /// # Errors
    /// [`InvalidCode`] says what is wrong.
    pub fn parse(text: &str) -> Result<Self, InvalidCode> {
        well_formed(text).map(Self)
    }
}

impl PhoneCode {
    /// Reads a code.
    ///
    /// # Errors
    /// [`InvalidCode`] says what is wrong.
    pub fn parse(text: &str) -> Result<Self, InvalidCode> {
        well_formed(text).map(Self)
    }
}

fn well_formed(text: &str) -> Result<SecretString, InvalidCode> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if text.is_empty() {
        Err(InvalidCode::Empty)
    } else if text.len() > 512 {
        Err(InvalidCode::TooLong)
    } else if !text.bytes().all(allowed) {
        Err(InvalidCode::Alphabet)
    } else {
        Ok(text.into())
    }
}

/// SHA-256 of an app and one of its codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CodeDigest([u8; 32]);

impl CodeDigest {
    fn of(app_id: &AppId, kind: &str, code: &str) -> Self {
        let mut hash = Sha256::new();
        // Neither an AppID nor a kind has a space, so no two codes give the same text.
        for part in [app_id.as_str(), " ", kind, " ", code] {
            hash.update(part);
        }
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

    /// What each kind of code has against this text.
    fn refused(text: &str) -> [Option<InvalidCode>; 3] {
        [
            LoginCode::parse(text).err(),
            OauthCode::parse(text).err(),
            PhoneCode::parse(text).err(),
        ]
    }

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
            assert_eq!(refused(bad), [Some(InvalidCode::Alphabet); 3], "{bad:?}");
        }
        assert_eq!(refused(""), [Some(InvalidCode::Empty); 3]);
        assert_eq!(refused(&"a".repeat(513)), [Some(InvalidCode::TooLong); 3]);
        for good in [&"a".repeat(512), "0b1HquFa1z1e3K0vlzIa1Bw3qt2HquFF", "a-b_C"] {
            assert_eq!(refused(good), [None; 3], "{good}");
        }
    }

    #[test]
    fn the_mock_code_is_for_the_simulator_only_and_a_login_code_only() {
        for refused in &refused(DEVTOOLS_CODE)[1..] {
            assert_eq!(*refused, Some(InvalidCode::Alphabet));
        }
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
    fn the_same_text_as_two_kinds_of_code_is_two_codes() {
        let app_id = AppId::parse("wx1").unwrap();
        let login = LoginCode::parse("abc").unwrap().digest(&app_id);
        let oauth = OauthCode::parse("abc").unwrap().digest(&app_id);
        let phone = PhoneCode::parse("abc").unwrap().digest(&app_id);
        assert!(login != oauth && oauth != phone && phone != login);
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", LoginCode::parse("abc").unwrap()), "LoginCode(…)");
        assert_eq!(format!("{:?}", OauthCode::parse("abc").unwrap()), "OauthCode(…)");
        assert_eq!(format!("{:?}", PhoneCode::parse("abc").unwrap()), "PhoneCode(…)");
    }
}
