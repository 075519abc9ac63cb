use std::sync::Arc;

use diesel::SqliteConnection;
use time::{Duration, OffsetDateTime};
use wechat_login_domain::{
    Bringing, Brought, Keyring, Profile, UserId,
    ports::Entropy,
    resolve::{self, Decision, Identification, Owner, Owners, Resolution},
};

use super::{look_up, write};
use crate::failure::Failure;

/// How often it is written down that a login method is used, or a conflict goes on.
pub(super) const WRITTEN_EVERY: Duration = Duration::DAY;

/// Somebody who is signing in.
pub(super) struct Login {
    pub(super) asked: Identification,
    pub(super) brought: Brought,
    pub(super) now: OffsetDateTime,
    pub(super) keyring: Arc<Keyring>,
    pub(super) entropy: Arc<dyn Entropy>,
}

/// What a look without writing says.
pub(super) enum Look {
    /// There is nothing to write.
    Settled(Resolution),
    /// There is one statement to write.
    Little(Resolution, Little),
    /// There is more to write: look again with nobody else writing.
    MustWrite,
}

/// What is written of everybody who signs in.
pub(super) enum Little {
    /// That what was brought is in use today.
    DayOfUse,
    /// What WeChat tells of this user.
    News(UserId, Profile),
}

impl Login {
    pub(super) fn new(
        asked: Identification,
        now: OffsetDateTime,
        keyring: Arc<Keyring>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            brought: Brought::by(&asked, &keyring),
            asked,
            now,
            keyring,
            entropy,
        }
    }

    pub(super) fn bringing(&self) -> Bringing<'_> {
        Bringing {
            brought: &self.brought,
            now: self.now,
            keyring: &self.keyring,
            entropy: &*self.entropy,
        }
    }

    pub(super) fn look(&self, connection: &mut SqliteConnection) -> Result<Look, Failure> {
        let owners = self.owners(connection)?;
        let owner = match resolve::decide(&owners, &self.asked, self.now) {
            Decision::Refuse(refusal) => return Ok(Look::Settled(Resolution::Refused(refusal))),
            Decision::SignIn {
                owner,
                link,
                join: None,
                conflict_with,
            } if !link.any() => {
                let is_news = match conflict_with {
                    Some(other) => !write::conflict_was_seen(connection, self, owner.user.id, other)?,
                    None => false,
                };
                if is_news {
                    return Ok(Look::MustWrite);
                }
                owner
            }
            _ => return Ok(Look::MustWrite),
        };
        let little = self.little(&owners, &owner);
        let mut owner = *owner;
        if let Some(Little::News(_, news)) = &little {
            news.tell(&mut owner.user, self.now);
        }
        let resolution = signed_in(owner, false);
        Ok(match little {
            Some(little) => Look::Little(resolution, little),
            None => Look::Settled(resolution),
        })
    }

    /// To be run in a transaction in which nobody else writes.
    pub(super) fn write(&self, connection: &mut SqliteConnection) -> Result<Resolution, Failure> {
        let owners = self.owners(connection)?;
        let decision = resolve::decide(&owners, &self.asked, self.now);
        let is_new = decision == Decision::Register;
        let little = match decision {
            Decision::Refuse(refusal) => return Ok(Resolution::Refused(refusal)),
            Decision::Register => {
                write::register(connection, self)?;
                None
            }
            Decision::SignIn {
                owner,
                link,
                join,
                conflict_with,
            } => {
                let account = owners.wechat_account();
                write::link(connection, &self.bringing(), owner.linked_to, link, account)?;
                write::join(connection, owner.user.id, join)?;
                if let Some(other) = conflict_with {
                    write::conflict(connection, self, owner.user.id, other)?;
                }
                self.little(&owners, &owner)
            }
            Decision::Merge {
                survivor,
                merged,
                link,
            } => {
                write::merge(connection, self, &owners, (&survivor, &merged))?;
                let account = owners.wechat_account();
                write::link(connection, &self.bringing(), survivor.user.id, link, account)?;
                self.little(&owners, &survivor)
            }
        };
        if let Some(little) = little {
            self.note(connection, &little)?;
        }
        // Whatever was decided, the openid leads to whoever is signed in.
        let owner = self.owners(connection)?.openid;
        let owner = owner.ok_or(Failure::BadRow("login_methods"))?;
        Ok(signed_in(owner, is_new))
    }

    pub(super) fn note(&self, connection: &mut SqliteConnection, little: &Little) -> Result<(), Failure> {
        match little {
            Little::DayOfUse => write::last_use(connection, self),
            Little::News(user, news) => write::news(connection, *user, news, self.now),
        }
    }

    /// News stand before the day of use, which is the next login's to write then.
    fn little(&self, owners: &Owners, owner: &Owner) -> Option<Little> {
        let news = self.asked.profile.news_of(&owner.user, owner.own_words);
        match news {
            Some(news) => Some(Little::News(owner.user.id, news)),
            None => self.is_first_use_today(owners).then_some(Little::DayOfUse),
        }
    }

    fn owners(&self, connection: &mut SqliteConnection) -> Result<Owners, Failure> {
        look_up::owners(connection, &self.brought, &self.keyring)
    }

    fn is_first_use_today(&self, owners: &Owners) -> bool {
        let mut known = [&owners.openid, &owners.unionid, &owners.phone]
            .into_iter()
            .flatten();
        known.any(|owner| self.now - owner.last_used_at >= WRITTEN_EVERY)
    }
}

fn signed_in(owner: Owner, is_new: bool) -> Resolution {
    Resolution::User {
        user: Box::new(owner.user),
        generation: owner.generation,
        is_new,
    }
}
