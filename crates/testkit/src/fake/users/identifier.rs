use wechat_login_domain::{
    AppId, LoginMethod, LoginMethodKind, OpenId, OpenPlatform, Phone, UnionId, link::NewWayIn,
    resolve::Identification,
};

/// What a login method is unique over.
pub(super) struct Identifier {
    pub(super) kind: LoginMethodKind,
    pub(super) realm: String,
    pub(super) text: String,
}

impl Identifier {
    /// The openid, the unionid and the phone that were brought.
    pub(super) fn all(asked: &Identification) -> [Option<Self>; 3] {
        let at_app = (&asked.app_id, &asked.openid);
        let [openid, unionid] = Self::of_wechat(at_app, &asked.open_platform, asked.unionid.as_ref());
        [openid, unionid, asked.phone.as_ref().map(Self::of_phone)]
    }

    /// The same of what is to be linked.
    pub(super) fn all_new(new: &NewWayIn) -> [Option<Self>; 3] {
        match new {
            NewWayIn::WeChat {
                app_id,
                openid,
                open_platform,
                unionid,
            } => {
                let [openid, unionid] = Self::of_wechat((app_id, openid), open_platform, unionid.as_ref());
                [openid, unionid, None]
            }
            NewWayIn::Phone(phone) => [None, None, Some(Self::of_phone(phone))],
        }
    }

    fn of_wechat(
        (app_id, openid): (&AppId, &OpenId),
        open_platform: &OpenPlatform,
        unionid: Option<&UnionId>,
    ) -> [Option<Self>; 2] {
        let identifier = |kind, realm: &str, text: &str| Self {
            kind,
            realm: realm.to_owned(),
            text: text.to_owned(),
        };
        let openid = identifier(LoginMethodKind::WeChatOpenId, app_id.as_str(), openid.as_str());
        let unionid = unionid.map(|unionid| {
            let realm = open_platform.as_str();
            identifier(LoginMethodKind::WeChatUnionId, realm, unionid.as_str())
        });
        [Some(openid), unionid]
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
