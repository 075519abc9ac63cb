use std::collections::{BTreeSet, HashSet};

use time::OffsetDateTime;

use super::{
    Completion, Decision, Holders, ImportOutcome, ImportedUser, Known, KnownUser, batch::Row, decide,
};
use crate::{AccountId, ExternalId, LoginMethodId, MethodKey, Phone, Scope, UserId, ports::Entropy};

/// What to write for a batch, all of it or nothing.
#[derive(Clone, Debug, Default)]
pub struct Plan<'a> {
    /// What becomes of each row, in their order.
    pub outcomes: Vec<ImportOutcome>,
    /// Users to make, their ids ascending.
    pub users: Vec<NewUser<'a>>,
    /// What users lack, in this order: users who are there, and such as the batch made.
    pub completions: Vec<(UserId, Completion)>,
    /// What nobody has. Its keys ascend, which is how logins ask for them: neither waits for somebody who waits for them.
    pub links: Vec<NewLink<'a>>,
}

/// A user to make.
#[derive(Clone, Debug)]
pub struct NewUser<'a> {
    /// Who.
    pub id: UserId,
    /// The company's own id for them.
    pub external_id: Option<&'a ExternalId>,
    /// When they came.
    pub created_at: OffsetDateTime,
    /// What to call them.
    pub nickname: Option<&'a str>,
    /// What they may do.
    pub scopes: &'a [Scope],
}

/// A login method to make.
#[derive(Clone, Debug)]
pub struct NewLink<'a> {
    /// What it is unique over.
    pub key: MethodKey,
    /// Which.
    pub id: LoginMethodId,
    /// Whose.
    pub user: UserId,
    /// What it belongs to.
    pub account: AccountId,
    /// The number itself, if it is one.
    pub phone: Option<&'a Phone>,
}

impl Plan<'_> {
    /// Whether there is nothing to write.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.users.is_empty() && self.completions.is_empty() && self.links.is_empty()
    }

    /// The users who were there before and are given something, each once: whoever writes the plan has to keep others from changing them.
    #[must_use]
    pub fn given_something(&self) -> BTreeSet<UserId> {
        let new: HashSet<_> = self.users.iter().map(|user| user.id).collect();
        let given = self.completions.iter().map(|(id, _)| *id);
        given.filter(|id| !new.contains(id)).collect()
    }
}

/// A plan in the making: what is known is what it will be when all of it is written.
pub(super) struct Planning<'a, 'b> {
    known: Known,
    now: OffsetDateTime,
    entropy: &'b dyn Entropy,
    /// Ids for new users, the greatest first.
    ids: Vec<UserId>,
    plan: Plan<'a>,
}

impl<'a, 'b> Planning<'a, 'b> {
    /// For this many rows.
    pub(super) fn new(known: Known, rows: usize, now: OffsetDateTime, entropy: &'b dyn Entropy) -> Self {
        let mut ids: Vec<_> = (0..rows).map(|_| UserId::generate(now, entropy)).collect();
        ids.sort_unstable_by(|a, b| b.cmp(a));
        Self {
            known,
            now,
            entropy,
            ids,
            plan: Plan::default(),
        }
    }

    pub(super) fn take_over(&mut self, row: &Row<'a>) {
        let holders = self.known.holders(row);
        let outcome = match decide(row.person, &holders) {
            Decision::Leave => ImportOutcome::Unchanged,
            Decision::Refuse(refusal) => ImportOutcome::Refused(refusal),
            Decision::Register => {
                let id = self.register(row.person);
                self.link(id, row, &holders);
                ImportOutcome::Imported
            }
            Decision::Complete(id, completion) => {
                self.complete(id, *completion);
                self.link(id, row, &holders);
                ImportOutcome::Imported
            }
        };
        self.plan.outcomes.push(outcome);
    }

    /// What to write, in the order in which it is to be written. Ids ascend with it: an index that grows at its end is full, and one that
    /// grows everywhere is half empty.
    pub(super) fn finish(self) -> Plan<'a> {
        let mut plan = self.plan;
        plan.links.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        let mut ids: Vec<_> = plan.links.iter().map(|link| link.id).collect();
        ids.sort_unstable();
        for (link, id) in plan.links.iter_mut().zip(ids) {
            link.id = id;
        }
        plan
    }

    fn register(&mut self, person: &'a ImportedUser) -> UserId {
        let id = self.ids.pop().expect("there is one for each row");
        let created_at = person.created_at.unwrap_or(self.now);
        let user = KnownUser {
            id,
            external_id: person.external_id.clone(),
            created_at,
            has_nickname: person.nickname.is_some(),
            is_active: true,
        };
        self.known.add(user);
        self.plan.users.push(NewUser {
            id,
            external_id: person.external_id.as_ref(),
            created_at,
            nickname: person.nickname.as_deref(),
            scopes: &person.scopes,
        });
        id
    }

    fn complete(&mut self, id: UserId, completion: Completion) {
        if let Some(user) = self.known.user(id) {
            let user = KnownUser {
                id,
                external_id: completion.external_id.clone().or(user.external_id.clone()),
                created_at: completion.created_at.unwrap_or(user.created_at),
                has_nickname: user.has_nickname || completion.nickname.is_some(),
                is_active: user.is_active,
            };
            self.known.add(user);
        }
        self.plan.completions.push((id, completion));
    }

    /// Links what nobody has.
    fn link(&mut self, user: UserId, row: &Row<'a>, holders: &Holders) {
        let mut accounts = vec![None; row.identifiers.len().max(row.person.wechat.len())];
        let free = row.identifiers.iter().zip(&holders.identifiers);
        for (one, _) in free.filter(|(_, holder)| holder.is_none()) {
            let account = *accounts[one.wechat_account].get_or_insert_with(|| {
                let known = holders.account_of(&row.identifiers, one);
                known.unwrap_or_else(|| AccountId::generate(self.now, self.entropy))
            });
            self.add(user, &one.key, account, None);
        }
        let phone = row.person.phone.as_ref().filter(|_| holders.phone.is_none());
        // Under the current encryption key.
        if let (Some(phone), Some(key)) = (phone, row.phones.first()) {
            // A phone is a way in of its own.
            let account = AccountId::generate(self.now, self.entropy);
            self.add(user, key, account, Some(phone));
        }
    }

    fn add(&mut self, user: UserId, key: &MethodKey, account: AccountId, phone: Option<&'a Phone>) {
        self.known.link(key.clone(), account, user);
        self.plan.links.push(NewLink {
            key: key.clone(),
            id: LoginMethodId::generate(self.now, self.entropy),
            user,
            account,
            phone,
        });
    }
}
