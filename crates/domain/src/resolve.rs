//! Who is this? The rule by which what WeChat says of a person leads to one user.
//!
//! A store looks up who owns each identifier ([`Owners`]), asks [`decide`], and does what it says in one atomic step.

use time::{Duration, OffsetDateTime};

use crate::{
    AccountId, AppId, OpenId, OpenPlatform, OwnWords, Phone, Profile, UnionId, User, UserId, UserState, merge,
};

/// A number whose owner did not come for so long may have been given to somebody else. So may one that they replaced by another, at once.
const PHONE_GOES_STALE_AFTER: Duration = Duration::days(180);

/// How often it is written down that a login method is used, or a conflict goes on.
pub const WRITTEN_EVERY: Duration = Duration::DAY;

/// What to do where an openid and a unionid of one person are two users' (case 5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnConflict {
    /// Sign the openid's user in, link nothing, and tell the operator.
    #[default]
    Keep,
    /// Make them one: the older survives.
    Merge,
}

/// What to do where a new person brings a verified phone that is a user's already (case 4a).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PhoneJoins {
    /// Refuse.
    #[default]
    Reject,
    /// They are that user, unless the number may have changed hands.
    Link,
}

/// The operator's choices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Where an openid and a unionid are two users'.
    pub on_conflict: OnConflict,
    /// Where a new person's phone is a user's.
    pub phone_joins: PhoneJoins,
}

/// What WeChat proved of a person, and what may be done with it.
#[derive(Clone, Debug)]
pub struct Identification {
    /// The app that they came through.
    pub app_id: AppId,
    /// The person at this app.
    pub openid: OpenId,
    /// The app's Open Platform account.
    pub open_platform: OpenPlatform,
    /// The person there, where WeChat told.
    pub unionid: Option<UnionId>,
    /// A number that WeChat verified in this same request.
    pub phone: Option<Phone>,
    /// What WeChat says they are called and look like; empty where it was not asked.
    pub profile: Profile,
    /// Whether somebody new becomes a user.
    pub create_user: bool,
    /// The operator's choices.
    pub policy: Policy,
}

/// Whose an identifier is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The user that it was linked to; after a merge not the one that it means.
    pub linked_to: UserId,
    /// The WeChat account that it belongs to.
    pub account: AccountId,
    /// When it was last used, to the day.
    pub last_used_at: OffsetDateTime,
    /// The user that it means.
    pub user: User,
    /// What of that user's profile is their own word.
    pub own_words: OwnWords,
    /// That user's generation.
    pub generation: i32,
}

/// Who owns what the person brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owners {
    /// Of the openid.
    pub openid: Option<Owner>,
    /// Of the unionid, where one was brought.
    pub unionid: Option<Owner>,
    /// Of the phone, where one was brought.
    pub phone: Option<Owner>,
    /// When the phone's user came last, by whatever way in, to the day.
    pub phones_user_came_at: Option<OffsetDateTime>,
}

/// Two WeChat accounts that turned out to be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Joining {
    /// The one whose login methods become the other's.
    pub from: AccountId,
    /// The other.
    pub to: AccountId,
}

impl Owners {
    /// Whether it is to be written down that something that was brought is in use: once a day.
    #[must_use]
    pub fn are_first_seen_today(&self, now: OffsetDateTime) -> bool {
        let mut known = [&self.openid, &self.unionid, &self.phone].into_iter().flatten();
        known.any(|owner| now - owner.last_used_at >= WRITTEN_EVERY)
    }

    /// The WeChat account that new openids and unionids of this person belong to, where it is known already.
    #[must_use]
    pub fn wechat_account(&self) -> Option<AccountId> {
        self.openid
            .as_ref()
            .or(self.unionid.as_ref())
            .map(|owner| owner.account)
    }

    /// The id, after a merge maybe a former one, that has this person's WeChat account already.
    #[must_use]
    pub fn wechat_linked_to(&self) -> Option<UserId> {
        self.openid
            .as_ref()
            .or(self.unionid.as_ref())
            .map(|owner| owner.linked_to)
    }

    /// What WeChat says where an openid and a unionid of one user are of two accounts, as they are where a phone brought them together.
    #[must_use]
    pub fn joining(&self) -> Option<Joining> {
        let (openid, unionid) = (self.openid.as_ref()?, self.unionid.as_ref()?);
        let is_news = openid.user.id == unionid.user.id && openid.account != unionid.account;
        is_news.then_some(Joining {
            from: openid.account,
            to: unionid.account,
        })
    }
}

/// What a store must do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Sign this owner's user in, after linking what is new.
    SignIn {
        /// Who.
        owner: Box<Owner>,
        /// What to link to `owner.linked_to`.
        link: NewLinks,
        /// The user's WeChat accounts that are one.
        join: Option<Joining>,
        /// The other user that the unionid leads to, to be recorded.
        conflict_with: Option<UserId>,
    },
    /// Make a user with everything that was brought.
    Register,
    /// Make `merged` an alias of `survivor`, link the phone where it is new, and sign the survivor in.
    Merge {
        /// The older.
        survivor: Box<Owner>,
        /// The other.
        merged: Box<Owner>,
        /// What to link to the survivor.
        link: NewLinks,
    },
    /// Change nothing.
    Refuse(Refusal),
}

/// The identifiers that become a user's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NewLinks {
    /// The openid.
    pub openid: bool,
    /// The unionid.
    pub unionid: bool,
    /// The phone.
    pub phone: bool,
}

impl NewLinks {
    /// All of them.
    pub const EVERYTHING: Self = Self {
        openid: true,
        unionid: true,
        phone: true,
    };

    /// Whether there is anything to link.
    #[must_use]
    pub const fn any(self) -> bool {
        self.openid || self.unionid || self.phone
    }
}

/// Why nobody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Somebody new, and `create_user` is false.
    NotFound,
    /// The phone is another user's.
    PhoneTaken,
    /// An operator disabled the user.
    Disabled,
    /// The user is closing the account, or has.
    Closing,
}

/// What became of an identification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// This is the user.
    User {
        /// Who.
        user: Box<User>,
        /// The generation to stamp into the session.
        generation: i32,
        /// Whether they came for the first time.
        is_new: bool,
    },
    /// Nobody is signed in, and nothing was changed.
    Refused(Refusal),
}

/// The rule. Cases are numbered as in the design.
#[must_use]
pub fn decide(owners: &Owners, asked: &Identification, now: OffsetDateTime) -> Decision {
    let mut link = NewLinks {
        openid: owners.openid.is_none(),
        unionid: owners.unionid.is_none() && asked.unionid.is_some(),
        phone: owners.phone.is_none() && asked.phone.is_some(),
    };
    match (&owners.openid, &owners.unionid) {
        // Case 5: two users.
        (Some(by_openid), Some(by_unionid)) if by_openid.user.id != by_unionid.user.id => {
            match asked.policy.on_conflict {
                OnConflict::Keep => keep(owners, by_openid, by_unionid, link),
                OnConflict::Merge => merge(owners, by_openid, by_unionid, link),
            }
        }
        // Cases 1, 2 and 6, and 3.
        (Some(owner), _) | (None, Some(owner)) => sign_in(owners, owner, link, None),
        // Case 4a.
        (None, None) if owners.phone.is_some() => {
            let owner = owners.phone.as_ref().expect("the guard looked");
            let came_at = owners.phones_user_came_at.unwrap_or(owner.last_used_at);
            let is_current = owner.user.phone == asked.phone;
            let may_have_changed_hands = !is_current || now - came_at > PHONE_GOES_STALE_AFTER;
            if asked.policy.phone_joins == PhoneJoins::Reject || may_have_changed_hands {
                return Decision::Refuse(Refusal::PhoneTaken);
            }
            link.phone = false;
            sign_in(owners, owner, link, None)
        }
        // Case 4.
        (None, None) if asked.create_user => Decision::Register,
        (None, None) => Decision::Refuse(Refusal::NotFound),
    }
}

/// A phone of the unionid's user is one more sign that the two are one person, and no third person's: it stays where it is, and nobody is
/// locked out.
fn keep(owners: &Owners, by_openid: &Owner, by_unionid: &Owner, link: NewLinks) -> Decision {
    let is_the_others = |phone: &Owner| phone.user.id == by_unionid.user.id;
    let without_phone = Owners {
        phone: owners.phone.clone().filter(|phone| !is_the_others(phone)),
        ..owners.clone()
    };
    sign_in(&without_phone, by_openid, link, Some(by_unionid.user.id))
}

fn sign_in(owners: &Owners, owner: &Owner, link: NewLinks, conflict_with: Option<UserId>) -> Decision {
    if let Some(refusal) = refuses(&owner.user) {
        return Decision::Refuse(refusal);
    }
    if owners
        .phone
        .as_ref()
        .is_some_and(|phone| phone.user.id != owner.user.id)
    {
        return Decision::Refuse(Refusal::PhoneTaken);
    }
    Decision::SignIn {
        owner: Box::new(owner.clone()),
        link,
        join: owners.joining(),
        conflict_with,
    }
}

fn merge(owners: &Owners, by_openid: &Owner, by_unionid: &Owner, link: NewLinks) -> Decision {
    let Ok((survivor, _)) = merge::decide(&by_openid.user, &by_unionid.user) else {
        return Decision::Refuse(Refusal::Disabled);
    };
    let is_either = |id| id == by_openid.user.id || id == by_unionid.user.id;
    if owners
        .phone
        .as_ref()
        .is_some_and(|phone| !is_either(phone.user.id))
    {
        return Decision::Refuse(Refusal::PhoneTaken);
    }
    let (survivor, merged) = if survivor == by_openid.user.id {
        (by_openid, by_unionid)
    } else {
        (by_unionid, by_openid)
    };
    Decision::Merge {
        survivor: Box::new(survivor.clone()),
        merged: Box::new(merged.clone()),
        link,
    }
}

const fn refuses(user: &User) -> Option<Refusal> {
    match user.state {
        UserState::Active => None,
        // A root is never merged; a store that says so is refused like any user that may not sign in.
        UserState::Disabled | UserState::Merged { .. } => Some(Refusal::Disabled),
        UserState::Closing { .. } | UserState::Closed => Some(Refusal::Closing),
    }
}
