//! Batches on their way into the database, several at a time.
//!
//! Two rows that are known by the same thing must come one after the other, or the file's order would not decide who is first. So a batch
//! waits for those before it that have anything in common with it. All others do not mind each other: the database's keys keep them apart.

use std::{
    collections::{HashSet, VecDeque},
    time::Duration,
};

use tokio::task::{JoinError, JoinHandle};
use wechat_login_domain::{OperatorError, import::ImportOutcome, use_case::ImportUsers};

use super::batches::Batch;

/// As many connections of the database are in use at once.
const AT_ONCE: usize = 4;
/// A busy database is given this many chances, each after a longer wait.
const TRIES: u32 = 5;

/// What became of a batch, or why that is not known.
pub(super) struct Landed {
    pub(super) batch: Batch,
    pub(super) outcomes: Result<Vec<ImportOutcome>, OperatorError>,
}

#[derive(Default)]
pub(super) struct Flights(VecDeque<Flight>);

struct Flight {
    marks: HashSet<u64>,
    task: JoinHandle<Landed>,
}

impl Flights {
    /// Whether this batch has to wait for one to land.
    pub(super) fn must_wait(&self, batch: &Batch) -> bool {
        let touches = |flight: &Flight| !flight.marks.is_disjoint(&batch.marks);
        self.0.len() == AT_ONCE || self.0.iter().any(touches)
    }

    /// Sends it on its way.
    pub(super) fn start(&mut self, mut batch: Batch, import: ImportUsers) {
        let marks = std::mem::take(&mut batch.marks);
        let task = tokio::spawn(take_over(batch, import));
        self.0.push_back(Flight { marks, task });
    }

    /// The one that started first, when it is there; `None` where none is under way.
    pub(super) async fn land(&mut self) -> Option<Result<Landed, JoinError>> {
        let landed = (&mut self.0.front_mut()?.task).await;
        self.0.pop_front();
        Some(landed)
    }
}

async fn take_over(batch: Batch, import: ImportUsers) -> Landed {
    let mut tries = 1;
    let outcomes = loop {
        match import.run(&batch.people).await {
            Err(_) if tries < TRIES => tokio::time::sleep(Duration::from_millis(200) * tries).await,
            outcomes => break outcomes,
        }
        tries += 1;
    };
    Landed { batch, outcomes }
}
