//! How a connection is made, to each kind of servers.

use std::time::Duration;

use deadpool_redis::redis::{
    AsyncConnectionConfig, Client, Cmd, Pipeline, RedisError, RedisFuture, RedisResult, Value,
    aio::{ConnectionLike, MultiplexedConnection},
    cluster::ClusterClient,
    cluster_async::ClusterConnection,
    sentinel::{SentinelClient, SentinelServerType},
};
use tokio::{sync::Mutex, time::timeout};

use crate::settings::Servers;

/// How long a connection may take to stand.
pub(crate) const CONNECT: Duration = Duration::from_millis(500);
/// How long Redis may take to answer.
pub(crate) const RESPONSE: Duration = Duration::from_millis(250);
/// How long sentinels may take to name the master. Some of them may be down, and they are asked one after the other.
pub(crate) const FINDING: Duration = Duration::from_secs(2);
/// Between two tries.
pub(crate) const PAUSE: Duration = Duration::from_millis(20);

/// Of every connection to a server.
pub(crate) fn limits() -> AsyncConnectionConfig {
    AsyncConnectionConfig::new()
        .set_connection_timeout(Some(CONNECT))
        .set_response_timeout(Some(RESPONSE))
}

/// A connection that many callers use at once.
#[derive(Clone)]
pub(crate) enum Connection {
    Server(MultiplexedConnection),
    Cluster(ClusterConnection),
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::Server(connection) => connection.req_packed_command(command),
            Self::Cluster(connection) => connection.req_packed_command(command),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::Server(connection) => connection.req_packed_commands(pipeline, offset, count),
            Self::Cluster(connection) => connection.req_packed_commands(pipeline, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Self::Server(connection) => connection.get_db(),
            Self::Cluster(connection) => connection.get_db(),
        }
    }
}

/// Makes connections.
pub(crate) enum Opener {
    Server(Client),
    Cluster(ClusterClient),
    /// Asks the sentinels each time: after a failover another server is the master.
    Sentinel(Mutex<SentinelClient>),
}

impl Opener {
    pub(crate) fn new(servers: &Servers) -> RedisResult<Self> {
        Ok(match servers.clone() {
            Servers::One(server) => Self::Server(Client::open(server)?),
            Servers::Cluster(nodes) => {
                // The client follows moved slots by trying again, so it must be allowed to.
                let milliseconds = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
                let cluster = ClusterClient::builder(nodes)
                    .connection_timeout(CONNECT)
                    .response_timeout(RESPONSE)
                    .overall_response_timeout(Some(RESPONSE + PAUSE))
                    .retries(2)
                    .min_retry_wait(milliseconds(PAUSE))
                    .max_retry_wait(2 * milliseconds(PAUSE));
                Self::Cluster(cluster.build()?)
            }
            Servers::Sentinel {
                sentinels,
                master,
                node,
            } => {
                let client =
                    SentinelClient::build(sentinels, master, Some(node), SentinelServerType::Master)?;
                Self::Sentinel(Mutex::new(client))
            }
        })
    }

    pub(crate) async fn open(&self) -> RedisResult<Connection> {
        let config = limits();
        match self {
            Self::Server(client) => {
                let opened = client.get_multiplexed_async_connection_with_config(&config).await;
                opened.map(Connection::Server)
            }
            Self::Cluster(client) => client.get_async_connection().await.map(Connection::Cluster),
            Self::Sentinel(client) => {
                let finding = async { client.lock().await.async_get_client().await };
                let master = timeout(FINDING, finding).await.map_err(|_elapsed| silent())??;
                let opened = master.get_multiplexed_async_connection_with_config(&config).await;
                opened.map(Connection::Server)
            }
        }
    }

    pub(crate) const fn is_cluster(&self) -> bool {
        matches!(self, Self::Cluster(_))
    }
}

/// For who did not answer in time.
pub(crate) fn silent() -> RedisError {
    std::io::Error::from(std::io::ErrorKind::TimedOut).into()
}
