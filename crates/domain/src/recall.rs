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
/// How long after a failure somebody looks again whether the database is back. Nobody who can do without the answer waits for it.
const PAUSE: Duration = Duration::from_millis(500);
/// A failure is news for so long: there is a look in that time, unless nobody asks.
const FAILING_FOR: Duration = Duration::from_secs(1);
/// Users at hand: twice as many at most.
const MOST: usize = 10_000;

type Found<V> = Result<Option<Arc<V>>, Arc<PortError>>;
type LookingUp<V> = BoxFuture<'static, Found<V>>;

/// What is known of users, as it was a second ago at most and after whatever was changed here, or, while the database does not answer, as it
/// was when it did.
pub(crate) struct Recall<V> {
    clock: Arc<dyn Clock>,
    memory: Mutex<Memory<V>>,
}

struct Memory<V> {
    known: Recent<UserId, Known<V>>,
    under_way: HashMap<UserId, (Instant, WeakShared<LookingUp<V>>)>,
    failure: Option<Failure>,
}

struct Failure {
    seen_at: Instant,
    last_look: Instant,
}

struct Known<V> {
    value: Arc<V>,
    /// When the look-up began, or the change that told it.
    as_of: Instant,
    /// Another change may have overtaken the one that told this: it is for those who can ask nobody.
    is_hearsay: bool,
}

impl<V> Clone for Known<V> {
    fn clone(&self) -> Self {
        Self {
            value: Arc::clone(&self.value),
            as_of: self.as_of,
            is_hearsay: self.is_hearsay,
        }
    }
}

impl<V: Send + Sync + 'static> Recall<V> {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let memory = Memory {
            known: Recent::new(MOST),
            under_way: HashMap::new(),
            failure: None,
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
        let is_fresh = age < FRESH_FOR && !known.is_hearsay;
        let failure = memory.failure.as_ref();
        let is_failing = failure.is_some_and(|failure| failure.seen_at.elapsed() < FAILING_FOR);
        (is_fresh || is_failing && age < KEPT_FOR).then_some(known.value)
    }

    /// Whether it is time to look whether the database is back. One of all who ask is told so.
    pub(crate) fn is_to_look_again(&self) -> bool {
        let mut memory = self.memory();
        let failure = memory.failure.as_mut();
        let Some(failure) = failure.filter(|failure| failure.last_look.elapsed() >= PAUSE) else {
            return false;
        };
        failure.last_look = Instant::now();
        true
    }

    /// Forgets what was known until now, what is being looked up included.
    pub(crate) fn forget(&self, id: UserId) {
        let mut memory = self.memory();
        memory.under_way.remove(&id);
        memory.known.remove(id);
    }

    /// What a change that began then told of a user, in the place of what was known until now.
    pub(crate) fn hear(&self, id: UserId, value: Arc<V>, as_of: Instant) {
        let mut memory = self.memory();
        memory.under_way.remove(&id);
        let known = Known {
            value,
            as_of,
            is_hearsay: true,
        };
        memory.known.put(id, known);
    }

    /// What was known until now may be so no longer: whoever can ask must.
    pub(crate) fn doubt(&self, id: UserId) {
        let mut memory = self.memory();
        memory.under_way.remove(&id);
        if let Some(known) = memory.known.get(id) {
            let known = Known {
                is_hearsay: true,
                ..known
            };
            memory.known.put(id, known);
        }
    }

    /// What is known, be it of use or not.
    pub(crate) fn last_known(&self, id: UserId) -> Option<Arc<V>> {
        self.memory().known.get(id).map(|known| known.value)
    }

    /// What is known, or what this look-up finds.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] where there is no such user: a session without one opens nothing.
    pub(crate) async fn get<F>(&self, id: UserId, look_up: impl FnOnce() -> F) -> Result<Arc<V>, Error>
    where
        F: Future<Output = Result<Option<V>, PortError>> + Send + 'static,
    {
        match self.at_hand(id) {
            Some(value) => Ok(value),
            None => self.look(id, look_up).await,
        }
    }

    /// What this look-up finds, whatever is known; that, where it finds nothing out.
    ///
    /// # Errors
    /// As [`Recall::get`].
    pub(crate) async fn look<F>(&self, id: UserId, look_up: impl FnOnce() -> F) -> Result<Arc<V>, Error>
    where
        F: Future<Output = Result<Option<V>, PortError>> + Send + 'static,
    {
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
        // Whoever was forgotten meanwhile is not known by what was asked before.
        let counts = memory
            .under_way
            .get(&id)
            .is_some_and(|(begun, _)| *begun == as_of);
        memory
            .under_way
            .retain(|_, (_, flight)| flight.upgrade().is_some_and(|flight| flight.peek().is_none()));
        match found {
            Ok(found) => {
                memory.failure = None;
                let value = found.ok_or(Error::Unauthenticated)?;
                if counts {
                    let known = Known {
                        value: Arc::clone(&value),
                        as_of,
                        is_hearsay: false,
                    };
                    memory.known.put(id, known);
                }
                Ok(value)
            }
            Err(error) => {
                let now = Instant::now();
                memory.failure = Some(Failure {
                    seen_at: now,
                    last_look: now,
                });
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
