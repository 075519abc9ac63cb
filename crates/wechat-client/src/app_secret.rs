use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// What proves to WeChat that a request comes from the app's owner (AppSecret), 32 hexadecimal digits in practice.
#[derive(Clone)]
pub struct AppSecret(SecretString);

/// The text cannot be an AppSecret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 128 ASCII letters, digits, '-' or '_'")]
pub struct InvalidAppSecret;

impl AppSecret {
    /// Reads a secret. No length is contractual; a quote or a line break that was copied along is caught.
    ///
    /// # Errors
    /// [`InvalidAppSecret`] where a character or the length cannot be WeChat's.
    pub fn parse(text: &str) -> Result<Self, InvalidAppSecret> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if (1..=128).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidAppSecret)
        }
    }

    /// The secret, for WeChat alone.
    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for AppSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_copied_along_is_caught() {
        assert!(AppSecret::parse("00000000000000000000000000000000").is_ok());
        for bad in ["", " ", "abc\n", "\"abc\"", "a b", "ä", &"a".repeat(129)] {
            assert_eq!(AppSecret::parse(bad).err(), Some(InvalidAppSecret), "{bad:?}");
        }
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", AppSecret::parse("abc").unwrap()), "AppSecret(…)");
    }
}
