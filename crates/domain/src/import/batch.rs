//! Many rows at once, as if they came one after the other.

use std::collections::HashMap;

use time::OffsetDateTime;

use super::{
    Holder, Holders, ImportedIdentifier, ImportedUser, KnownUser,
    plan::{Plan, Planning},
};
use crate::{AccountId, ExternalId, Keyring, MethodKey, UserId, ports::Entropy};

/// Rows, and what they bring to be known by.
pub struct Batch<'a> {
    rows: Vec<Row<'a>>,
}

pub(super) struct Row<'a> {
    pub(super) person: &'a ImportedUser,
    pub(super) identifiers: Vec<ImportedIdentifier>,
    /// The number under each of the encryption keys, the current one first.
    pub(super) phones: Vec<MethodKey>,
}

/// Who has what a batch brings.
#[derive(Clone, Debug, Default)]
pub struct Known {
    users: HashMap<UserId, KnownUser>,
    external_ids: HashMap<ExternalId, UserId>,
    methods: HashMap<MethodKey, (UserId, AccountId)>,
}

impl<'a> Batch<'a> {
    /// These rows, in this order.
    #[must_use]
    pub fn new(people: &'a [ImportedUser], keyring: &Keyring) -> Self {
        let row = |person: &'a ImportedUser| Row {
            person,
            identifiers: person.identifiers(),
            phones: person
                .phone
                .as_ref()
                .map(|phone| MethodKey::of_phone(phone, keyring))
                .unwrap_or_default(),
        };
        Self {
            rows: people.iter().map(row).collect(),
        }
    }

    /// The external ids to look up, some of them perhaps more than once.
    pub fn external_ids(&self) -> impl Iterator<Item = &'a ExternalId> {
        self.rows.iter().filter_map(|row| row.person.external_id.as_ref())
    }

    /// The login methods to look up, some of them perhaps more than once.
    pub fn methods(&self) -> impl Iterator<Item = &MethodKey> {
        self.rows
            .iter()
            .flat_map(|row| row.identifiers.iter().map(|one| &one.key).chain(&row.phones))
    }

    /// What to write, given who has what.
    #[must_use]
    pub fn plan(&self, known: Known, now: OffsetDateTime, entropy: &dyn Entropy) -> Plan<'a> {
        let mut planning = Planning::new(known, self.rows.len(), now, entropy);
        for row in &self.rows {
            planning.take_over(row);
        }
        planning.finish()
    }
}

impl Known {
    /// This user is there, with their external id.
    pub fn add(&mut self, user: KnownUser) {
        if let Some(external_id) = &user.external_id {
            self.external_ids.insert(external_id.clone(), user.id);
        }
        self.users.insert(user.id, user);
    }

    /// This external id means this user, who need not have it themselves: it may be that of somebody who was merged into them.
    pub fn add_external_id(&mut self, external_id: ExternalId, user: UserId) {
        self.external_ids.insert(external_id, user);
    }

    /// This login method is this user's, and of this account.
    pub fn link(&mut self, key: MethodKey, account: AccountId, user: UserId) {
        self.methods.insert(key, (user, account));
    }

    pub(super) fn user(&self, id: UserId) -> Option<&KnownUser> {
        self.users.get(&id)
    }

    pub(super) fn holders(&self, row: &Row<'_>) -> Holders {
        let user = |id: &UserId| self.users.get(id).cloned();
        let holder = |key: &MethodKey| {
            let (id, account) = self.methods.get(key)?;
            let (user, account) = (user(id)?, *account);
            Some(Holder { user, account })
        };
        let external_id = row.person.external_id.as_ref();
        Holders {
            external_id: external_id.and_then(|id| user(self.external_ids.get(id)?)),
            identifiers: row.identifiers.iter().map(|one| holder(&one.key)).collect(),
            phone: row.phones.iter().find_map(holder).map(|holder| holder.user),
        }
    }
}
