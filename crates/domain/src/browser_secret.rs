//! What a browser keeps to show that it began a web login.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::{TokenDigest, ports::Entropy};

/// 256 random bits as 43 base64url characters, in the cookie of the browser that began a web login.
pub struct BrowserSecret(SecretString);

/// The text is not 43 base64url characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no secret of ours")]
pub struct InvalidBrowserSecret;

impl BrowserSecret {
    /// A new secret.
    #[must_use]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut random = [0; 32];
        entropy.fill(&mut random);
        Self(URL_SAFE_NO_PAD.encode(random).into())
    }

    /// Reads what came in a cookie.
    ///
    /// # Errors
    /// [`InvalidBrowserSecret`] where its form is another one: it need not be looked up then.
    pub fn parse(text: &str) -> Result<Self, InvalidBrowserSecret> {
        let is_one = URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32);
        if is_one {
            Ok(Self(text.into()))
        } else {
            Err(InvalidBrowserSecret)
        }
    }

    /// The secret, for its browser alone.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// What stores keep. Secrets are compared by it: however long that takes, it tells nothing of the secret.
    #[must_use]
    pub fn digest(&self) -> TokenDigest {
        TokenDigest::from_bytes(Sha256::digest(self.expose()).into())
    }
}

impl fmt::Debug for BrowserSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BrowserSecret(…)")
    }
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
    fn a_secret_reads_back_and_nothing_else_is_one() {
        let secret = BrowserSecret::generate(&Sevens);
        let text = secret.expose();
        assert_eq!(text.len(), 43);
        assert_eq!(BrowserSecret::parse(text).unwrap().digest(), secret.digest());
        for bad in ["", "a", &text[1..], &format!("{text}A"), &text.replace('c', "d")] {
            assert!(BrowserSecret::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(format!("{secret:?}"), "BrowserSecret(…)");
    }
}
