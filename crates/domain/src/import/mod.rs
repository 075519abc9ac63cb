//! Moving in: people who were users elsewhere become users here before they come for the first time.
//!
//! Whoever is known already is given what they lack, but no scopes, and nothing that they have is overwritten but a later date of coming by
//! an earlier one; nobody is merged ([`decide`]). People come by the million, so a store takes many at once: it looks up everything that a [`Batch`] brings, and writes what its [`Plan`] says.

mod batch;
mod decide;
mod plan;

use std::{
    collections::BTreeSet,
    hash::{DefaultHasher, Hash, Hasher},
};

use time::OffsetDateTime;

pub use self::{
    batch::{Batch, Known},
    decide::{Completion, Decision, Holder, Holders, ImportOutcome, ImportRefusal, KnownUser, decide},
    plan::{NewLink, NewUser, Plan},
};
use crate::{AppId, ExternalId, MethodKey, OpenId, OpenPlatform, Phone, Scope, UnionId};

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
    /// What they may do, where the row makes a user of them.
    pub scopes: Vec<Scope>,
    /// Who they are at WeChat's apps, at most [`Self::MOST_IDENTITIES`].
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
    /// What it is.
    pub key: MethodKey,
    /// Which of the row's WeChat accounts it belongs to, counted from 0.
    pub wechat_account: usize,
}

impl ImportedUser {
    /// Nobody is at more apps, and what finds out which of them are one account takes the square of their number.
    pub const MOST_IDENTITIES: usize = 64;

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
            let openid = identity.openid.as_ref();
            let openid = openid.map(|openid| MethodKey::of_openid(&identity.app_id, openid));
            let unionid = identity.unionid.as_ref();
            let unionid = unionid.map(|unionid| MethodKey::of_unionid(&identity.open_platform, unionid));
            let brought: Vec<_> = [openid, unionid].into_iter().flatten().collect();
            let known = brought
                .iter()
                .find_map(|brought| found.iter().find(|one| one.key == *brought))
                .map(|one| one.wechat_account);
            let wechat_account = if is_one_account { 0 } else { known.unwrap_or(n) };
            for key in brought {
                if !found.iter().any(|one| one.key == key) {
                    found.push(ImportedIdentifier { key, wechat_account });
                }
            }
        }
        found
    }

    /// A number for everything that the row is known by. Two rows that name one person by the same thing share one, and others hardly ever do.
    #[must_use]
    pub fn marks(&self) -> Vec<u64> {
        let mark = |thing: &dyn Fn(&mut DefaultHasher)| {
            let mut hasher = DefaultHasher::new();
            thing(&mut hasher);
            hasher.finish()
        };
        let external_id = self.external_id.iter().map(|id| mark(&|it| (0, id).hash(it)));
        let phone = self
            .phone
            .iter()
            .map(|phone| mark(&|it| (1, phone.expose()).hash(it)));
        let identifiers = self.identifiers();
        let identifiers = identifiers.iter().map(|one| mark(&|it| (2, &one.key).hash(it)));
        external_id.chain(phone).chain(identifiers).collect()
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
