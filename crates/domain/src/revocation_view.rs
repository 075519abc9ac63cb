//! The revocations, held in memory: a check asks them before it believes any store.
//!
//! A session store may lose a delete (a crash, a failover, a restored copy). The database does not, so each instance
//! keeps every live revocation at hand, and a session that was logged out stays logged out whatever its store says.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use time::OffsetDateTime;

use crate::{
    Revocation, RevokedBecause, Session, TokenDigest, UserId,
    closed_ways::{ClosedWay, ClosedWays},
};

/// Past this age the view may miss what another instance revoked long ago, and nobody is told that a session is good.
const TRUSTED_FOR: Duration = Duration::from_mins(5);

/// Every live [`Revocation`], ready to be asked.
#[derive(Debug, Default)]
pub struct RevocationView {
    sessions: HashMap<TokenDigest, (RevokedBecause, OffsetDateTime)>,
    users: HashMap<UserId, Bar>,
    closed_ways: ClosedWays,
    /// Whoever means themselves again stays in it: in a reload that has to outlast the alias of before.
    aliases: HashMap<UserId, UserId>,
    read_at: Option<Instant>,
    /// What came since a reload began.
    meanwhile: Option<Box<Self>>,
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
        if let Some(meanwhile) = &mut self.meanwhile {
            meanwhile.keep(row);
        }
        self.keep(row);
    }

    /// Begins to note what comes, for [`Self::replace`]: called before the whole record is read.
    pub fn begin_reload(&mut self) {
        self.meanwhile = Some(Box::default());
    }

    /// Ends a reload that came to nothing: the view is what it was.
    pub fn abandon_reload(&mut self) {
        self.meanwhile = None;
    }

    /// Becomes what the whole record says, with what came meanwhile on top: that may be younger than the reading. Gives back what it was,
    /// which may be large, so that its memory can be freed while nobody waits for the view.
    ///
    /// How young the view is known to be does not change: an alias that was noted meanwhile may come from a reading that began earlier.
    #[must_use = "it is to be dropped when the view is not locked any more"]
    pub fn replace(&mut self, mut whole: Self) -> Self {
        if let Some(meanwhile) = self.meanwhile.take() {
            for row in meanwhile.into_rows() {
                whole.keep(&row);
            }
        }
        whole.read_at = self.read_at.or(whole.read_at);
        std::mem::replace(self, whole)
    }

    fn into_rows(self) -> impl Iterator<Item = Revocation> {
        let sessions = self
            .sessions
            .into_iter()
            .map(|(digest, (because, bars_until))| Revocation::Session {
                digest,
                because,
                bars_until,
            });
        let users = self.users.into_iter().map(|(user_id, bar)| Revocation::User {
            user_id,
            generation: bar.generation,
            except: bar.except,
            because: bar.because,
            bars_until: bar.bars_until,
        });
        let ways = self
            .closed_ways
            .into_all()
            .map(|(user_id, closed)| Revocation::WayIn {
                user_id,
                openid: closed.openid,
                generation: closed.generation,
                because: closed.because,
                bars_until: closed.bars_until,
            });
        let aliases = self
            .aliases
            .into_iter()
            .map(|(merged, into)| Revocation::Alias { merged, into });
        sessions.chain(users).chain(ways).chain(aliases)
    }

    fn keep(&mut self, row: &Revocation) {
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
        let leads_to = |id: &UserId| self.aliases.get(id).copied().filter(|into| into != id);
        std::iter::successors(Some(user_id), leads_to)
            .take(self.aliases.len() + 1)
            .last()
            .unwrap_or(user_id)
    }
}
