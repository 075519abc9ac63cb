//! What becomes of one row.

use time::OffsetDateTime;

use super::{ImportedIdentifier, ImportedUser};
use crate::{AccountId, ExternalId, LoginMethodKind, User, UserId, UserState};

/// Of a user, what the rule needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownUser {
    /// Who.
    pub id: UserId,
    /// The company's own id for them.
    pub external_id: Option<ExternalId>,
    /// When they came.
    pub created_at: OffsetDateTime,
    /// Whether they have a nickname.
    pub has_nickname: bool,
    /// Whether they may sign in.
    pub is_active: bool,
}

impl From<&User> for KnownUser {
    fn from(user: &User) -> Self {
        Self {
            id: user.id,
            external_id: user.external_id.clone(),
            created_at: user.created_at,
            has_nickname: user.nickname.is_some(),
            is_active: user.state == UserState::Active,
        }
    }
}

/// A user who has an identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The user that it means.
    pub user: KnownUser,
    /// The WeChat account that it belongs to.
    pub account: AccountId,
}

/// Who has what a row brings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holders {
    /// Whom the external id means.
    pub external_id: Option<KnownUser>,
    /// Who has each of [`ImportedUser::identifiers`], in that order.
    pub identifiers: Vec<Option<Holder>>,
    /// Whose the phone is.
    pub phone: Option<KnownUser>,
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
    /// Link what nobody has, and fill in what this user lacks. Scopes are none of it.
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
    #[error("its {} belongs to user {user}, who has another external_id", word(*.kind))]
    LoginMethodTaken {
        /// What they have: the first that the row brings, the phone last.
        kind: LoginMethodKind,
        /// Who.
        user: UserId,
    },
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
    let mut users: Vec<&KnownUser> = by_identifier.chain(&holders.phone).collect();
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
        (_, [user]) => Decision::Refuse(ImportRefusal::LoginMethodTaken {
            kind: taken(row, holders),
            user: user.id,
        }),
        (_, [_, _, ..]) => Decision::Refuse(ImportRefusal::SeveralUsers),
    }
}

/// What of the row somebody has already.
fn taken(row: &ImportedUser, holders: &Holders) -> LoginMethodKind {
    let identifiers = row.identifiers();
    let mut held = identifiers.iter().zip(&holders.identifiers);
    let first = held.find_map(|(one, holder)| holder.is_some().then_some(one.key.kind));
    first.unwrap_or(LoginMethodKind::Phone)
}

/// As the fields of a row are called.
const fn word(kind: LoginMethodKind) -> &'static str {
    match kind {
        LoginMethodKind::WeChatOpenId => "openid",
        LoginMethodKind::WeChatUnionId => "unionid",
        LoginMethodKind::Phone => "phone",
    }
}

/// Only where the row has news: importing the same again changes nothing that was changed since.
///
/// What was taken from somebody looks like what they never had, as no record is kept of it: an external id that was taken away, and a way in
/// that was unlinked, come back with a row that still has them. Scopes are rights, and never do: only who is made by a row gets them.
fn complete(row: &ImportedUser, holders: &Holders, user: &KnownUser) -> Decision {
    let external_id = row.external_id.clone().filter(|_| holders.external_id.is_none());
    let created_at = row.created_at.filter(|created_at| *created_at < user.created_at);
    let links = holders.identifiers.contains(&None) || (row.phone.is_some() && holders.phone.is_none());
    if external_id.is_none() && created_at.is_none() && !links {
        return Decision::Leave;
    }
    if !user.is_active {
        return Decision::Refuse(ImportRefusal::Barred);
    }
    let nickname = row.nickname.clone().filter(|_| !user.has_nickname);
    let completion = Completion {
        external_id,
        created_at,
        nickname,
    };
    Decision::Complete(user.id, Box::new(completion))
}
