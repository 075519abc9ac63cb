use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};
use time::{Duration, OffsetDateTime};

use crate::{AppId, OpenId};

/// How old WeChat's watermark may be. Its clock may be ahead of ours by any amount: only replays of old data are refused.
const MAXIMUM_AGE: Duration = Duration::minutes(5);

/// `encryptedData` and `iv` of a mini-program, as its client handed them over: nothing in them is proven until they are decrypted,
/// and little after that (AES-CBC without a MAC, and the client chooses the iv).
#[derive(Clone)]
pub struct EncryptedData {
    ciphertext: Vec<u8>,
    iv: [u8; 16],
}

impl EncryptedData {
    /// Reads the two base64 texts.
    ///
    /// # Errors
    /// [`NotDecryptable`] where one is not base64 of a length that any key could decrypt.
    pub fn parse(encrypted_data: &str, iv: &str) -> Result<Self, NotDecryptable> {
        let ciphertext = STANDARD.decode(encrypted_data).ok();
        let iv = STANDARD.decode(iv).ok().and_then(|bytes| bytes.try_into().ok());
        match (ciphertext, iv) {
            (Some(ciphertext), Some(iv)) if !ciphertext.is_empty() && ciphertext.len().is_multiple_of(16) => {
                Ok(Self { ciphertext, iv })
            }
            _ => Err(NotDecryptable),
        }
    }

    /// The ciphertext: one or more blocks of 16 bytes.
    #[must_use]
    pub fn ciphertext(&self) -> &[u8] {
        &self.ciphertext
    }

    /// The initialisation vector.
    #[must_use]
    pub const fn iv(&self) -> &[u8; 16] {
        &self.iv
    }
}

impl fmt::Debug for EncryptedData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EncryptedData(…)")
    }
}

/// The one answer for everything that does not decrypt or verify: more would help whoever guesses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the data does not decrypt and verify with this session_key")]
pub struct NotDecryptable;

/// A decrypted JSON object of WeChat's, not yet checked for whom and when it was made.
#[derive(Clone)]
pub struct Decrypted(Map<String, Value>);

impl Decrypted {
    /// Wraps what came out of the decryption.
    #[must_use]
    pub const fn new(object: Map<String, Value>) -> Self {
        Self(object)
    }

    /// The object, once it is proven to be this app's, fresh and, where it names a person, about this one.
    ///
    /// # Errors
    /// [`NotDecryptable`], whatever it is that does not fit.
    pub fn verify(
        self,
        app_id: &AppId,
        openid: &OpenId,
        now: OffsetDateTime,
    ) -> Result<Map<String, Value>, NotDecryptable> {
        let watermark = self.0.get("watermark").ok_or(NotDecryptable)?;
        let made_for = watermark
            .get("appid")
            .and_then(Value::as_str)
            .ok_or(NotDecryptable)?;
        let made_at = watermark
            .get("timestamp")
            .and_then(Value::as_i64)
            .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
            .ok_or(NotDecryptable)?;
        let is_about_another = self
            .0
            .get("openId")
            .is_some_and(|claimed| claimed.as_str() != Some(openid.as_str()));
        if made_for != app_id.as_str() || now - made_at > MAXIMUM_AGE || is_about_another {
            return Err(NotDecryptable);
        }
        Ok(self.0)
    }
}

impl fmt::Debug for Decrypted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Decrypted(…)")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_700_000_000;

    fn verify(value: Value) -> Result<Map<String, Value>, NotDecryptable> {
        let Value::Object(object) = value else {
            panic!("an object")
        };
        let now = OffsetDateTime::from_unix_timestamp(NOW).unwrap();
        Decrypted::new(object).verify(&AppId::parse("wx1").unwrap(), &OpenId::parse("oA").unwrap(), now)
    }

    #[test]
    fn data_of_this_app_and_person_passes() {
        assert!(verify(json!({"watermark": {"appid": "wx1", "timestamp": NOW}})).is_ok());
        assert!(
            verify(json!({"openId": "oA", "watermark": {"appid": "wx1", "timestamp": NOW - 300}})).is_ok()
        );
        assert!(verify(json!({"watermark": {"appid": "wx1", "timestamp": NOW + 3600}})).is_ok());
    }

    #[test]
    fn anything_else_is_refused() {
        for bad in [
            json!({}),
            json!({"watermark": {"appid": "wx2", "timestamp": NOW}}),
            json!({"watermark": {"timestamp": NOW}}),
            json!({"watermark": {"appid": "wx1"}}),
            json!({"watermark": {"appid": "wx1", "timestamp": NOW - 301}}),
            json!({"watermark": {"appid": "wx1", "timestamp": i64::MAX}}),
            json!({"watermark": {"appid": "wx1", "timestamp": i64::MIN}}),
            json!({"openId": "oB", "watermark": {"appid": "wx1", "timestamp": NOW}}),
            json!({"openId": 1, "watermark": {"appid": "wx1", "timestamp": NOW}}),
        ] {
            assert_eq!(verify(bad.clone()), Err(NotDecryptable), "{bad}");
        }
    }

    #[test]
    fn base64_of_whole_blocks_only() {
        let iv = "EBESExQVFhcYGRobHB0eHw==";
        assert!(EncryptedData::parse(iv, iv).is_ok());
        for (data, iv) in [("", iv), ("AAAA", iv), ("a b", iv), (iv, ""), (iv, "AAAA")] {
            assert_eq!(
                EncryptedData::parse(data, iv).err(),
                Some(NotDecryptable),
                "{data} {iv}"
            );
        }
    }
}
