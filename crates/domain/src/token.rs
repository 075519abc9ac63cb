//! The session token: what a client keeps, and what stores keep of it.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::ports::Entropy;

const PREFIX: &str = "wl_";
/// Prefix and the base64url text of 32 bytes.
const SIGNED_LENGTH: usize = PREFIX.len() + 43;
const CHECKSUM_LENGTH: usize = 6;
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// `wl_`, 256 random bits as 43 base64url characters, and a checksum of 6 that lets garbage be refused without a look-up and scanners know a leaked token.
#[derive(Clone)]
pub struct SessionToken(SecretString);

/// The text is no token of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no session token")]
pub struct InvalidToken;

impl SessionToken {
    /// A new token.
    #[must_use]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut random = [0; 32];
        entropy.fill(&mut random);
        let mut text = String::with_capacity(SIGNED_LENGTH + CHECKSUM_LENGTH);
        text.push_str(PREFIX);
        URL_SAFE_NO_PAD.encode_string(random, &mut text);
        let checksum = checksum(&text);
        text.push_str(&checksum);
        Self(text.into())
    }

    /// Reads a token.
    ///
    /// # Errors
    /// [`InvalidToken`] where prefix, alphabet, length or checksum are not a token's.
    pub fn parse(text: &str) -> Result<Self, InvalidToken> {
        let (signed, sum) = text.split_at_checked(SIGNED_LENGTH).ok_or(InvalidToken)?;
        let random = signed.strip_prefix(PREFIX).ok_or(InvalidToken)?;
        // The decoder refuses a last character whose spare bits are set, so every token has one spelling.
        let is_canonical = URL_SAFE_NO_PAD
            .decode(random)
            .is_ok_and(|bytes| bytes.len() == 32);
        if is_canonical && checksum(signed) == sum {
            Ok(Self(text.into()))
        } else {
            Err(InvalidToken)
        }
    }

    /// The token, for its owner alone.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// What stores keep.
    #[must_use]
    pub fn digest(&self) -> TokenDigest {
        TokenDigest(Sha256::digest(self.expose()).into())
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

/// SHA-256 of a token's text: finds the session, and does not give the token back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenDigest([u8; 32]);

impl TokenDigest {
    /// The digest with these bytes, as a store kept it.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The digest's bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for TokenDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenDigest(…)")
    }
}

/// CRC-32 (ISO-HDLC) in base 62, left-padded to six characters.
fn checksum(signed: &str) -> String {
    let mut rest = crc32fast::hash(signed.as_bytes());
    let mut digits = [b'0'; CHECKSUM_LENGTH];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[(rest % 62) as usize];
        rest /= 62;
    }
    digits.into_iter().map(char::from).collect()
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
    fn a_token_reads_back() {
        let token = SessionToken::generate(&Sevens);
        let text = token.expose();
        assert_eq!(text.len(), 52);
        assert!(text.starts_with("wl_BwcHBwcHBwcH"), "{text}");
        assert_eq!(SessionToken::parse(text).unwrap().digest(), token.digest());
        assert_eq!(
            format!("{token:?} {:?}", token.digest()),
            "SessionToken(…) TokenDigest(…)"
        );
    }

    #[test]
    fn the_checksum_is_padded_base_62() {
        assert_eq!(checksum(""), "000000");
        // CRC-32 of "123456789" is 0xCBF43926, the check value of every description of it: 3,421,780,262.
        assert_eq!(checksum("123456789"), "3jZRME");
    }

    #[test]
    fn any_changed_character_is_noticed() {
        let token = SessionToken::generate(&Sevens);
        for at in 0..token.expose().len() {
            for other in ['A', 'b', '-', '_', '0', ' ', '\u{e9}'] {
                let changed: String = token
                    .expose()
                    .char_indices()
                    .map(|(i, c)| if i == at { other } else { c })
                    .collect();
                if changed != token.expose() {
                    assert_eq!(
                        SessionToken::parse(&changed).err(),
                        Some(InvalidToken),
                        "{at} {other}"
                    );
                }
            }
        }
        for bad in [
            "",
            "wl_",
            "wl_é",
            &format!("{}0", token.expose()),
            &token.expose()[..51],
        ] {
            assert_eq!(SessionToken::parse(bad).err(), Some(InvalidToken), "{bad}");
        }
    }

    #[test]
    fn a_token_has_one_spelling() {
        // 'c' ends the 43 characters with its two spare bits clear, 'd' has one set: the same bytes to a careless decoder.
        let text = SessionToken::generate(&Sevens).expose()[..SIGNED_LENGTH].to_owned();
        let twin = format!("{}d", text.strip_suffix('c').unwrap());
        assert_eq!(
            SessionToken::parse(&format!("{twin}{}", checksum(&twin))).err(),
            Some(InvalidToken)
        );
    }
}
