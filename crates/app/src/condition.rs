//! How the dependencies are, for whoever asks again and again.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::{runtime::MainRuntime, store::Store};

/// To look is to write, and anybody may ask.
const GOOD_FOR: Duration = Duration::from_secs(1);

/// What is known of the dependencies.
pub(crate) struct Condition {
    store: Store,
    last: Mutex<Option<(Instant, Seen)>>,
}

/// How the dependencies were.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) is_database_well: bool,
    /// `None` where there is none.
    pub(crate) is_redis_well: Option<bool>,
}

impl Seen {
    /// Whether all of them are.
    pub(crate) fn is_well(self) -> bool {
        self.is_database_well && self.is_redis_well != Some(false)
    }
}

impl Condition {
    pub(crate) fn new(store: Store) -> Self {
        Self {
            store,
            last: Mutex::default(),
        }
    }

    /// As of a second ago at most. One looks, and whoever else asks meanwhile waits for the same answer: half a second, if nobody answers.
    pub(crate) async fn now(&self, runtime: &MainRuntime) -> Seen {
        let mut last = self.last.lock().await;
        if let Some((looked, seen)) = *last
            && looked.elapsed() < GOOD_FOR
        {
            return seen;
        }
        let store = self.store.clone();
        // Connections live on the main runtime.
        let looking = runtime.run(async move {
            futures_util::future::join(store.is_database_well(), store.is_redis_well()).await
        });
        let (is_database_well, is_redis_well) = looking.await.unwrap_or((false, None));
        let seen = Seen {
            is_database_well,
            is_redis_well,
        };
        *last = Some((Instant::now(), seen));
        seen
    }
}
