//! What a person brings to be known by, as stores keep it.

use time::OffsetDateTime;

use crate::{
    AccountId, AppId, Keyring, LoginMethodId, MethodKey, OpenId, OpenPlatform, Phone, UnionId,
    link::NewWayIn,
    ports::Entropy,
    resolve::{Identification, NewLinks, Owners},
    seal_phone,
};

/// What a person brought to be known by.
pub struct Brought {
    openid: Option<MethodKey>,
    unionid: Option<MethodKey>,
    number: Option<Phone>,
    /// The number under each of the encryption keys, the current one first.
    phones: Vec<MethodKey>,
}

/// A login method that is to be.
pub struct NewMethod<'a> {
    /// What it is unique over.
    pub key: &'a MethodKey,
    /// Its id.
    pub id: LoginMethodId,
    /// The WeChat account that it is part of, or the phone's own.
    pub account: AccountId,
    /// A phone's number, sealed.
    pub sealed: Option<Vec<u8>>,
}

impl Brought {
    /// By somebody who signs in.
    #[must_use]
    pub fn by(asked: &Identification, keyring: &Keyring) -> Self {
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

    /// By somebody who wants it linked.
    #[must_use]
    pub fn to_link(new: &NewWayIn, keyring: &Keyring) -> Self {
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
        Self {
            openid: Some(MethodKey::of_openid(app_id, openid)),
            unionid: unionid.map(|unionid| MethodKey::of_unionid(open_platform, unionid)),
            number: None,
            phones: Vec::new(),
        }
    }

    fn of_phone(phone: &Phone, keyring: &Keyring) -> Self {
        Self {
            openid: None,
            unionid: None,
            phones: MethodKey::of_phone(phone, keyring),
            number: Some(phone.clone()),
        }
    }

    /// All that there is to look up, the openid first: all logins ask for keys in the same order.
    pub fn all(&self) -> impl Iterator<Item = &MethodKey> {
        self.openid.iter().chain(&self.unionid).chain(&self.phones)
    }

    /// What led to the user that a login signs in: where it goes, nothing may be linked to them.
    #[must_use]
    pub fn leading(&self, owners: &Owners) -> Vec<&MethodKey> {
        match owners {
            Owners { openid: Some(_), .. } => self.openid.iter().collect(),
            Owners { unionid: Some(_), .. } => self.unionid.iter().collect(),
            _ => self.phones.iter().collect(),
        }
    }
}

/// What somebody brought, and what it takes to make it theirs.
#[expect(missing_docs, reason = "each field is named for what it is")]
pub struct Bringing<'a> {
    pub brought: &'a Brought,
    pub now: OffsetDateTime,
    pub keyring: &'a Keyring,
    pub entropy: &'a dyn Entropy,
}

impl<'a> Bringing<'a> {
    /// What is new to a user, in the order of [`Brought::all`]; a phone under the current encryption key. The WeChat account is a new one where
    /// none is given.
    #[must_use]
    pub fn new_methods(&self, link: NewLinks, wechat_account: Option<AccountId>) -> Vec<NewMethod<'a>> {
        let new_account = || AccountId::generate(self.now, self.entropy);
        let of_wechat = wechat_account.unwrap_or_else(new_account);
        let brought = self.brought;
        let (number, phone) = (brought.number.as_ref(), brought.phones.first());
        // A phone is a way in of its own.
        let wanted = [
            (link.openid, brought.openid.as_ref(), of_wechat, None),
            (link.unionid, brought.unionid.as_ref(), of_wechat, None),
            (link.phone, phone, new_account(), number),
        ];
        wanted
            .into_iter()
            .filter(|(is_new, ..)| *is_new)
            .filter_map(|(_, key, account, number)| {
                let key = key?;
                Some(NewMethod {
                    key,
                    id: LoginMethodId::generate(self.now, self.entropy),
                    account,
                    sealed: number.map(|phone| seal_phone(&key.identifier, phone, self.keyring)),
                })
            })
            .collect()
    }
}
