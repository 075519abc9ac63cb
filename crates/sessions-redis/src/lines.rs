//! A few connections that everybody shares.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use deadpool_redis::redis::Value;
use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use tokio::{
    runtime::Handle,
    time::{sleep, timeout},
};

use crate::{
    failure::Failure,
    opener::{Connection, Opener, PAUSE},
    request::Request,
};

/// How long a call may take, connecting and a second try included: a session check must end within 500 ms.
pub(crate) const CALL: Duration = Duration::from_millis(400);
/// A line that said nothing for so long while it was asked leads nowhere, though nobody closed it.
const SILENCE: Duration = Duration::from_millis(500);
const LINES: usize = 2;

/// Lines live on the runtime that the store was connected on: one that a worker of actix opened would die with the worker.
pub(crate) struct Lines {
    opener: Arc<Opener>,
    runtime: Handle,
    slots: [Slot; LINES],
    next: AtomicUsize,
    heard: LastHeard,
}

/// Many callers wait for one opening, whoever of them began it.
type Opening = Shared<BoxFuture<'static, Result<Arc<Line>, Failure>>>;

#[derive(Default)]
struct Slot(Mutex<Option<Opening>>);

struct Line {
    connection: Connection,
    heard: LastHeard,
}

impl Lines {
    pub(crate) fn new(opener: Arc<Opener>, runtime: Handle) -> Self {
        Self {
            opener,
            runtime,
            slots: Default::default(),
            next: AtomicUsize::new(0),
            heard: LastHeard::new(),
        }
    }

    /// Asks, and once more if the connection was lost: only for what does no harm when it is done twice.
    pub(crate) async fn ask(&self, request: &Request) -> Result<Value, Failure> {
        let (slot, other) = self.two_slots();
        let begun = Instant::now();
        let work = async {
            match self.attempt(slot, request).await {
                // The same slot again: it opens anew, while whoever cut this line cut the others too.
                Err(failure) if failure.needs_another_connection() => {
                    if failure.is_refusal() {
                        sleep(PAUSE).await;
                    }
                    self.attempt(slot, request).await
                }
                // Others were answered meanwhile: this answer alone was lost. A server that hangs is not asked again.
                Err(failure) if failure.is_timeout() && self.heard.is_after(begun) => {
                    self.attempt(other, request).await
                }
                answer => answer,
            }
        };
        timeout(CALL, work).await.unwrap_or(Err(Failure::TooSlow))
    }

    /// Asks once.
    pub(crate) async fn ask_once(&self, request: &Request) -> Result<Value, Failure> {
        let work = self.attempt(self.two_slots().0, request);
        timeout(CALL, work).await.unwrap_or(Err(Failure::TooSlow))
    }

    /// The one whose turn it is, and another.
    fn two_slots(&self) -> (&Slot, &Slot) {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        (
            &self.slots[turn % LINES],
            &self.slots[turn.wrapping_add(1) % LINES],
        )
    }

    async fn attempt(&self, slot: &Slot, request: &Request) -> Result<Value, Failure> {
        let opening = slot.opening(|| self.open());
        let line = opening.clone().await?;
        let answer = request.send(&mut line.connection.clone()).await;
        let failure = match answer.map_err(Failure::from) {
            Ok(value) => {
                line.heard.now();
                self.heard.now();
                return Ok(value);
            }
            Err(failure) => failure,
        };
        if failure.needs_another_connection()
            || failure.is_timeout() && line.heard.is_longer_ago_than(SILENCE)
        {
            slot.forget(&opening);
        }
        Err(failure)
    }

    fn open(&self) -> Opening {
        let opener = Arc::clone(&self.opener);
        let task = self.runtime.spawn(async move { opener.open().await });
        let opening = async {
            let connection = task.await.map_err(|_the_runtime_ends| Failure::BrokenOff)??;
            Ok(Arc::new(Line {
                connection,
                heard: LastHeard::new(),
            }))
        };
        let opening = opening.boxed().shared();
        // It notices its end even where every caller has given up waiting.
        self.runtime.spawn(opening.clone());
        opening
    }
}

impl Slot {
    fn opening(&self, open: impl FnOnce() -> Opening) -> Opening {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // It may have failed long ago, when nobody waited for it any more.
        kept.take_if(|opening| matches!(opening.peek(), Some(Err(_))));
        kept.get_or_insert_with(open).clone()
    }

    /// Unless somebody opened another one by now.
    fn forget(&self, failed: &Opening) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.take_if(|opening| opening.ptr_eq(failed));
    }
}

/// When somebody was answered last.
struct LastHeard(Mutex<Instant>);

impl LastHeard {
    fn new() -> Self {
        Self(Mutex::new(Instant::now()))
    }

    fn now(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn is_after(&self, moment: Instant) -> bool {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) > moment
    }

    fn is_longer_ago_than(&self, span: Duration) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).elapsed() > span
    }
}
