use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Either, Shared, WeakShared, select},
};

use crate::{Dependency, Error, PortError, UserId, ports::Clock, recent::Recent};

/// What operators change counts within a second.
const FRESH_FOR: Duration = Duration::from_secs(1);
/// For so long a database that does not answer is believed to hold what it held: the revocation view is given as long.
const KEPT_FOR: Duration = Duration::from_mins(5);
/// Of the 500 ms that a session check may take.
const PATIENCE: Duration = Duration::from_millis(200);
/// After a failure nobody who can do without waits for the database for so long.
const PAUSE: Duration = Duration::from_millis(500);
/// Users at hand: twice as many at most.
const MOST: usize = 10_000;

type Found<V> = Result<Option<Arc<V>>, Arc<PortError>>;
type LookingUp<V> = BoxFuture<'static, Found<V>>;

/// What was looked up of users, as it was a second ago at most, or, while the database does not answer, as it was when it did.
pub(crate) struct Recall<V> {
    clock: Arc<dyn Clock>,
    memory: Mutex<Memory<V>>,
}

struct Memory<V> {
    known: Recent<UserId, Known<V>>,
    under_way: HashMap<UserId, (Instant, WeakShared<LookingUp<V>>)>,
    failed_at: Option<Instant>,
}

struct Known<V> {
    value: Arc<V>,
    /// When the look-up began.
    as_of: Instant,
}

impl<V> Clone for Known<V> {
    fn clone(&self) -> Self {
        Self {
            value: Arc::clone(&self.value),
            as_of: self.as_of,
        }
    }
}

impl<V: Send + Sync + 'static> Recall<V> {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let memory = Memory {
            known: Recent::new(MOST),
            under_way: HashMap::new(),
            failed_at: None,
        };
        Self {
            clock,
            memory: Mutex::new(memory),
        }
    }

    /// What is known, where nothing needs to be asked.
    pub(crate) fn at_hand(&self, id: UserId) -> Option<Arc<V>> {
        let mut memory = self.memory();
        let known = memory.known.get(id)?;
        let age = known.as_of.elapsed();
        let is_failing = memory.failed_at.is_some_and(|at| at.elapsed() < PAUSE);
        (age < FRESH_FOR || is_failing && age < KEPT_FOR).then_some(known.value)
    }

    /// What is known, or what this look-up finds.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] where there is no such user: a session without one opens nothing.
    pub(crate) async fn get<F>(&self, id: UserId, look_up: impl FnOnce() -> F) -> Result<Arc<V>, Error>
    where
        F: Future<Output = Result<Option<V>, PortError>> + Send + 'static,
    {
        if let Some(value) = self.at_hand(id) {
            return Ok(value);
        }
        let (as_of, looking_up) = self.join_or_start(id, look_up);
        let found = match select(looking_up, self.clock.sleep(PATIENCE)).await {
            Either::Left((found, _)) => found,
            Either::Right(((), given_up)) => {
                drop(given_up);
                let late = PortError::new(Dependency::Database, "the user could not be looked up in time");
                Err(Arc::new(late))
            }
        };
        let mut memory = self.memory();
        memory
            .under_way
            .retain(|_, (_, flight)| flight.upgrade().is_some_and(|flight| flight.peek().is_none()));
        match found {
            Ok(Some(value)) => {
                let known = Known {
                    value: Arc::clone(&value),
                    as_of,
                };
                memory.known.put(id, known);
                Ok(value)
            }
            Ok(None) => Err(Error::Unauthenticated),
            Err(error) => {
                memory.failed_at = Some(Instant::now());
                drop(memory);
                let unavailable = || PortError::new(error.dependency, error).into();
                self.at_hand(id).ok_or_else(unavailable)
            }
        }
    }

    /// The look-up that is under way, or a new one: any number of callers wait for one.
    fn join_or_start<F>(&self, id: UserId, look_up: impl FnOnce() -> F) -> (Instant, Shared<LookingUp<V>>)
    where
        F: Future<Output = Result<Option<V>, PortError>> + Send + 'static,
    {
        let mut memory = self.memory();
        let under_way = memory.under_way.get(&id);
        let under_way = under_way.and_then(|(as_of, flight)| Some((*as_of, flight.upgrade()?)));
        if let Some(under_way) = under_way.filter(|(_, flight)| flight.peek().is_none()) {
            return under_way;
        }
        let finding = look_up();
        let look_up = async move {
            let found = finding.await;
            found.map(|found| found.map(Arc::new)).map_err(Arc::new)
        };
        let (as_of, look_up) = (Instant::now(), look_up.boxed().shared());
        if let Some(weak) = look_up.downgrade() {
            memory.under_way.insert(id, (as_of, weak));
        }
        (as_of, look_up)
    }

    fn memory(&self) -> MutexGuard<'_, Memory<V>> {
        self.memory.lock().expect("no holder panics")
    }
}
