use std::{
    sync::{Arc, RwLock},
    time::Instant,
};

use time::OffsetDateTime;

use crate::{
    PortError, RevocationView,
    ports::{Clock, Reading, Revocations},
};

/// Keeps the revocation view up with the record, whoever writes it.
pub struct FollowRevocations {
    revocations: Arc<dyn Revocations>,
    view: Arc<RwLock<RevocationView>>,
    clock: Arc<dyn Clock>,
}

impl FollowRevocations {
    /// With these ports.
    #[must_use]
    pub fn new(
        revocations: Arc<dyn Revocations>,
        view: Arc<RwLock<RevocationView>>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            revocations,
            view,
            clock,
        }
    }

    /// Reads what is new since the last reading, or everything where there was none, and says when that was, by the database's clock.
    ///
    /// # Errors
    /// [`PortError`] where the database did not answer: the view is as old as it was.
    pub async fn run(&self, last_read_at: Option<OffsetDateTime>) -> Result<OffsetDateTime, PortError> {
        let began = Instant::now();
        let now = self.clock.now();
        let Reading { rows, read_at } = match last_read_at {
            Some(read_at) => self.revocations.since(read_at).await?,
            None => self.revocations.all(now).await?,
        };
        let mut view = self.view.write().expect("no holder panics");
        view.refresh(rows, began);
        if last_read_at.is_none() {
            view.forget_ended(now);
        }
        Ok(read_at)
    }
}
