use wechat_login_domain::{LoginMethod, LoginMethodKind, Phone, resolve::Identification};

/// What a login method is unique over.
pub(super) struct Identifier {
    pub(super) kind: LoginMethodKind,
    pub(super) realm: String,
    pub(super) text: String,
}

impl Identifier {
    /// The openid, the unionid and the phone that were brought.
    pub(super) fn all(asked: &Identification) -> [Option<Self>; 3] {
        let identifier = |kind, realm: &str, text: &str| Self {
            kind,
            realm: realm.to_owned(),
            text: text.to_owned(),
        };
        let openid = identifier(
            LoginMethodKind::WeChatOpenId,
            asked.app_id.as_str(),
            asked.openid.as_str(),
        );
        let unionid = asked.unionid.as_ref().map(|unionid| {
            let realm = asked.open_platform.as_str();
            identifier(LoginMethodKind::WeChatUnionId, realm, unionid.as_str())
        });
        let phone = asked.phone.as_ref().map(Self::of_phone);
        [Some(openid), unionid, phone]
    }

    /// Stands for the keyed hash of a real store: one text per number, and not the number.
    pub(super) fn of_phone(phone: &Phone) -> Self {
        Self {
            kind: LoginMethodKind::Phone,
            realm: String::new(),
            text: phone.expose().chars().rev().collect(),
        }
    }

    pub(super) fn is(&self, method: &LoginMethod) -> bool {
        (self.kind, &self.realm, &self.text) == (method.kind, &method.realm, &method.identifier)
    }
}
