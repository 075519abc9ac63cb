use std::sync::Arc;

use diesel::SqliteConnection;
use time::OffsetDateTime;
use wechat_login_domain::{
    Bringing, Brought, Keyring, Profile, UserId,
    ports::Entropy,
    resolve::{self, Decision, Identification, Owner, Owners, Resolution},
};

use super::{look_up, write};
use crate::failure::Failure;

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
    /// There is only this to write.
    MustNote(Resolution, Note),
    /// There is more to write: look again with nobody else writing.
    MustWrite,
}

/// What is to be written of everybody who signs in.
pub(super) struct Note {
    user: UserId,
    /// What WeChat tells of them.
    news: Option<Profile>,
    /// That what was brought is in use today.
    is_first_today: bool,
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
        let note = self.note_of(&owners, &owner, &self.asked.profile);
        let mut owner = *owner;
        if let Some(news) = &note.news {
            news.tell(&mut owner.user, self.now);
        }
        let resolution = signed_in(owner, false);
        Ok(if note.news.is_some() || note.is_first_today {
            Look::MustNote(resolution, note)
        } else {
            Look::Settled(resolution)
        })
    }

    /// To be run in a transaction in which nobody else writes.
    pub(super) fn write(&self, connection: &mut SqliteConnection) -> Result<Resolution, Failure> {
        let owners = self.owners(connection)?;
        let decision = resolve::decide(&owners, &self.asked, self.now);
        let is_new = decision == Decision::Register;
        let note = match decision {
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
                Some(self.note_of(&owners, &owner, &self.asked.profile))
            }
            Decision::Merge {
                survivor,
                merged,
                link,
            } => {
                write::merge(connection, self, &owners, (&survivor, &merged))?;
                let account = owners.wechat_account();
                write::link(connection, &self.bringing(), survivor.user.id, link, account)?;
                let told = self.asked.profile.or_inherited(&merged.user, &survivor.user);
                Some(self.note_of(&owners, &survivor, &told))
            }
        };
        if let Some(note) = note {
            self.note(connection, &note)?;
        }
        // Whatever was decided, the openid leads to whoever is signed in.
        let owner = self.owners(connection)?.openid;
        let owner = owner.ok_or(Failure::BadRow("login_methods"))?;
        Ok(signed_in(owner, is_new))
    }

    pub(super) fn note(&self, connection: &mut SqliteConnection, note: &Note) -> Result<(), Failure> {
        if let Some(news) = &note.news {
            write::news(connection, note.user, news, self.now)?;
        }
        if note.is_first_today {
            write::last_use(connection, self)?;
        }
        Ok(())
    }

    fn note_of(&self, owners: &Owners, owner: &Owner, told: &Profile) -> Note {
        Note {
            user: owner.user.id,
            news: told.news_of(&owner.user, owner.own_words),
            is_first_today: owners.are_first_seen_today(self.now),
        }
    }

    fn owners(&self, connection: &mut SqliteConnection) -> Result<Owners, Failure> {
        look_up::owners(connection, &self.brought, &self.keyring)
    }
}

fn signed_in(owner: Owner, is_new: bool) -> Resolution {
    Resolution::User {
        user: Box::new(owner.user),
        generation: owner.generation,
        is_new,
    }
}
