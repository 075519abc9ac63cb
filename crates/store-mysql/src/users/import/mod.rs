//! People who move in, one after the other in one transaction.

mod write;

use std::collections::BTreeSet;

use time::OffsetDateTime;
use wechat_login_domain::{
    Keyring, UserId,
    import::{self, Decision, Holder, Holders, ImportOutcome, ImportedIdentifier, ImportedUser},
    ports::Entropy,
};

use super::{
    attempt::Attempt,
    brought::Identifier,
    look_up::{self, Asked, Held},
    merging,
};
use crate::{failure::Failure, lease::Lease};

pub(super) struct Import<'a> {
    pub(super) people: &'a [ImportedUser],
    pub(super) now: OffsetDateTime,
    pub(super) keyring: &'a Keyring,
    pub(super) entropy: &'a dyn Entropy,
}

/// What a row brings to be known by, and who has it.
struct Row<'a> {
    person: &'a ImportedUser,
    brought: Vec<ImportedIdentifier>,
    identifiers: Vec<Identifier>,
    holders: Holders,
}

impl Attempt for Import<'_> {
    type Outcome = Vec<ImportOutcome>;

    /// Looks twice: first for the users who will be changed, who must be locked before the transaction reads anything. Whoever turns up
    /// besides came meanwhile.
    async fn once(&self, lease: &mut Lease) -> Result<Option<Vec<ImportOutcome>>, Failure> {
        let mut ours = BTreeSet::new();
        for person in self.people {
            let row = self.look_up(lease, person).await?;
            if let Decision::Complete(id, _) = import::decide(person, &row.holders) {
                ours.insert(id);
            }
        }
        lease.batch("BEGIN").await?;
        if !ours.is_empty() {
            merging::lock(lease, &ours.iter().copied().collect::<Vec<_>>()).await?;
        }
        let mut outcomes = Vec::with_capacity(self.people.len());
        for person in self.people {
            let outcome = match self.take_over(lease, person, &mut ours).await {
                // Somebody came first with what nobody had.
                Err(failure) if failure.is_duplicate() => None,
                outcome => outcome?,
            };
            let Some(outcome) = outcome else {
                lease.batch("ROLLBACK").await?;
                return Ok(None);
            };
            outcomes.push(outcome);
        }
        lease.batch("COMMIT").await?;
        Ok(Some(outcomes))
    }
}

impl Import<'_> {
    /// `None` where the user is none of `ours`: those that are locked, or were made here.
    async fn take_over(
        &self,
        lease: &mut Lease,
        person: &ImportedUser,
        ours: &mut BTreeSet<UserId>,
    ) -> Result<Option<ImportOutcome>, Failure> {
        let row = self.look_up(lease, person).await?;
        match import::decide(person, &row.holders) {
            Decision::Leave => return Ok(Some(ImportOutcome::Unchanged)),
            Decision::Refuse(refusal) => return Ok(Some(ImportOutcome::Refused(refusal))),
            Decision::Register => {
                let id = UserId::generate(self.now, self.entropy);
                self.register(lease, id, person).await?;
                self.link(lease, id, row).await?;
                ours.insert(id);
            }
            Decision::Complete(id, completion) => {
                if !ours.contains(&id) {
                    return Ok(None);
                }
                self.complete(lease, id, &completion).await?;
                self.link(lease, id, row).await?;
            }
        }
        Ok(Some(ImportOutcome::Imported))
    }

    async fn look_up<'a>(&self, lease: &mut Lease, person: &'a ImportedUser) -> Result<Row<'a>, Failure> {
        let external_id = match &person.external_id {
            Some(id) => look_up::user(lease, Asked::ByExternalId(id), self.keyring).await?,
            None => None,
        };
        let brought = person.identifiers();
        let identifiers: Vec<_> = brought.iter().map(identifier).collect();
        let phone = person.phone.as_ref();
        let phones = phone.map(|phone| Identifier::of_phone(phone, self.keyring));
        let phones = phones.unwrap_or_default();
        let all: Vec<_> = identifiers.iter().chain(&phones).collect();
        let mut held = look_up::held(lease, &all, self.keyring).await?;
        let of_phone = held.split_off(identifiers.len());
        let holder = |held: Held| Holder {
            user: held.owner.user,
            account: held.owner.account,
        };
        Ok(Row {
            person,
            brought,
            identifiers,
            holders: Holders {
                external_id,
                identifiers: held.into_iter().map(|held| held.map(holder)).collect(),
                phone: of_phone.into_iter().flatten().next().map(|held| held.owner.user),
            },
        })
    }
}

fn identifier(brought: &ImportedIdentifier) -> Identifier {
    Identifier {
        kind: brought.kind,
        realm: brought.realm.clone(),
        text: brought.identifier.clone(),
    }
}
