use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard},
};

use async_trait::async_trait;
use time::OffsetDateTime;
use wechat_login_domain::{
    Dependency, PendingLogin, PortError, State, TokenDigest,
    ports::{PendingLogins, RequestDigest, Seen, Taking},
};

use super::Outage;

/// Web logins in memory.
#[derive(Debug, Default)]
pub struct MemoryPendingLogins {
    /// Makes it fail.
    pub outage: Outage,
    kept: Mutex<HashMap<State, Kept>>,
}

#[derive(Debug)]
struct Kept {
    pending: PendingLogin,
    attempt: Option<RequestDigest>,
    outcome: Option<Vec<u8>>,
}

impl MemoryPendingLogins {
    /// How many are there.
    ///
    /// # Panics
    /// Where another holder did.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kept.lock().expect("no holder panics").len()
    }

    /// Whether none is there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn kept(&self) -> Result<MutexGuard<'_, HashMap<State, Kept>>, PortError> {
        self.outage.check(Dependency::Redis)?;
        Ok(self.kept.lock().expect("no holder panics"))
    }
}

#[async_trait]
impl PendingLogins for MemoryPendingLogins {
    async fn insert(&self, state: &State, pending: &PendingLogin) -> Result<(), PortError> {
        let kept = Kept {
            pending: pending.clone(),
            attempt: None,
            outcome: None,
        };
        self.kept()?.insert(state.clone(), kept);
        Ok(())
    }

    async fn take(
        &self,
        state: &State,
        browser: &TokenDigest,
        attempt: &RequestDigest,
        now: OffsetDateTime,
    ) -> Result<Taking, PortError> {
        let mut all = self.kept()?;
        let Some(kept) = all.get_mut(state).filter(|kept| is_for(kept, browser, now)) else {
            return Ok(Taking::Nobodys);
        };
        let was_taken = kept.attempt.is_some();
        let taken_by = *kept.attempt.get_or_insert(*attempt);
        let pending = kept.pending.clone();
        Ok(match &kept.outcome {
            _ if taken_by != *attempt => Taking::Nobodys,
            Some(outcome) => Taking::Finished {
                pending,
                outcome: outcome.clone(),
            },
            None if was_taken => Taking::UnderWay,
            None => Taking::Taken(pending),
        })
    }

    async fn finish(&self, state: &State, outcome: &[u8]) -> Result<(), PortError> {
        if let Some(kept) = self.kept()?.get_mut(state) {
            kept.outcome = Some(outcome.to_owned());
        }
        Ok(())
    }

    async fn find(
        &self,
        state: &State,
        browser: &TokenDigest,
        now: OffsetDateTime,
    ) -> Result<Option<Seen>, PortError> {
        let all = self.kept()?;
        let kept = all.get(state).filter(|kept| is_for(kept, browser, now));
        Ok(kept.map(|kept| Seen {
            pending: kept.pending.clone(),
            outcome: kept.outcome.clone(),
        }))
    }
}

fn is_for(kept: &Kept, browser: &TokenDigest, now: OffsetDateTime) -> bool {
    kept.pending.browser == *browser && now < kept.pending.expires_at
}
