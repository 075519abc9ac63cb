use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Either, Shared, WeakShared, select},
};

use crate::{
    Dependency, Error, PortError, UserAccount, UserId,
    ports::{Clock, Users},
    recent::Recent,
};

/// What operators change counts within a second.
const FRESH_FOR: Duration = Duration::from_secs(1);
/// For so long a database that does not answer is believed to hold what it held: the revocation view is given as long.
const KEPT_FOR: Duration = Duration::from_mins(5);
/// Of the 500 ms that a session check may take.
const PATIENCE: Duration = Duration::from_millis(250);
/// After a failure nobody who can do without waits for the database for so long.
const PAUSE: Duration = Duration::from_millis(500);
/// Users at hand: twice as many at most.
const MOST: usize = 10_000;

type Found = Result<Option<Arc<UserAccount>>, Arc<PortError>>;
type LookingUp = BoxFuture<'static, Found>;

/// The user of a session, for backends that ask with every request of theirs: as they were a second ago at most, or, while the database
/// does not answer, as they were when it did.
pub struct RecallUser {
    users: Arc<dyn Users>,
    clock: Arc<dyn Clock>,
    memory: Mutex<Memory>,
}

struct Memory {
    known: Recent<UserId, Known>,
    under_way: HashMap<UserId, (Instant, WeakShared<LookingUp>)>,
    failed_at: Option<Instant>,
}

#[derive(Clone)]
struct Known {
    account: Arc<UserAccount>,
    /// When the look-up began.
    as_of: Instant,
}

impl RecallUser {
    /// With these ports.
    #[must_use]
    pub fn new(users: Arc<dyn Users>, clock: Arc<dyn Clock>) -> Self {
        let memory = Memory {
            known: Recent::new(MOST),
            under_way: HashMap::new(),
            failed_at: None,
        };
        Self {
            users,
            clock,
            memory: Mutex::new(memory),
        }
    }

    /// The user, where nothing needs to be asked.
    #[must_use]
    pub fn at_hand(&self, id: UserId) -> Option<Arc<UserAccount>> {
        let mut memory = self.memory();
        let known = memory.known.get(id)?;
        let age = known.as_of.elapsed();
        let is_failing = memory.failed_at.is_some_and(|at| at.elapsed() < PAUSE);
        (age < FRESH_FOR || is_failing && age < KEPT_FOR).then_some(known.account)
    }

    /// The user with this id, or the one it means since a merge.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] where there is none: a session without a user opens nothing.
    pub async fn run(&self, id: UserId) -> Result<Arc<UserAccount>, Error> {
        if let Some(account) = self.at_hand(id) {
            return Ok(account);
        }
        let (as_of, looking_up) = self.look_up(id);
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
            Ok(Some(account)) => {
                let known = Known {
                    account: Arc::clone(&account),
                    as_of,
                };
                memory.known.put(id, known);
                Ok(account)
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
    fn look_up(&self, id: UserId) -> (Instant, Shared<LookingUp>) {
        let mut memory = self.memory();
        let under_way = memory.under_way.get(&id);
        let under_way = under_way.and_then(|(as_of, flight)| Some((*as_of, flight.upgrade()?)));
        if let Some(under_way) = under_way.filter(|(_, flight)| flight.peek().is_none()) {
            return under_way;
        }
        let users = Arc::clone(&self.users);
        let look_up = async move {
            let found = users.find_account(id).await;
            found.map(|found| found.map(Arc::new)).map_err(Arc::new)
        };
        let (as_of, look_up) = (Instant::now(), look_up.boxed().shared());
        if let Some(weak) = look_up.downgrade() {
            memory.under_way.insert(id, (as_of, weak));
        }
        (as_of, look_up)
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().expect("no holder panics")
    }
}
