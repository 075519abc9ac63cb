use std::sync::Arc;

use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;

/// Wakes those who wait for the world to become another: one bell for all, since they look for themselves.
#[derive(Clone, Debug, Default)]
pub(crate) struct Changes(Arc<Notify>);

impl Changes {
    pub(crate) fn tell(&self) {
        self.0.notify_waiters();
    }

    /// Ends with the first change after this call; ask before looking, so that none is missed in between.
    pub(crate) fn next(&self) -> OwnedNotified {
        Arc::clone(&self.0).notified_owned()
    }
}
