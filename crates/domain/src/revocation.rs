//! What ended sessions before their time, held in memory: a check asks it before it believes any store.
//!
//! A session store may lose a delete (a crash, a failover, a restored copy). The database does not, so each instance
//! keeps every live revocation at hand, and a session that was logged out stays logged out whatever its store says.

use std::{
    collections::HashMap,
    fmt,
    time::{Duration, Instant},
};

use time::OffsetDateTime;

use crate::{
    OpenIdDigest, Session, TokenDigest, UserId,
    closed_ways::{ClosedWay, ClosedWays},
};

/// Past this age the view may miss what another instance revoked long ago, and nobody is told that a session is good.
const TRUSTED_FOR: Duration = Duration::from_mins(5);

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

/// Every live [`Revocation`], ready to be asked.
#[derive(Debug, Default)]
pub struct RevocationView {
    sessions: HashMap<TokenDigest, (RevokedBecause, OffsetDateTime)>,
    users: HashMap<UserId, Bar>,
    closed_ways: ClosedWays,
    aliases: HashMap<UserId, UserId>,
    read_at: Option<Instant>,
}

#[derive(Debug)]
struct Bar {
    generation: i32,
    except: Option<TokenDigest>,
    because: RevokedBecause,
    bars_until: OffsetDateTime,
}

impl RevocationView {
    /// Adds what was read from the record, any number of times and in any order but for the aliases of one user: of those the last one
    /// counts, so they come in the order of the record. `read_at` is when the reading began.
    pub fn refresh(&mut self, rows: impl IntoIterator<Item = Revocation>, read_at: Instant) {
        for row in rows {
            self.record(&row);
        }
        self.read_at = self.read_at.max(Some(read_at));
    }

    /// Adds one revocation, at once.
    pub fn record(&mut self, row: &Revocation) {
        match *row {
            Revocation::Session {
                digest,
                because,
                bars_until,
            } => {
                let kept = self.sessions.entry(digest).or_insert((because, bars_until));
                if kept.1 < bars_until {
                    *kept = (because, bars_until);
                }
            }
            Revocation::User {
                user_id,
                generation,
                except,
                because,
                bars_until,
            } => {
                let newer = self
                    .users
                    .get(&user_id)
                    .is_none_or(|bar| bar.generation < generation);
                if newer {
                    self.users.insert(
                        user_id,
                        Bar {
                            generation,
                            except,
                            because,
                            bars_until,
                        },
                    );
                }
            }
            Revocation::WayIn {
                user_id,
                openid,
                generation,
                because,
                bars_until,
            } => {
                let closed = ClosedWay {
                    openid,
                    generation,
                    because,
                    bars_until,
                };
                self.closed_ways.record(user_id, closed);
            }
            Revocation::Alias { merged, into } if merged == into => {
                self.aliases.remove(&merged);
            }
            Revocation::Alias { merged, into } => {
                self.aliases.insert(merged, into);
            }
        }
    }

    /// Drops the rows that bar nothing any more.
    pub fn forget_ended(&mut self, now: OffsetDateTime) {
        self.sessions.retain(|_, (_, bars_until)| *bars_until > now);
        self.users.retain(|_, bar| bar.bars_until > now);
        self.closed_ways.forget_ended(now);
    }

    /// Whether it was read lately enough to be believed.
    #[must_use]
    pub fn is_trusted(&self, now: Instant) -> bool {
        self.read_at
            .is_some_and(|read_at| now.saturating_duration_since(read_at) <= TRUSTED_FOR)
    }

    /// Whether a reading that began after this moment is in it.
    #[must_use]
    pub fn was_read_after(&self, moment: Instant) -> bool {
        self.read_at.is_some_and(|read_at| read_at > moment)
    }

    /// Why the session of this token is over, where that is known without looking it up.
    #[must_use]
    pub fn bars_token(&self, digest: &TokenDigest) -> Option<RevokedBecause> {
        self.sessions.get(digest).map(|(because, _)| *because)
    }

    /// Why this session is over, if it is.
    #[must_use]
    pub fn bars_session(&self, digest: &TokenDigest, session: &Session) -> Option<RevokedBecause> {
        let bar_of_user = || {
            let bar = self.users.get(&session.user_id)?;
            let is_barred = session.generation < bar.generation && bar.except != Some(*digest);
            is_barred.then_some(bar.because)
        };
        self.bars_token(digest)
            .or_else(bar_of_user)
            .or_else(|| self.closed_ways.bars(session))
    }

    /// The user that this id means today.
    #[must_use]
    pub fn survivor(&self, user_id: UserId) -> UserId {
        // A survivor may have been merged in turn, and rows come in any order, so an alias may lead to another. The bound is for a
        // record that somebody edited into a circle.
        std::iter::successors(Some(user_id), |id| self.aliases.get(id).copied())
            .take(self.aliases.len() + 1)
            .last()
            .unwrap_or(user_id)
    }
}
