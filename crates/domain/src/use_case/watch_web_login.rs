use std::sync::Arc;

use crate::{
    BrowserSecret, Error, State,
    ports::{Clock, PendingLogins, Progress},
};

/// How far a web login has come, for the page that shows its QR code.
pub struct WatchWebLogin {
    pending_logins: Arc<dyn PendingLogins>,
    clock: Arc<dyn Clock>,
}

impl WatchWebLogin {
    /// With these ports.
    #[must_use]
    pub fn new(pending_logins: Arc<dyn PendingLogins>, clock: Arc<dyn Clock>) -> Self {
        Self {
            pending_logins,
            clock,
        }
    }

    /// How far this browser's login has come; `None` where it is over, or was never this browser's.
    ///
    /// # Errors
    /// [`Error::DependencyUnavailable`] where that cannot be known.
    pub async fn run(&self, state: &State, browser: &BrowserSecret) -> Result<Option<Progress>, Error> {
        let now = self.clock.now();
        Ok(self
            .pending_logins
            .progress(state, &browser.digest(), now)
            .await?)
    }
}
