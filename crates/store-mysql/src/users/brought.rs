use std::fmt::Write;

use wechat_login_domain::{
    AppId, Keyring, LoginMethodKind, OpenId, OpenPlatform, Phone, Purpose, UnionId,
    link::NewWayIn,
    resolve::{Identification, Owners},
};

use crate::sql::Value;

/// What a person brought to be known by, as `login_methods` keeps it.
pub(super) struct Brought {
    pub(super) openid: Option<Identifier>,
    pub(super) unionid: Option<Identifier>,
    /// The number.
    pub(super) number: Option<Phone>,
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
        let at_app = (&asked.app_id, &asked.openid);
        let wechat = Self::of_wechat(at_app, (&asked.open_platform, asked.unionid.as_ref()));
        match &asked.phone {
            Some(phone) => Self {
                openid: wechat.openid,
                unionid: wechat.unionid,
                ..Self::of_phone(phone, keyring)
            },
            None => wechat,
        }
    }

    pub(super) fn to_link(new: &NewWayIn, keyring: &Keyring) -> Self {
        match new {
            NewWayIn::WeChat {
                app_id,
                openid,
                open_platform,
                unionid,
            } => Self::of_wechat((app_id, openid), (open_platform, unionid.as_ref())),
            NewWayIn::Phone(phone) => Self::of_phone(phone, keyring),
        }
    }

    fn of_wechat(
        (app_id, openid): (&AppId, &OpenId),
        (open_platform, unionid): (&OpenPlatform, Option<&UnionId>),
    ) -> Self {
        let identifier = |kind, realm: &str, text: &str| Identifier {
            kind,
            realm: realm.to_owned(),
            text: text.to_owned(),
        };
        let openid = identifier(LoginMethodKind::WeChatOpenId, app_id.as_str(), openid.as_str());
        let unionid = unionid.map(|unionid| {
            let realm = open_platform.as_str();
            identifier(LoginMethodKind::WeChatUnionId, realm, unionid.as_str())
        });
        Self {
            openid: Some(openid),
            unionid,
            number: None,
            phones: Vec::new(),
        }
    }

    fn of_phone(phone: &Phone, keyring: &Keyring) -> Self {
        Self {
            openid: None,
            unionid: None,
            phones: Identifier::of_phone(phone, keyring),
            number: Some(phone.clone()),
        }
    }

    /// The number under the current encryption key.
    pub(super) fn phone(&self) -> Option<&Identifier> {
        self.phones.first()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Identifier> {
        self.openid.iter().chain(&self.unionid).chain(&self.phones)
    }

    /// What is true of the rows of all of them, with a `?` for each value of [`Brought::values`]. Not a list of rows, for which some servers
    /// use no key.
    pub(super) fn condition(&self) -> String {
        condition(self.all().count())
    }

    /// What led to the user that a login signs in: where it goes, nothing may be linked to them.
    pub(super) fn leading(&self, owners: &Owners) -> Vec<&Identifier> {
        match owners {
            Owners { openid: Some(_), .. } => self.openid.iter().collect(),
            Owners { unionid: Some(_), .. } => self.unionid.iter().collect(),
            _ => self.phones.iter().collect(),
        }
    }

    pub(super) fn values(&self) -> impl Iterator<Item = Value<'_>> {
        self.all().flat_map(Identifier::values)
    }
}

/// What is true of the rows of so many identifiers.
pub(super) fn condition(identifiers: usize) -> String {
    let one = "(kind = ? AND realm = ? AND identifier = ?)";
    format!("({})", vec![one; identifiers].join(" OR "))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes everything");
        text
    })
}
