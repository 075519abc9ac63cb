//! Making something that WeChat proved a way in of whoever is signed in. It never moves a way in from one user to another.

use crate::{
    AccountId, AppId, OpenId, OpenPlatform, Phone, UnionId, User, UserAccount, UserId, UserState,
    resolve::{Joining, NewLinks, Owners},
};

/// What WeChat proved is the person's.
#[derive(Clone, Debug)]
pub enum NewWayIn {
    /// A WeChat account.
    WeChat {
        /// The app that it came through.
        app_id: AppId,
        /// The account at this app.
        openid: OpenId,
        /// The app's Open Platform account.
        open_platform: OpenPlatform,
        /// The account there, where WeChat told.
        unionid: Option<UnionId>,
    },
    /// A phone number.
    Phone(Phone),
}

/// Why nothing was linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkRefusal {
    /// It is another user's, or a part of it is.
    Taken,
    /// There is no such user.
    NotFound,
    /// An operator disabled the user.
    Disabled,
    /// The user is closing the account, or has.
    Closing,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Linking {
    /// It is the user's, as it may have been before; the user as they are then.
    Linked(Box<UserAccount>),
    /// Nothing was changed.
    Refused(LinkRefusal),
}

/// What a store must do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Link what is new.
    Link {
        /// What that is.
        link: NewLinks,
        /// The id that it becomes a login method of: the user's, or a former one of theirs.
        to: UserId,
        /// The WeChat account that new openids and unionids belong to, where the user has it already.
        account: Option<AccountId>,
        /// The user's WeChat accounts that are one.
        join: Option<Joining>,
        /// Whether the phone is an older one of theirs, and becomes the one that they are called by.
        renew_phone: bool,
    },
    /// Change nothing.
    Refuse(LinkRefusal),
}

/// The rule: what is nobody's becomes the user's, what is theirs stays theirs, and where anything of it is another user's nothing changes.
///
/// `asking` is the id that the user was asked for by, their own or a former one. A merge can be undone, so a WeChat account stays under the one
/// id that has a part of it already, and what is new comes under the id that asks.
#[must_use]
pub fn decide((user, asking): (&User, UserId), owners: &Owners, new: &NewWayIn) -> Decision {
    match user.state {
        UserState::Active => {}
        UserState::Disabled | UserState::Merged { .. } => return Decision::Refuse(LinkRefusal::Disabled),
        UserState::Closing { .. } | UserState::Closed => return Decision::Refuse(LinkRefusal::Closing),
    }
    let known = [&owners.openid, &owners.unionid, &owners.phone];
    if known.into_iter().flatten().any(|owner| owner.user.id != user.id) {
        return Decision::Refuse(LinkRefusal::Taken);
    }
    match new {
        NewWayIn::WeChat { unionid, .. } => Decision::Link {
            link: NewLinks {
                openid: owners.openid.is_none(),
                unionid: owners.unionid.is_none() && unionid.is_some(),
                phone: false,
            },
            to: owners.wechat_linked_to().unwrap_or(asking),
            account: owners.wechat_account(),
            join: owners.joining(),
            renew_phone: false,
        },
        NewWayIn::Phone(phone) => Decision::Link {
            link: NewLinks {
                phone: owners.phone.is_none(),
                ..NewLinks::default()
            },
            to: asking,
            account: None,
            join: None,
            renew_phone: owners.phone.is_some() && user.phone.as_ref() != Some(phone),
        },
    }
}
