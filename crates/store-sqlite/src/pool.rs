//! Connections that are lent to one closure each.
//!
//! A pool of our own because the usual ones take a connection back when the future that borrowed it is dropped, not when the blocking
//! closure has ended, and check it with a second trip to a blocking thread.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use diesel::{
    Connection, SqliteConnection,
    connection::{SimpleConnection, TransactionManager},
};
use tokio::{sync::Semaphore, task, time};

use crate::failure::Failure;

/// A fixed number of connections, each opened when it is first needed.
#[derive(Clone)]
pub(crate) struct Pool {
    shared: Arc<Shared>,
}

struct Shared {
    url: String,
    /// Run on every new connection.
    settings: &'static str,
    slots: Arc<Semaphore>,
    idle: Mutex<Vec<SqliteConnection>>,
}

impl Pool {
    pub(crate) fn new(url: String, settings: &'static str, size: usize) -> Self {
        Self {
            shared: Arc::new(Shared {
                url,
                settings,
                slots: Arc::new(Semaphore::new(size)),
                idle: Mutex::default(),
            }),
        }
    }

    /// Lends a connection to a closure. Callers get their turn in the order they came.
    ///
    /// The limit is for the caller: a closure that has begun goes on to its end, and the connection is its own until then.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl FnOnce(&mut SqliteConnection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let answer = async {
            let slot = Arc::clone(&self.shared.slots).acquire_owned().await;
            let slot = slot.expect("the pool never closes its slots");
            let shared = Arc::clone(&self.shared);
            let span = tracing::Span::current();
            let running = task::spawn_blocking(move || {
                let _slot = slot;
                span.in_scope(|| shared.lend(work))
            });
            running.await.map_err(Failure::BrokenOff)?
        };
        time::timeout(limit, answer)
            .await
            .unwrap_or(Err(Failure::TooSlow))
    }
}

impl Shared {
    /// A panic takes the connection along.
    fn lend<T>(&self, work: impl FnOnce(&mut SqliteConnection) -> Result<T, Failure>) -> Result<T, Failure> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => self.connect()?,
        };
        let result = work(&mut connection);
        if !is_in_transaction(&mut connection) {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            idle.push(connection);
        }
        result
    }

    fn connect(&self) -> Result<SqliteConnection, Failure> {
        let mut connection = SqliteConnection::establish(&self.url)?;
        connection.batch_execute(self.settings)?;
        Ok(connection)
    }
}

fn is_in_transaction(connection: &mut SqliteConnection) -> bool {
    <SqliteConnection as Connection>::TransactionManager::is_broken_transaction_manager(connection)
}
