use std::time::Duration;

use diesel_async::{
    AsyncMysqlConnection,
    pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod, deadpool},
};

use crate::{
    connect::Address,
    failure::Failure,
    lease::{Lease, Limits},
    settings::Settings,
};

/// How long a call may take that a session check needs.
const CHECK: Duration = Duration::from_millis(400);

pub(crate) type Pool = deadpool::Pool<AsyncMysqlConnection>;

/// The connections, as the adapters share them.
#[derive(Clone)]
pub(crate) struct Database {
    pool: Pool,
    wait_timeout: Duration,
    statement_timeout: Duration,
    call_timeout: Duration,
}

impl Database {
    pub(crate) fn new(settings: &Settings, address: Address) -> Self {
        let mut config = ManagerConfig::default();
        // A `SELECT 1` before each use would double the round trips; a lease replaces what was closed.
        config.recycling_method = RecyclingMethod::Fast;
        config.custom_setup = Box::new(move |_url| {
            let address = address.clone();
            Box::pin(async move { address.connect().await })
        });
        let manager = AsyncDieselConnectionManager::new_with_config(String::new(), config);
        let pool = Pool::builder(manager).max_size(settings.pool_size.max(1)).build();
        Self {
            pool: pool.expect("a pool without timeouts of its own needs no runtime"),
            wait_timeout: settings.wait_timeout,
            statement_timeout: settings.statement_timeout,
            call_timeout: settings.call_timeout,
        }
    }

    /// Borrows a connection for a call.
    pub(crate) async fn lease(&self) -> Result<Lease, Failure> {
        self.lease_for(self.call_timeout, self.statement_timeout).await
    }

    /// Borrows a connection for a call that a session check waits for.
    pub(crate) async fn lease_for_check(&self) -> Result<Lease, Failure> {
        self.lease_for(CHECK, CHECK).await
    }

    /// Borrows a connection for a call that nobody waits for.
    pub(crate) async fn long_lease(&self, call: Duration) -> Result<Lease, Failure> {
        self.lease_for(call, call).await
    }

    async fn lease_for(&self, call: Duration, statement: Duration) -> Result<Lease, Failure> {
        let limits = Limits {
            call,
            wait: self.wait_timeout,
            statement,
        };
        Lease::begin(self.pool.clone(), limits).await
    }
}
