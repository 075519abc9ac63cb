//! How a connection is made, to each kind of servers.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use deadpool_redis::redis::{
    AsyncConnectionConfig, Client, Cmd, Pipeline, RedisError, RedisFuture, RedisResult, Value,
    aio::{ConnectionLike, MultiplexedConnection},
    cluster::ClusterClient,
    cluster_async::ClusterConnection,
    io::AsyncDNSResolver,
    sentinel::{SentinelClient, SentinelServerType},
};
use futures_util::FutureExt;
use tokio::{net::lookup_host, sync::Mutex, time::timeout};

use crate::{last_opened::LastOpened, settings::Servers};

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

/// Makes connections, and notes when.
pub(crate) struct Opener {
    way: Way,
    last_opened: Arc<LastOpened>,
}

enum Way {
    Server(Client),
    Cluster(ClusterClient),
    /// Asks the sentinels each time: after a failover another server is the master.
    Sentinel(Mutex<SentinelClient>),
}

impl Opener {
    pub(crate) fn new(servers: &Servers, last_opened: Arc<LastOpened>) -> RedisResult<Self> {
        let way = match servers.clone() {
            Servers::One(server) => Way::Server(Client::open(server)?),
            Servers::Cluster(nodes) => {
                // The client follows moved slots by trying again, so it must be allowed to.
                let milliseconds = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
                let cluster = ClusterClient::builder(nodes)
                    .async_dns_resolver(NotingResolver(Arc::clone(&last_opened)))
                    .connection_timeout(CONNECT)
                    .response_timeout(RESPONSE)
                    .overall_response_timeout(Some(RESPONSE + PAUSE))
                    .retries(2)
                    .min_retry_wait(milliseconds(PAUSE))
                    .max_retry_wait(2 * milliseconds(PAUSE));
                Way::Cluster(cluster.build()?)
            }
            Servers::Sentinel {
                sentinels,
                master,
                node,
            } => {
                let client =
                    SentinelClient::build(sentinels, master, Some(node), SentinelServerType::Master)?;
                Way::Sentinel(Mutex::new(client))
            }
        };
        Ok(Self { way, last_opened })
    }

    pub(crate) async fn open(&self) -> RedisResult<Connection> {
        let config = limits();
        let opened = match &self.way {
            Way::Server(client) => {
                let opened = client.get_multiplexed_async_connection_with_config(&config).await;
                opened.map(Connection::Server)
            }
            Way::Cluster(client) => client.get_async_connection().await.map(Connection::Cluster),
            Way::Sentinel(client) => {
                let finding = async { client.lock().await.async_get_client().await };
                let master = timeout(FINDING, finding).await.map_err(|_elapsed| silent())??;
                let opened = master.get_multiplexed_async_connection_with_config(&config).await;
                opened.map(Connection::Server)
            }
        }?;
        // Once it stands, and before anything is asked over it.
        self.last_opened.now();
        Ok(opened)
    }

    pub(crate) const fn is_cluster(&self) -> bool {
        matches!(self.way, Way::Cluster(_))
    }
}

/// For who did not answer in time.
pub(crate) fn silent() -> RedisError {
    std::io::Error::from(std::io::ErrorKind::TimedOut).into()
}

/// The client of a cluster makes its connections itself and tells nobody, but it asks where each of them goes. Between that and the
/// connection lie milliseconds, in which nothing is known to have been lost that the next reading of the record would not bring.
struct NotingResolver(Arc<LastOpened>);

impl AsyncDNSResolver for NotingResolver {
    fn resolve<'a, 'b: 'a>(
        &'a self,
        host: &'b str,
        port: u16,
    ) -> RedisFuture<'a, Box<dyn Iterator<Item = SocketAddr> + Send + 'a>> {
        async move {
            let found = lookup_host((host, port)).await?;
            let found: Box<dyn Iterator<Item = SocketAddr> + Send> =
                Box::new(found.collect::<Vec<_>>().into_iter());
            self.0.now();
            Ok(found)
        }
        .boxed()
    }
}
