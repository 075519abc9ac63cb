use sha2::{Digest, Sha256};

use crate::OpenId;

/// SHA-256 of an openid: what the record of revocations knows it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OpenIdDigest([u8; 32]);

impl OpenIdDigest {
    /// Of this openid.
    #[must_use]
    pub fn of(openid: &OpenId) -> Self {
        Self(Sha256::digest(openid.as_str()).into())
    }

    /// The digest with these bytes, as a store kept it.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes that a store keeps.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}
