//! Connections for what must be done once at most.

use std::time::Duration;

use deadpool_redis::{
    BuildError, Manager, Pool, PoolError, Runtime,
    redis::{Cmd, ErrorKind, RedisError, RedisResult, Value},
};
use tokio::{runtime::Handle, time::timeout};

use crate::{
    failure::Failure,
    lines::CALL,
    opener::{CONNECT, RESPONSE, limits},
    settings::Servers,
};

const CONNECTIONS: usize = 4;
/// For an answer of a connection that lay idle: one that was cut must not use up the time of the call.
const CHECK: Duration = Duration::from_millis(100);

/// What must not be sent a second time cannot be tried again on another connection, so it goes over one that was just seen alive:
/// the pool asks a connection before it lends it.
pub(crate) struct Once {
    pool: Pool,
    runtime: Handle,
}

impl Once {
    /// `None` for a cluster, whose client looks after its connections by itself and may repeat a command whose answer was lost: nobody gets
    /// a value then. And behind sentinels, where deadpool forgets half of the settings (credentials among them).
    pub(crate) fn new(servers: &Servers, runtime: Handle) -> RedisResult<Option<Self>> {
        let Servers::One(server) = servers else {
            return Ok(None);
        };
        let pool = Pool::builder(Manager::new_with_config(server.clone(), limits())?)
            .max_size(CONNECTIONS)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(RESPONSE))
            .create_timeout(Some(CONNECT))
            .recycle_timeout(Some(CHECK))
            .build();
        let no_runtime = |_: BuildError| RedisError::from((ErrorKind::InvalidClientConfig, "no runtime"));
        Ok(Some(Self {
            pool: pool.map_err(no_runtime)?,
            runtime,
        }))
    }

    pub(crate) async fn ask(&self, command: Cmd) -> Result<Value, Failure> {
        let pool = self.pool.clone();
        // On the store's own runtime, where its connections live.
        let task = self.runtime.spawn(async move {
            let mut connection = pool.get().await.map_err(|error| match error {
                PoolError::Backend(error) => Failure::Redis(error),
                _no_connection_in_time => Failure::TooSlow,
            })?;
            Ok(command.query_async(&mut connection).await?)
        });
        match timeout(CALL, task).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_it_ended_early)) => Err(Failure::BrokenOff),
            Err(_elapsed) => Err(Failure::TooSlow),
        }
    }
}
