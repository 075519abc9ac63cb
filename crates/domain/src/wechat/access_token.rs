use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// The text cannot be an `access_token`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 2048 ASCII characters without a space")]
pub struct InvalidAccessToken;

/// WeChat calls two things `access_token` that have only the name in common, so each has its own type.
macro_rules! access_token {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(SecretString);

        impl $name {
            /// Reads what WeChat sent. It is opaque; WeChat asks to reserve 512 characters at least.
            ///
            /// # Errors
            /// [`InvalidAccessToken`] where it is empty, or cannot be WeChat's.
            pub fn parse(text: &str) -> Result<Self, InvalidAccessToken> {
                if (1..=2048).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic()) {
                    Ok(Self(text.into()))
                } else {
                    Err(InvalidAccessToken)
                }
            }

            /// The token, for WeChat alone.
            #[must_use]
            pub fn expose(&self) -> &str {
                self.0.expose_secret()
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.expose() == other.expose()
            }
        }

        impl Eq for $name {}

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    };
}

access_token! {
    /// Lets an app call WeChat's own interface for it, for two hours at most.
    ///
    /// <https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-access-token/getStableAccessToken.html>
    AppAccessToken
}
access_token! {
    /// Opens one person's profile. It is used at once and kept nowhere.
    ///
    /// <https://developers.weixin.qq.com/doc/oplatform/Website_App/WeChat_Login/Authorized_Interface_Calling_UnionID.html>
    UserAccessToken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_any_text_that_a_query_can_hold() {
        for good in ["62_LvFp-_", &"a".repeat(512), &"a".repeat(2048), "a=&b"] {
            assert_eq!(AppAccessToken::parse(good).unwrap().expose(), good);
        }
        for bad in ["", " ", "a b", "a\n", "\u{e9}", "\0", &"a".repeat(2049)] {
            assert_eq!(AppAccessToken::parse(bad), Err(InvalidAccessToken), "{bad:?}");
            assert_eq!(UserAccessToken::parse(bad), Err(InvalidAccessToken), "{bad:?}");
        }
    }

    #[test]
    fn debug_shows_nothing() {
        let app = AppAccessToken::parse("abc").unwrap();
        let user = UserAccessToken::parse("abc").unwrap();
        assert_eq!(
            format!("{app:?} {user:?}"),
            "AppAccessToken(…) UserAccessToken(…)"
        );
    }
}
