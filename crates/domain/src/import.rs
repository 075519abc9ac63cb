//! Moving in: people who were users elsewhere become users here before they come for the first time.
//!
//! A store looks up who has what a row brings ([`Holders`]), asks [`decide`], and does what it says. Whoever is known already is given what
//! they lack, and nothing that they have is overwritten; nobody is merged.

use std::collections::BTreeSet;

use time::OffsetDateTime;

use crate::{
    AccountId, AppId, ExternalId, LoginMethodKind, OpenId, OpenPlatform, Phone, Scope, UnionId, User, UserId,
    UserState,
};

/// A person, as the company knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportedUser {
    /// The company's own id: whoever has it is this person.
    pub external_id: Option<ExternalId>,
    /// When they first came.
    pub created_at: Option<OffsetDateTime>,
    /// What to call them.
    pub nickname: Option<String>,
    /// Their number.
    pub phone: Option<Phone>,
    /// What they may do.
    pub scopes: Vec<Scope>,
    /// Who they are at WeChat's apps.
    pub wechat: Vec<ImportedIdentity>,
}

/// A person at one app, by an openid, a unionid or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedIdentity {
    /// The app.
    pub app_id: AppId,
    /// The app's Open Platform account.
    pub open_platform: OpenPlatform,
    /// The person at the app.
    pub openid: Option<OpenId>,
    /// The person at the Open Platform account.
    pub unionid: Option<UnionId>,
}

/// An openid or a unionid that a row brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedIdentifier {
    /// Which of the two.
    pub kind: LoginMethodKind,
    /// The AppID, or the Open Platform account.
    pub realm: String,
    /// The openid, or the unionid.
    pub identifier: String,
    /// Which of the row's WeChat accounts it belongs to, counted from 0.
    pub wechat_account: usize,
}

impl ImportedUser {
    /// Whether anybody could be known by this row.
    #[must_use]
    pub const fn names_somebody(&self) -> bool {
        self.external_id.is_some() || self.phone.is_some() || !self.wechat.is_empty()
    }

    /// The openids and unionids of the row, each once.
    ///
    /// All of them are one WeChat account, unless two openids of one app or two unionids of one Open Platform account say otherwise. Then each
    /// unionid is an account of its own, with the openids that stand beside it, and so is each openid that stands alone.
    #[must_use]
    pub fn identifiers(&self) -> Vec<ImportedIdentifier> {
        let is_one_account = self.is_one_account();
        let mut found: Vec<ImportedIdentifier> = Vec::new();
        for (n, identity) in self.wechat.iter().enumerate() {
            let openid = identity.openid.as_ref().map(|openid| {
                let realm = identity.app_id.as_str();
                (LoginMethodKind::WeChatOpenId, realm, openid.as_str())
            });
            let unionid = identity.unionid.as_ref().map(|unionid| {
                let realm = identity.open_platform.as_str();
                (LoginMethodKind::WeChatUnionId, realm, unionid.as_str())
            });
            let brought: Vec<_> = [openid, unionid].into_iter().flatten().collect();
            let is = |one: &ImportedIdentifier, (kind, realm, text): (LoginMethodKind, &str, &str)| {
                one.kind == kind && one.realm == realm && one.identifier == text
            };
            let known = brought
                .iter()
                .find_map(|brought| found.iter().find(|one| is(one, *brought)))
                .map(|one| one.wechat_account);
            let wechat_account = if is_one_account { 0 } else { known.unwrap_or(n) };
            for brought in brought {
                if !found.iter().any(|one| is(one, brought)) {
                    let (kind, realm, identifier) = brought;
                    found.push(ImportedIdentifier {
                        kind,
                        realm: realm.to_owned(),
                        identifier: identifier.to_owned(),
                        wechat_account,
                    });
                }
            }
        }
        found
    }

    fn is_one_account(&self) -> bool {
        let openids = self
            .wechat
            .iter()
            .filter_map(|one| Some((&one.app_id, one.openid.as_ref()?)));
        let unionids = self
            .wechat
            .iter()
            .filter_map(|one| Some((&one.open_platform, one.unionid.as_ref()?)));
        has_one_value_each(openids) && has_one_value_each(unionids)
    }
}

fn has_one_value_each<K: Ord + Copy, V: Ord + Copy>(pairs: impl Iterator<Item = (K, V)>) -> bool {
    let pairs: BTreeSet<_> = pairs.collect();
    let keys: BTreeSet<_> = pairs.iter().map(|(key, _)| *key).collect();
    keys.len() == pairs.len()
}

/// A user who has an identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The user that it means.
    pub user: User,
    /// The WeChat account that it belongs to.
    pub account: AccountId,
}

/// Who has what a row brings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holders {
    /// Whom the external id means.
    pub external_id: Option<User>,
    /// Who has each of [`ImportedUser::identifiers`], in that order.
    pub identifiers: Vec<Option<Holder>>,
    /// Whose the phone is.
    pub phone: Option<User>,
}

impl Holders {
    /// The WeChat account that an identifier belongs to, where another one of the same account is known already.
    #[must_use]
    pub fn account_of(
        &self,
        identifiers: &[ImportedIdentifier],
        identifier: &ImportedIdentifier,
    ) -> Option<AccountId> {
        let mut held = identifiers.iter().zip(&self.identifiers);
        held.find_map(|(other, holder)| {
            let is_same = other.wechat_account == identifier.wechat_account;
            holder.as_ref().filter(|_| is_same).map(|holder| holder.account)
        })
    }
}

/// What a store must do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Make a user with everything in the row.
    Register,
    /// Link what nobody has, and fill in what this user lacks.
    Complete(UserId, Box<Completion>),
    /// Nothing.
    Leave,
    /// Nothing: the row contradicts what is known.
    Refuse(ImportRefusal),
}

/// What of a row is written to a user who is known already, besides new identifiers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// The external id, where they have none.
    pub external_id: Option<ExternalId>,
    /// When they first came, where that is earlier.
    pub created_at: Option<OffsetDateTime>,
    /// The nickname, where they have none. A user who removed theirs MUST NOT get it back.
    pub nickname: Option<String>,
    /// The scopes, where they have none.
    pub scopes: Vec<Scope>,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportOutcome {
    /// It made a user, or gave one something.
    Imported,
    /// All of it was known.
    Unchanged,
    /// Nothing of it was kept.
    Refused(ImportRefusal),
}

/// Why a row was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportRefusal {
    /// Whoever has the identifiers has no external id, and this one is somebody else's.
    #[error("the external_id is another user's")]
    ExternalIdTaken,
    /// Whoever has the identifiers has another external id.
    #[error("an openid, unionid or phone of it belongs to a user with another external_id")]
    LoginMethodTaken,
    /// The row is several users.
    #[error("its openids, unionids and phone belong to several users")]
    SeveralUsers,
    /// The user may not sign in, and is given nothing.
    #[error("the user is disabled, or is closing the account")]
    Barred,
}

/// The rule.
#[must_use]
pub fn decide(row: &ImportedUser, holders: &Holders) -> Decision {
    let by_identifier = holders.identifiers.iter().flatten().map(|holder| &holder.user);
    let mut users: Vec<&User> = by_identifier.chain(&holders.phone).collect();
    users.sort_unstable_by_key(|user| user.id);
    users.dedup_by_key(|user| user.id);
    match (&holders.external_id, users.as_slice()) {
        (None, []) => Decision::Register,
        (Some(user), []) => complete(row, holders, user),
        (Some(user), [other]) if user.id == other.id => complete(row, holders, user),
        (Some(_), [other]) if other.external_id.is_none() => Decision::Refuse(ImportRefusal::ExternalIdTaken),
        (None, [user]) if row.external_id.is_none() || user.external_id.is_none() => {
            complete(row, holders, user)
        }
        (_, [_]) => Decision::Refuse(ImportRefusal::LoginMethodTaken),
        (_, [_, _, ..]) => Decision::Refuse(ImportRefusal::SeveralUsers),
    }
}

/// Only where the row has news: what an operator or the user changed since it was imported is not changed back by importing it again.
fn complete(row: &ImportedUser, holders: &Holders, user: &User) -> Decision {
    let external_id = row.external_id.clone().filter(|_| holders.external_id.is_none());
    let created_at = row.created_at.filter(|created_at| *created_at < user.created_at);
    let links = holders.identifiers.contains(&None) || (row.phone.is_some() && holders.phone.is_none());
    if external_id.is_none() && created_at.is_none() && !links {
        return Decision::Leave;
    }
    if user.state != UserState::Active {
        return Decision::Refuse(ImportRefusal::Barred);
    }
    let nickname = row.nickname.clone().filter(|_| user.nickname.is_none());
    let scopes = if user.scopes.is_empty() {
        row.scopes.clone()
    } else {
        Vec::new()
    };
    let completion = Completion {
        external_id,
        created_at,
        nickname,
        scopes,
    };
    Decision::Complete(user.id, Box::new(completion))
}
