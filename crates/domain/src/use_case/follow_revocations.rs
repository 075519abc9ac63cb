use std::{
    sync::{Arc, RwLock, RwLockWriteGuard},
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
        match last_read_at {
            Some(read_at) => self.read_on(read_at).await,
            None => self.reload().await,
        }
    }

    async fn read_on(&self, last_read_at: OffsetDateTime) -> Result<OffsetDateTime, PortError> {
        let began = Instant::now();
        let Reading { rows, read_at } = self.revocations.since(last_read_at).await?;
        self.view().refresh(rows, began);
        Ok(read_at)
    }

    /// Reads everything, beside the readings of what is new. A record may be long: the view is made apart from the one that is asked.
    async fn reload(&self) -> Result<OffsetDateTime, PortError> {
        let began = Instant::now();
        let now = self.clock.now();
        self.view().begin_reload();
        let reading = self.revocations.all(now).await;
        let Reading { rows, read_at } = reading.inspect_err(|_| self.view().abandon_reload())?;
        let mut whole = RevocationView::default();
        whole.refresh(rows, began);
        whole.forget_ended(now);
        let before = self.view().replace(whole);
        drop(before);
        Ok(read_at)
    }

    fn view(&self) -> RwLockWriteGuard<'_, RevocationView> {
        self.view.write().expect("no holder panics")
    }
}
