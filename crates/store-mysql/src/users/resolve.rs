use time::OffsetDateTime;
use wechat_login_domain::{
    Bringing, Brought, Keyring, Profile,
    ports::Entropy,
    resolve::{self, Decision, Identification, NewLinks, Owner, Owners, Resolution},
};

use super::{
    attempt::Attempt,
    look_up, merge, register,
    write::{self, Whose},
};
use crate::{failure::Failure, lease::Lease};

/// Somebody who is signing in.
pub(super) struct Login<'a> {
    pub(super) asked: &'a Identification,
    pub(super) brought: Brought,
    pub(super) now: OffsetDateTime,
    pub(super) keyring: &'a Keyring,
    pub(super) entropy: &'a dyn Entropy,
}

impl<'a> Login<'a> {
    pub(super) fn new(
        asked: &'a Identification,
        now: OffsetDateTime,
        keyring: &'a Keyring,
        entropy: &'a dyn Entropy,
    ) -> Self {
        Self {
            brought: Brought::by(asked, keyring),
            asked,
            now,
            keyring,
            entropy,
        }
    }

    pub(super) const fn bringing(&self) -> Bringing<'_> {
        Bringing {
            brought: &self.brought,
            now: self.now,
            keyring: self.keyring,
            entropy: self.entropy,
        }
    }

    pub(super) async fn owners(&self, lease: &mut Lease) -> Result<Owners, Failure> {
        look_up::owners(lease, &self.brought, self.keyring).await
    }

    /// What WeChat told that is news of this owner's user.
    pub(super) fn news(&self, owner: &Owner) -> Option<Profile> {
        self.asked.profile.news_of(&owner.user, owner.own_words)
    }

    /// Writes down what is to be written of everybody who signs in, in one statement.
    pub(super) async fn note(
        &self,
        lease: &mut Lease,
        owners: &Owners,
        owner: &Owner,
        news: Option<&Profile>,
    ) -> Result<(), Failure> {
        match news {
            Some(news) => write::news(lease, self, owner.user.id, news).await,
            None if owners.are_first_seen_today(self.now) => write::last_use(lease, self).await,
            None => Ok(()),
        }
    }

    /// The owner as they are now that this was linked to them, and this was written down.
    pub(super) fn signed_in(&self, mut owner: Owner, link: NewLinks, news: Option<&Profile>) -> Resolution {
        if let Some(news) = news {
            news.tell(&mut owner.user, self.now);
        }
        if link.phone {
            owner.user.phone.clone_from(&self.asked.phone);
        }
        Resolution::User {
            user: Box::new(owner.user),
            generation: owner.generation,
            is_new: false,
        }
    }
}

impl Attempt for Login<'_> {
    type Outcome = Resolution;

    async fn once(&self, lease: &mut Lease) -> Result<Option<Resolution>, Failure> {
        let owners = self.owners(lease).await?;
        match resolve::decide(&owners, self.asked, self.now) {
            Decision::Refuse(refusal) => Ok(Some(Resolution::Refused(refusal))),
            Decision::Register => register::run(lease, self).await,
            Decision::Merge { survivor, merged, .. } => {
                merge::run(lease, self, (survivor.user.id, merged.user.id)).await
            }
            Decision::SignIn {
                owner,
                link,
                join,
                conflict_with,
            } => {
                let leading = self.brought.leading(&owners);
                let whose = Whose::WhileThereIs(&leading, owner.linked_to);
                let account = owners.wechat_account();
                if !write::link(lease, &self.bringing(), &whose, link, account).await? {
                    return Ok(None);
                }
                if let Some(other) = conflict_with {
                    write::conflict(lease, self, owner.user.id, other).await?;
                }
                let news = self.news(&owner);
                if let Some(joining) = join {
                    write::join(lease, &owner.user, joining).await?;
                }
                // Accounts are joined once in a lifetime; the day of use is the next login's to write then.
                if join.is_none() || news.is_some() {
                    self.note(lease, &owners, &owner, news.as_ref()).await?;
                }
                Ok(Some(self.signed_in(*owner, link, news.as_ref())))
            }
        }
    }
}
