//! Where work goes that must not stop half-way.

use std::{future::Future, time::Duration};

use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;

/// The runtime of `main`. HTTP is served on runtimes of its own, one a thread; a connection opened there dies with its thread, and a
/// request's future dies with its client. What changes state runs here instead, to its end, and the request only waits for it.
#[derive(Clone, Debug)]
pub struct MainRuntime {
    handle: Handle,
    tasks: TaskTracker,
}

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
        }
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
