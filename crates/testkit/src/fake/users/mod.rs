mod administer;
mod identifier;
mod link;
mod operate;
mod table;

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use time::OffsetDateTime;
use wechat_login_domain::{
    Dependency, ExternalId, PortError, ProfileEdit, Revocation, User, UserAccount, UserId, UserState,
    link::{Linking, NewWayIn},
    ports::Users,
    resolve::{self, Decision, Identification, Resolution},
    unlink::{Unlinked, Unlinking},
};

use self::{identifier::Identifier, table::Table};
use super::{MemoryRevocations, Outage};

/// Users in memory.
#[derive(Debug, Default)]
pub struct MemoryUsers {
    /// Makes it fail.
    pub outage: Outage,
    table: Mutex<Table>,
    conflicts: Mutex<Vec<Conflict>>,
    revocations: Arc<MemoryRevocations>,
}

/// An openid and a unionid of one person that are two users', told to the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Who was signed in.
    pub of_openid: UserId,
    /// The other.
    pub of_unionid: UserId,
}

impl MemoryUsers {
    /// Users whose merges are put on this record.
    #[must_use]
    pub fn recording_to(revocations: Arc<MemoryRevocations>) -> Self {
        Self {
            revocations,
            ..Self::default()
        }
    }

    /// Every conflict that was kept, in order.
    #[must_use]
    pub fn conflicts(&self) -> Vec<Conflict> {
        self.conflicts.lock().expect("no holder panics").clone()
    }

    /// How many users there are, merged ones too.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.lock().expect("no holder panics").len()
    }

    /// Whether there are no users.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Changes a user in ways that no port does.
    pub fn change(&self, id: UserId, change: impl FnOnce(&mut User)) {
        let mut table = self.table.lock().expect("no holder panics");
        change(table.user_mut(id).expect("the test made this user"));
    }

    /// Disables a user, or whatever else this state means.
    pub fn set_state(&self, id: UserId, state: UserState) {
        self.change(id, |user| user.state = state);
    }

    /// Ends every session of an earlier generation, as far as this port is concerned.
    pub fn set_generation(&self, id: UserId, generation: i32) {
        let mut table = self.table.lock().expect("no holder panics");
        table.set_generation(id, generation);
    }

    fn with<T>(&self, then: impl FnOnce(&mut Table) -> T) -> Result<T, PortError> {
        self.outage.check(Dependency::Database)?;
        Ok(then(&mut self.table.lock().expect("no holder panics")))
    }
}

#[async_trait]
impl Users for MemoryUsers {
    async fn resolve(&self, asked: &Identification, now: OffsetDateTime) -> Result<Resolution, PortError> {
        self.with(|table| {
            let owners = table.owners(Identifier::all(asked));
            let brought = || (Identifier::all(asked), asked.phone.as_ref());
            let mut told = asked.profile.clone();
            let (id, is_new) = match resolve::decide(&owners, asked, now) {
                Decision::Refuse(refusal) => return Resolution::Refused(refusal),
                Decision::Register => (table.register(asked, now), true),
                Decision::SignIn {
                    owner,
                    link,
                    join,
                    conflict_with,
                } => {
                    table.link(owner.linked_to, link, owners.wechat_account(), brought(), now);
                    table.join(owner.user.id, join);
                    if let Some(of_unionid) = conflict_with {
                        table.note_conflict((owner.user.id, of_unionid), asked, now);
                        self.conflicts.lock().expect("no holder panics").push(Conflict {
                            of_openid: owner.user.id,
                            of_unionid,
                        });
                    }
                    (owner.user.id, false)
                }
                Decision::Merge {
                    survivor,
                    merged,
                    link,
                } => {
                    let into = survivor.user.id;
                    told = told.or_inherited(&merged.user, &survivor.user);
                    // The openid and the unionid turned out to be one WeChat account.
                    let accounts = (merged.account, survivor.account);
                    for merged in table.merge((into, merged.user.id), accounts, now) {
                        self.revocations.push(Revocation::Alias { merged, into });
                    }
                    table.link(into, link, Some(survivor.account), brought(), now);
                    (into, false)
                }
            };
            table.tell(id, &told, now);
            table.was_used(asked, now);
            table.signed_in(id, is_new)
        })
    }

    async fn link(&self, to: UserId, new: &NewWayIn, now: OffsetDateTime) -> Result<Linking, PortError> {
        self.with(|table| table.link_way_in(to, new, now))
    }

    async fn unlink(&self, asked: &Unlinking) -> Result<Unlinked, PortError> {
        self.with(|table| {
            let unlinked = table.unlink(asked);
            if let Unlinked::Done { recorded, .. } = &unlinked {
                for row in recorded {
                    self.revocations.push(row.clone());
                }
            }
            unlinked
        })
    }

    async fn find(&self, id: UserId) -> Result<Option<User>, PortError> {
        self.with(|table| table.user(id))
    }

    async fn find_account(&self, id: UserId) -> Result<Option<UserAccount>, PortError> {
        self.with(|table| table.account(id))
    }

    async fn find_account_by_external_id(&self, id: &ExternalId) -> Result<Option<UserAccount>, PortError> {
        self.with(|table| table.account(table.by_external_id(id)?))
    }

    async fn edit_profile(
        &self,
        id: UserId,
        edit: &ProfileEdit,
        now: OffsetDateTime,
    ) -> Result<Option<User>, PortError> {
        self.with(|table| table.edit_profile(id, edit, now))
    }
}
