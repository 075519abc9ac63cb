use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// When a connection was made last, whoever made it. What was kept by whoever answered before is known no more.
#[derive(Debug)]
pub(crate) struct LastOpened {
    begin: Instant,
    nanoseconds: AtomicU64,
}

impl LastOpened {
    /// Nothing was opened yet.
    pub(crate) fn new() -> Self {
        Self {
            begin: Instant::now(),
            nanoseconds: AtomicU64::new(0),
        }
    }

    /// One was made now.
    pub(crate) fn now(&self) {
        let passed = u64::try_from(self.begin.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_max(passed, Ordering::SeqCst);
    }

    pub(crate) fn get(&self) -> Instant {
        self.begin + Duration::from_nanos(self.nanoseconds.load(Ordering::SeqCst))
    }
}
