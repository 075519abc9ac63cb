use std::fmt::Write;

use wechat_login_domain::{Keyring, LoginMethodKind, Phone, Purpose, resolve::Identification};

use crate::sql::Value;

/// What a person brought to be known by, as `login_methods` keeps it.
pub(super) struct Brought {
    pub(super) openid: Identifier,
    pub(super) unionid: Option<Identifier>,
    /// The number under each of the encryption keys, the current one first.
    phones: Vec<Identifier>,
}

pub(super) struct Identifier {
    pub(super) kind: LoginMethodKind,
    pub(super) realm: String,
    pub(super) text: String,
}

impl Identifier {
    /// A number under each of the encryption keys, the current one first.
    pub(super) fn of_phone(phone: &Phone, keyring: &Keyring) -> Vec<Self> {
        keyring
            .indexes(Purpose::Phone, phone.expose().as_bytes())
            .map(|index| Self {
                kind: LoginMethodKind::Phone,
                realm: String::new(),
                text: hex(&index),
            })
            .collect()
    }

    pub(super) fn values(&self) -> [Value<'_>; 3] {
        [self.kind.as_str(), &self.realm, &self.text].map(Value::Text)
    }
}

impl Brought {
    pub(super) fn by(asked: &Identification, keyring: &Keyring) -> Self {
        let identifier = |kind, realm: &str, text: &str| Identifier {
            kind,
            realm: realm.to_owned(),
            text: text.to_owned(),
        };
        let unionid = asked.unionid.as_ref().map(|unionid| {
            let realm = asked.open_platform.as_str();
            identifier(LoginMethodKind::WeChatUnionId, realm, unionid.as_str())
        });
        Self {
            openid: identifier(
                LoginMethodKind::WeChatOpenId,
                asked.app_id.as_str(),
                asked.openid.as_str(),
            ),
            unionid,
            phones: asked
                .phone
                .as_ref()
                .map(|phone| Identifier::of_phone(phone, keyring))
                .unwrap_or_default(),
        }
    }

    /// The number under the current encryption key.
    pub(super) fn phone(&self) -> Option<&Identifier> {
        self.phones.first()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Identifier> {
        std::iter::once(&self.openid)
            .chain(&self.unionid)
            .chain(&self.phones)
    }

    /// What is true of the rows of all of them, with a `?` for each value of [`Brought::values`]. Not a list of rows, for which some servers
    /// use no key.
    pub(super) fn condition(&self) -> String {
        let one = "(kind = ? AND realm = ? AND identifier = ?)";
        format!("({})", vec![one; self.all().count()].join(" OR "))
    }

    pub(super) fn values(&self) -> impl Iterator<Item = Value<'_>> {
        self.all().flat_map(Identifier::values)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes everything");
        text
    })
}
