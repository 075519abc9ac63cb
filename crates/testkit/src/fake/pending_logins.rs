use std::{collections::HashMap, sync::Mutex};

use async_trait::async_trait;
use time::OffsetDateTime;
use wechat_login_domain::{Dependency, PendingLogin, PortError, State, ports::PendingLogins};

use super::Outage;

/// Web logins in memory.
#[derive(Debug, Default)]
pub struct MemoryPendingLogins {
    /// Makes it fail.
    pub outage: Outage,
    pending: Mutex<HashMap<State, PendingLogin>>,
}

#[async_trait]
impl PendingLogins for MemoryPendingLogins {
    async fn insert(&self, state: &State, pending: &PendingLogin) -> Result<(), PortError> {
        self.outage.check(Dependency::Redis)?;
        let mut all = self.pending.lock().expect("no holder panics");
        all.insert(state.clone(), pending.clone());
        Ok(())
    }

    async fn take(&self, state: &State, now: OffsetDateTime) -> Result<Option<PendingLogin>, PortError> {
        self.outage.check(Dependency::Redis)?;
        let taken = self.pending.lock().expect("no holder panics").remove(state);
        Ok(taken.filter(|pending| now < pending.expires_at))
    }
}
