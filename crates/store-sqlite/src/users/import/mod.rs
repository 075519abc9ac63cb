//! People who move in, a batch in one transaction.

mod look_up;
mod write;

use std::{collections::BTreeSet, sync::Arc};

use diesel::SqliteConnection;
use time::OffsetDateTime;
use wechat_login_domain::{
    ExternalId, Keyring,
    import::{Batch, ImportOutcome, ImportedUser},
    ports::Entropy,
};

use crate::{database::whole, failure::Failure};

/// How many values a statement lists at most.
const LISTED: usize = 500;

pub(super) struct Import {
    pub(super) people: Vec<ImportedUser>,
    pub(super) now: OffsetDateTime,
    pub(super) keyring: Arc<Keyring>,
    pub(super) entropy: Arc<dyn Entropy>,
}

impl Import {
    pub(super) fn run(&self, connection: &mut SqliteConnection) -> Result<Vec<ImportOutcome>, Failure> {
        // Its hashes take a while, in which others may write.
        let batch = Batch::new(&self.people, &self.keyring);
        whole(connection, |connection| {
            let mut known = look_up::methods(connection, &batch.methods().collect::<BTreeSet<_>>())?;
            let external_ids: BTreeSet<_> = batch.external_ids().map(ExternalId::as_str).collect();
            look_up::external_ids(connection, &external_ids, &mut known)?;
            let plan = batch.plan(known, self.now, &*self.entropy);
            self.write(connection, &plan)?;
            Ok(plan.outcomes)
        })
    }
}
