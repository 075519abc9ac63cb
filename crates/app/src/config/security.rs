use std::fmt;

use wechat_login_domain::MasterKey;

use super::keys::Keys;

/// `[security]`: what is encrypted with what.
#[derive(Default)]
pub struct Security {
    /// The key, where the operator brought one.
    pub encryption_key: Option<MasterKey>,
    /// Keys that still decrypt.
    pub previous_encryption_keys: Vec<MasterKey>,
}

impl Security {
    pub(super) fn read(keys: &mut Keys) -> Option<Self> {
        let encryption_key = keys.secret("security.encryption_key", MasterKey::parse);
        let previous_encryption_keys =
            keys.secret_list("security.previous_encryption_keys", MasterKey::parse);
        Some(Self {
            encryption_key,
            previous_encryption_keys: previous_encryption_keys?,
        })
    }
}

impl fmt::Debug for Security {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Security(…)")
    }
}
