use std::sync::Arc;

use crate::{
    BrowserSecret, Error, PendingLogin, State, finished_login,
    ports::{Clock, PendingLogins, Seen},
};

/// A web login that goes on, or is done.
#[derive(Debug)]
pub struct WatchedWebLogin {
    /// What was begun.
    pub begun: PendingLogin,
    /// How far it has come.
    pub progress: Progress,
}

/// How far a web login has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// WeChat has not answered yet, or what it said is being looked at.
    Waiting,
    /// It is finished.
    Finished,
}

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

    /// How far this browser's login has come; `None` where it is over, where nothing came of it, or where it was never this browser's.
    ///
    /// # Errors
    /// [`Error::DependencyUnavailable`] where that cannot be known.
    pub async fn run(
        &self,
        state: &State,
        browser: &BrowserSecret,
    ) -> Result<Option<WatchedWebLogin>, Error> {
        let now = self.clock.now();
        let seen = self.pending_logins.find(state, &browser.digest(), now).await?;
        Ok(seen.and_then(|Seen { pending, outcome }| {
            let progress = match outcome {
                None => Progress::Waiting,
                Some(outcome) if finished_login::is_failure(&outcome) => return None,
                Some(_) => Progress::Finished,
            };
            Some(WatchedWebLogin {
                begun: pending,
                progress,
            })
        }))
    }
}
