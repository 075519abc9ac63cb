//! Where work goes that must not stop half-way.

use std::{future::Future, sync::Arc, time::Duration};

use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use tokio_util::task::TaskTracker;

/// The runtime of `main`. HTTP is served on runtimes of its own, one a thread; a connection opened there dies with its thread, and a
/// request's future dies with its client. What changes state runs here instead, to its end, and the request only waits for it.
#[derive(Clone, Debug)]
pub struct MainRuntime {
    handle: Handle,
    tasks: TaskTracker,
    login_turns: Arc<Semaphore>,
}

/// How many logins are under way at once. With many more than the machine can serve each waits for the others at every step, for longer
/// than a dependency may take to answer: all would fail, and nobody would be signed in.
const LOGINS_AT_ONCE: usize = 256;
/// How long a login may wait for its turn. What is left of its time is enough for the login itself.
const TURN_WITHIN: Duration = Duration::from_secs(2);

/// The right to have a login under way, until it is dropped.
#[derive(Debug)]
pub struct LoginTurn {
    _one_of_many: OwnedSemaphorePermit,
}

/// Too many logins are under way. This one was not begun: its code is as good as before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyLogins;

/// The work panicked; the panic is in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Panicked;

impl MainRuntime {
    /// The runtime that this is called on.
    #[must_use]
    pub fn current() -> Self {
        Self {
            handle: Handle::current(),
            tasks: TaskTracker::new(),
            login_turns: Arc::new(Semaphore::new(LOGINS_AT_ONCE)),
        }
    }

    /// Waits until a login may begin: in the order in which they came, and not for long.
    ///
    /// # Errors
    /// [`TooManyLogins`] where that takes too long.
    pub async fn login_turn(&self) -> Result<LoginTurn, TooManyLogins> {
        self.login_turn_within(TURN_WITHIN).await
    }

    async fn login_turn_within(&self, limit: Duration) -> Result<LoginTurn, TooManyLogins> {
        let turn = timeout(limit, Arc::clone(&self.login_turns).acquire_owned()).await;
        let turn = turn.map_err(|_elapsed| TooManyLogins)?;
        Ok(LoginTurn {
            _one_of_many: turn.expect("the turns never end"),
        })
    }

    /// Runs the work to its end, whether or not anybody waits for it.
    ///
    /// # Errors
    /// [`Panicked`] where the work did.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Panicked> {
        let span = tracing::Span::current();
        let work = tracing::Instrument::instrument(work, span);
        self.tasks
            .spawn_on(work, &self.handle)
            .await
            .map_err(|_the_hook_logged_it| Panicked)
    }

    /// Waits until all work that was begun is done, but no longer than this.
    pub async fn finish(&self, within: Duration) {
        self.tasks.close();
        if tokio::time::timeout(within, self.tasks.wait()).await.is_err() {
            tracing::warn!(tasks = self.tasks.len(), "stopped before all work was done");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_comes_last_waits_for_somebody_to_end_and_not_for_ever() {
        let runtime = MainRuntime::current();
        let mut under_way = Vec::new();
        for _ in 0..LOGINS_AT_ONCE {
            under_way.push(runtime.login_turn().await.unwrap());
        }
        let refused = runtime.login_turn_within(Duration::from_millis(20)).await;
        assert_eq!(refused.unwrap_err(), TooManyLogins);
        let waiting = {
            let runtime = runtime.clone();
            tokio::spawn(async move { runtime.login_turn().await.is_ok() })
        };
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        under_way.pop();
        assert!(waiting.await.unwrap());
    }
}
