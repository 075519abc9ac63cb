//! People who move in, a batch in one transaction.

mod look_up;
mod write;

use std::collections::BTreeSet;

use time::OffsetDateTime;
use wechat_login_domain::{
    ExternalId, Keyring,
    import::{Batch, ImportOutcome, Plan},
    ports::Entropy,
};

use super::{attempt::Attempt, merging};
use crate::{failure::Failure, lease::Lease};

/// How many values a statement lists at most: from a thousand on MariaDB makes a table of them and may walk through ours instead.
const LISTED: usize = 500;

pub(super) struct Import<'a> {
    pub(super) batch: Batch<'a>,
    pub(super) now: OffsetDateTime,
    pub(super) keyring: &'a Keyring,
    pub(super) entropy: &'a dyn Entropy,
}

impl Attempt for Import<'_> {
    type Outcome = Vec<ImportOutcome>;

    /// What is new to everybody needs no second look: its unique key tells whether somebody came first. Users who are given something are
    /// locked before the transaction reads anything, and looked at again.
    async fn once(&self, lease: &mut Lease) -> Result<Option<Vec<ImportOutcome>>, Failure> {
        let plan = self.plan(lease).await?;
        if plan.is_empty() {
            return Ok(Some(plan.outcomes));
        }
        let given = plan.given_something();
        lease.batch("BEGIN").await?;
        let plan = if given.is_empty() {
            plan
        } else {
            let ids: Vec<_> = given.iter().copied().collect();
            for ids in ids.chunks(LISTED) {
                merging::lock(lease, ids).await?;
            }
            self.plan(lease).await?
        };
        let is_done = plan.given_something().is_subset(&given) && self.try_to_write(lease, &plan).await?;
        lease.batch(if is_done { "COMMIT" } else { "ROLLBACK" }).await?;
        Ok(is_done.then_some(plan.outcomes))
    }
}

impl<'a> Import<'a> {
    async fn plan(&self, lease: &mut Lease) -> Result<Plan<'a>, Failure> {
        let mut known = look_up::methods(lease, &self.batch.methods().collect::<BTreeSet<_>>()).await?;
        let external_ids: BTreeSet<_> = self.batch.external_ids().map(ExternalId::as_str).collect();
        look_up::external_ids(lease, &external_ids, &mut known).await?;
        Ok(self.batch.plan(known, self.now, self.entropy))
    }

    /// `false` where somebody came first with what nobody had.
    async fn try_to_write(&self, lease: &mut Lease, plan: &Plan<'_>) -> Result<bool, Failure> {
        match self.write(lease, plan).await {
            Ok(()) => Ok(true),
            Err(failure) if failure.is_duplicate() => Ok(false),
            Err(failure) => Err(failure),
        }
    }
}
