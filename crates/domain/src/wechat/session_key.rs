use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret, SecretString};

/// What WeChat encrypts a mini-program's data with: 16 bytes, as base64 text. It is no login and never leaves this service.
///
/// <https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/signature.html>
#[derive(Clone)]
pub struct SessionKey(SecretString);

/// The text is not the base64 of 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be the base64 of 16 bytes")]
pub struct InvalidSessionKey;

impl SessionKey {
    /// Reads what WeChat sent.
    ///
    /// # Errors
    /// [`InvalidSessionKey`] where it is not the base64 of 16 bytes.
    pub fn parse(text: &str) -> Result<Self, InvalidSessionKey> {
        match STANDARD.decode(text) {
            Ok(bytes) if bytes.len() == 16 => Ok(Self(text.into())),
            _ => Err(InvalidSessionKey),
        }
    }

    /// The base64 text: what WeChat's signatures are made with.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// The 16 bytes: what WeChat's encryption is made with.
    #[must_use]
    pub fn expose_bytes(&self) -> [u8; 16] {
        let bytes = STANDARD
            .decode(self.expose())
            .ok()
            .and_then(|bytes| bytes.try_into().ok());
        bytes.expect("parse let only the base64 of 16 bytes through")
    }
}

impl PartialEq for SessionKey {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for SessionKey {}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sixteen_bytes_are_a_key() {
        assert_eq!(
            SessionKey::parse("AAECAwQFBgcICQoLDA0ODw==")
                .unwrap()
                .expose_bytes()[15],
            15
        );
        for bad in [
            "",
            "AAECAwQFBgcICQoLDA0O",
            "AAECAwQFBgcICQoLDA0ODxA=",
            "not base64!",
            "AAECAwQFBgcICQoLDA0ODw",
        ] {
            assert_eq!(SessionKey::parse(bad), Err(InvalidSessionKey), "{bad}");
        }
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(
            format!("{:?}", SessionKey::parse("AAECAwQFBgcICQoLDA0ODw==").unwrap()),
            "SessionKey(…)"
        );
    }
}
