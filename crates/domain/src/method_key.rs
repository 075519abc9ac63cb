use std::fmt::Write;

use crate::{AppId, Keyring, LoginMethodKind, OpenId, OpenPlatform, Phone, Purpose, UnionId};

/// What a login method is unique over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MethodKey {
    /// What it is. Logins ask for keys in this order, and whoever does too never waits for one that waits for them.
    pub kind: LoginMethodKind,
    /// The AppID, the Open Platform account, or nothing.
    pub realm: String,
    /// The openid, the unionid, or the keyed hash of the phone.
    pub identifier: String,
}

impl MethodKey {
    /// A person at an app.
    #[must_use]
    pub fn of_openid(app_id: &AppId, openid: &OpenId) -> Self {
        Self::of_wechat(LoginMethodKind::WeChatOpenId, app_id.as_str(), openid.as_str())
    }

    /// A person at an Open Platform account.
    #[must_use]
    pub fn of_unionid(open_platform: &OpenPlatform, unionid: &UnionId) -> Self {
        let realm = open_platform.as_str();
        Self::of_wechat(LoginMethodKind::WeChatUnionId, realm, unionid.as_str())
    }

    /// A number under each of the encryption keys, the current one first.
    #[must_use]
    pub fn of_phone(phone: &Phone, keyring: &Keyring) -> Vec<Self> {
        keyring
            .indexes(Purpose::Phone, phone.expose().as_bytes())
            .map(|index| Self {
                kind: LoginMethodKind::Phone,
                realm: String::new(),
                identifier: hex(&index),
            })
            .collect()
    }

    fn of_wechat(kind: LoginMethodKind, realm: &str, identifier: &str) -> Self {
        Self {
            kind,
            realm: realm.to_owned(),
            identifier: identifier.to_owned(),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes everything");
        text
    })
}
