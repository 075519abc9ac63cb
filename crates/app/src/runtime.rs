//! Where work goes that must not stop half-way.

use std::{future::Future, sync::Arc, time::Duration};

use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinHandle,
    time::timeout,
};
use tokio_util::task::TaskTracker;

/// The runtime of `main`. HTTP is served on runtimes of its own, one a thread; a connection opened there dies with its thread, and a
/// request's future dies with its client. What changes state runs here instead, to its end, and the request only waits for it.
#[derive(Clone, Debug)]
pub struct MainRuntime {
    handle: Handle,
    tasks: TaskTracker,
    login_turns: [Arc<Semaphore>; Door::COUNT],
    turn_within: Duration,
}

/// Where people come in. What hangs at one, be it because somebody sends codes that nobody gave them, takes no turn of another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Logins from mini-programs.
    MiniProgram,
    /// Logins from apps.
    MobileApp,
    /// Logins from browsers.
    Browser,
    /// What those do who are signed in and WeChat is asked about.
    SignedIn,
}

impl Door {
    const COUNT: usize = 4;
}

/// How many logins are under way at once at a door. With many more than the machine can serve each waits for the others at every step, for
/// longer than a dependency may take to answer: all would fail, and nobody would be signed in.
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
            login_turns: std::array::from_fn(|_door| Arc::new(Semaphore::new(LOGINS_AT_ONCE))),
            turn_within: TURN_WITHIN,
        }
    }

    /// Where nobody waits long for a turn.
    #[cfg(test)]
    pub(crate) fn impatient() -> Self {
        Self {
            turn_within: Duration::from_millis(20),
            ..Self::current()
        }
    }

    /// Waits until a login may begin: in the order in which they came, and not for long.
    ///
    /// # Errors
    /// [`TooManyLogins`] where that takes too long.
    pub async fn login_turn(&self, door: Door) -> Result<LoginTurn, TooManyLogins> {
        let turns = Arc::clone(&self.login_turns[door as usize]);
        let turn = timeout(self.turn_within, turns.acquire_owned()).await;
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
        self.begin(work).await.map_err(|_the_hook_logged_it| Panicked)
    }

    /// Begins the work, for whoever does not wait for it.
    pub fn begin<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        let span = tracing::Span::current();
        let work = tracing::Instrument::instrument(work, span);
        self.tasks.spawn_on(work, &self.handle)
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

    async fn fill(runtime: &MainRuntime, door: Door) -> Vec<LoginTurn> {
        let mut under_way = Vec::new();
        for _ in 0..LOGINS_AT_ONCE {
            under_way.push(runtime.login_turn(door).await.unwrap());
        }
        under_way
    }

    #[tokio::test]
    async fn who_comes_last_waits_for_somebody_to_end_and_not_for_ever() {
        let runtime = MainRuntime::impatient();
        let mut under_way = fill(&runtime, Door::Browser).await;
        let refused = runtime.login_turn(Door::Browser).await;
        assert_eq!(refused.unwrap_err(), TooManyLogins);
        let waiting = {
            let runtime = runtime.clone();
            tokio::spawn(async move { runtime.login_turn(Door::Browser).await.is_ok() })
        };
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        under_way.pop();
        assert!(waiting.await.unwrap());
    }

    #[tokio::test]
    async fn a_crowd_at_one_door_stands_before_no_other() {
        let runtime = MainRuntime::impatient();
        let doors = [Door::MiniProgram, Door::MobileApp, Door::Browser, Door::SignedIn];
        let _crowd = fill(&runtime, doors[0]).await;
        assert!(runtime.login_turn(doors[0]).await.is_err());
        for door in &doors[1..] {
            assert!(runtime.login_turn(*door).await.is_ok(), "{door:?}");
        }
    }
}
