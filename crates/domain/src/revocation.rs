//! What ended sessions before their time.

use std::fmt;

use time::OffsetDateTime;

use crate::{OpenIdDigest, TokenDigest, UserId};

/// Why a session was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RevokedBecause {
    /// Its owner logged out.
    LoggedOut,
    /// Its owner, or an operator, removed the device.
    Kicked,
    /// A newer login took its place.
    Replaced,
    /// The login method that opened it was unlinked.
    Unlinked,
    /// The user was disabled.
    UserDisabled,
    /// The account was closed.
    AccountClosed,
}

impl RevokedBecause {
    /// Every reason.
    pub const ALL: [Self; 6] = [
        Self::LoggedOut,
        Self::Kicked,
        Self::Replaced,
        Self::Unlinked,
        Self::UserDisabled,
        Self::AccountClosed,
    ];

    /// The name in JSON and stores.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LoggedOut => "logged_out",
            Self::Kicked => "kicked",
            Self::Replaced => "replaced",
            Self::Unlinked => "unlinked",
            Self::UserDisabled => "user_disabled",
            Self::AccountClosed => "account_closed",
        }
    }

    /// The reason of that name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }
}

impl fmt::Display for RevokedBecause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One row of the durable record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// One session is over.
    Session {
        /// Which.
        digest: TokenDigest,
        /// Why.
        because: RevokedBecause,
        /// When no store can hold it any more.
        bars_until: OffsetDateTime,
    },
    /// All sessions of a user are over that were opened in an earlier generation.
    User {
        /// Whose.
        user_id: UserId,
        /// The first generation that is good again.
        generation: i32,
        /// The one session that goes on.
        except: Option<TokenDigest>,
        /// Why.
        because: RevokedBecause,
        /// When no store can hold any of them any more.
        bars_until: OffsetDateTime,
    },
    /// All sessions of a user are over that one of their openids opened in an earlier generation.
    WayIn {
        /// Whose.
        user_id: UserId,
        /// Which.
        openid: OpenIdDigest,
        /// The first generation that is good again.
        generation: i32,
        /// Why.
        because: RevokedBecause,
        /// When no store can hold any of them any more.
        bars_until: OffsetDateTime,
    },
    /// A user means another one since a merge; the latest of a user's aliases counts.
    Alias {
        /// The merged user.
        merged: UserId,
        /// The survivor, or the user themselves where the merge was undone: the record only grows, so that an instance which reads on from
        /// where it was learns of it.
        into: UserId,
    },
}
