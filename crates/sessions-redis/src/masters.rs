//! Which servers take writes just now.

use std::collections::BTreeSet;

use deadpool_redis::redis::{
    Client, ConnectionAddr, ConnectionInfo, RedisResult, Value,
    aio::MultiplexedConnection,
    sentinel::{SentinelClient, SentinelServerType},
};
use tokio::{sync::Mutex, time::timeout};

use crate::{
    opener::{FINDING, limits, silent},
    settings::Servers,
    slots,
};

/// Finds the masters.
pub(crate) enum Masters {
    One(Box<ConnectionInfo>),
    Cluster(Vec<ConnectionInfo>),
    Sentinel(Box<Mutex<SentinelClient>>),
}

impl Masters {
    pub(crate) fn new(servers: &Servers) -> RedisResult<Self> {
        Ok(match servers.clone() {
            Servers::One(server) => Self::One(Box::new(server)),
            Servers::Cluster(nodes) => Self::Cluster(nodes),
            Servers::Sentinel {
                sentinels,
                master,
                node,
            } => {
                let client =
                    SentinelClient::build(sentinels, master, Some(node), SentinelServerType::Master)?;
                Self::Sentinel(Box::new(Mutex::new(client)))
            }
        })
    }

    /// The masters as they are now.
    pub(crate) async fn look_up(&self) -> RedisResult<Vec<ConnectionInfo>> {
        match self {
            Self::One(server) => Ok(vec![ConnectionInfo::clone(server)]),
            Self::Cluster(nodes) => of_cluster(nodes).await,
            Self::Sentinel(client) => {
                let asking = async { client.lock().await.async_get_client().await };
                let master = timeout(FINDING, asking).await.map_err(|_elapsed| silent())??;
                Ok(vec![master.get_connection_info().clone()])
            }
        }
    }
}

/// To compare: the order in which they are told means nothing.
pub(crate) fn addresses(masters: &[ConnectionInfo]) -> BTreeSet<String> {
    masters.iter().map(|master| master.addr().to_string()).collect()
}

/// As the first node says that answers.
async fn of_cluster(nodes: &[ConnectionInfo]) -> RedisResult<Vec<ConnectionInfo>> {
    let mut last = silent();
    for node in nodes {
        match ask_for_slots(node).await {
            Ok(slots) => return Ok(masters(&slots, node)),
            Err(error) => last = error,
        }
    }
    Err(last)
}

async fn ask_for_slots(node: &ConnectionInfo) -> RedisResult<Vec<Value>> {
    let mut connection = open(node).await?;
    slots::question().query_async(&mut connection).await
}

/// A connection of one's own.
pub(crate) async fn open(server: &ConnectionInfo) -> RedisResult<MultiplexedConnection> {
    let client = Client::open(server.clone())?;
    client
        .get_multiplexed_async_connection_with_config(&limits())
        .await
}

/// Each once.
fn masters(slots: &[Value], asked: &ConnectionInfo) -> Vec<ConnectionInfo> {
    let mut seen = BTreeSet::new();
    let found = slots::read(slots).into_iter().map(|range| range.master);
    found
        .filter(|one| seen.insert(one.clone()))
        .map(|(host, port)| asked.clone().set_addr(at(asked.addr(), host, port)))
        .collect()
}

/// Over TLS where the URL says so. A node that does not know its own name is the one that was asked.
fn at(asked: &ConnectionAddr, host: Option<String>, port: u16) -> ConnectionAddr {
    let known = host.filter(|host| !host.is_empty());
    match asked {
        ConnectionAddr::TcpTls { host: own, .. } => ConnectionAddr::TcpTls {
            host: known.unwrap_or_else(|| own.clone()),
            port,
            insecure: false,
            tls_params: None,
        },
        ConnectionAddr::Tcp(own, _) => ConnectionAddr::Tcp(known.unwrap_or_else(|| own.clone()), port),
        other => other.clone(),
    }
}
