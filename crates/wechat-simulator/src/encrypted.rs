//! How WeChat encrypts what a mini-program receives for its server.

use std::time::Duration;

use aes::Aes128;
#[cfg(test)]
use aes::cipher::BlockModeDecrypt as _;
use aes::cipher::{BlockModeEncrypt as _, KeyIvInit as _, block_padding::Pkcs7};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::app::App;
use crate::random;
use crate::session_key::SessionKey;

/// What the mini-program hands on.
#[derive(Debug, Serialize)]
pub(crate) struct Encrypted {
    pub(crate) encrypted_data: String,
    pub(crate) iv: String,
}

/// For whom, and when.
#[derive(Serialize)]
pub(crate) struct Watermark<'a> {
    timestamp: u64,
    appid: &'a str,
}

impl Encrypted {
    pub(crate) fn new(plaintext: &str, key: SessionKey) -> Self {
        Self::with_iv(plaintext, key, random::bytes())
    }

    fn with_iv(plaintext: &str, key: SessionKey, iv: [u8; 16]) -> Self {
        let ciphertext = cbc::Encryptor::<Aes128>::new(key.bytes().into(), &iv.into())
            .encrypt_padded_vec::<Pkcs7>(plaintext.as_bytes());
        Self {
            encrypted_data: STANDARD.encode(ciphertext),
            iv: STANDARD.encode(iv),
        }
    }

    #[cfg(test)]
    pub(crate) fn open(&self, key: SessionKey) -> String {
        let iv: [u8; 16] = STANDARD.decode(&self.iv).unwrap().try_into().unwrap();
        let data = STANDARD.decode(&self.encrypted_data).unwrap();
        let plain =
            cbc::Decryptor::<Aes128>::new(key.bytes().into(), &iv.into()).decrypt_padded_vec::<Pkcs7>(&data);
        String::from_utf8(plain.unwrap()).unwrap()
    }
}

impl<'a> Watermark<'a> {
    pub(crate) fn new(app: &'a App, now: Duration) -> Self {
        Self {
            timestamp: now.as_secs(),
            appid: &app.app_id,
        }
    }
}

/// What a device writes, unlike WeChat's servers, has no escaped slashes.
pub(crate) fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("what is encrypted is plain structs of strings and numbers")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_last_block_gets_one_more_of_padding() {
        let encrypted = Encrypted::with_iv(
            r#"{"k":"aaaaaaaaaaaaaaaaaaaaaaaa"}"#,
            SessionKey::from_text("AAECAwQFBgcICQoLDA0ODw=="),
            std::array::from_fn(|n| 0x10 + u8::try_from(n).unwrap()),
        );
        assert_eq!(encrypted.iv, "EBESExQVFhcYGRobHB0eHw==");
        assert_eq!(
            encrypted.encrypted_data,
            "sK2o9gHdwx8pUUP+mNIbDGIT3C+6lTCSQ1xhktGhuvVtppTpHPIqiGn9q6/Y9Plk"
        );
    }
}
