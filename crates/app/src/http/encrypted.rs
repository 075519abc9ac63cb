//! What WeChat encrypted for a mini-program, as bodies bring it.

use serde::Deserialize;
use utoipa::ToSchema;
use wechat_login_domain::{EncryptedData, Error, FieldFault};

/// What a mini-program's API gave, encrypted by WeChat.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = EncryptedData)]
pub(crate) struct EncryptedBody {
    #[serde(alias = "encryptedData")]
    pub(super) encrypted_data: String,
    pub(super) iv: String,
}

impl EncryptedBody {
    /// Whether both texts are there; `at` is where the object stands.
    pub(super) fn is_filled_in(&self, at: &str, faults: &mut Vec<FieldFault>) -> bool {
        let before = faults.len();
        for (name, text) in [("encrypted_data", &self.encrypted_data), ("iv", &self.iv)] {
            if text.is_empty() {
                faults.push(FieldFault::new(format!("{at}/{name}"), "must not be empty"));
            }
        }
        faults.len() == before
    }

    /// Whatever is wrong with it gets the one answer that data has which does not decrypt.
    pub(super) fn parse(&self) -> Result<EncryptedData, Error> {
        EncryptedData::parse(&self.encrypted_data, &self.iv)
            .map_err(|_says_nothing_by_design| Error::SessionKeyStale)
    }
}
