//! Whether these servers can keep sessions, asked at the start so that the answer is not "503" later.

use std::time::Duration;

use deadpool_redis::redis::{
    Cmd, ConnectionInfo, FromRedisValue, RedisResult, Value, aio::MultiplexedConnection, cmd,
};
use tokio::time::timeout;
use wechat_login_domain::ports::Entropy;

use crate::{ConnectError, masters, opener::Connection, script::Script, server::Server, slots};

/// Sentinels and nodes are asked one after the other.
const PATIENCE: Duration = Duration::from_secs(5);
static NOTHING: Script = Script::new("return redis.call('GET', KEYS[1])");

pub(crate) async fn run(server: &Server, entropy: &dyn Entropy) -> Result<(), ConnectError> {
    let work = async {
        // One by one first: the client of a cluster only says that it cannot connect, and not why.
        let masters = server.masters().look_up().await?;
        look_at(&masters).await?;
        let mut connection = server.opener().open().await?;
        let mut random = [0; 16];
        entropy.fill(&mut random);
        for key in keys(server, &mut connection, &random).await? {
            write(&mut connection, &key).await?;
        }
        Ok(())
    };
    timeout(PATIENCE, work)
        .await
        .unwrap_or(Err(ConnectError::Unreachable(None)))
}

async fn ask<T: FromRedisValue>(connection: &mut Connection, command: &Cmd) -> Result<T, ConnectError> {
    Ok(command.query_async(connection).await?)
}

/// Keys that nobody else has: one on each server that takes writes.
async fn keys(
    server: &Server,
    connection: &mut Connection,
    random: &[u8],
) -> Result<Vec<String>, ConnectError> {
    let name = |n| server.keys().probe(random, n);
    if !server.opener().is_cluster() {
        return Ok(vec![name(0)]);
    }
    let told: Vec<Value> = ask(connection, &slots::question()).await?;
    Ok(slots::on_each_master(&slots::read(&told), name))
}

/// The commands that the adapters use.
async fn write(connection: &mut Connection, key: &str) -> Result<(), ConnectError> {
    let () = ask(connection, cmd("SET").arg(key).arg("1").arg("PX").arg(5000)).await?;
    let _kept: Option<String> = ask(connection, &NOTHING.on(key).whole).await?;
    ask(connection, cmd("GETDEL").arg(key)).await
}

/// Each must answer, and must not drop keys: a server that does when memory is short logs people out, and lets codes be used twice.
async fn look_at(masters: &[ConnectionInfo]) -> Result<(), ConnectError> {
    let mut policies = Vec::new();
    for master in masters {
        let mut connection = masters::open(master).await?;
        let _pong: String = cmd("PING").query_async(&mut connection).await?;
        policies.push(policy(&mut connection).await);
    }
    if policies.iter().any(Option::is_none) {
        tracing::warn!(
            "Redis does not tell its maxmemory-policy: make sure that it is noeviction, or people are logged out when memory is short"
        );
    }
    match policies
        .into_iter()
        .flatten()
        .find(|policy| policy != "noeviction")
    {
        Some(evicting) => Err(ConnectError::Evicting(evicting)),
        None => Ok(()),
    }
}

/// Some refuse to tell their settings and tell this.
async fn policy(server: &mut MultiplexedConnection) -> Option<String> {
    let setting: RedisResult<(String, String)> = cmd("CONFIG")
        .arg("GET")
        .arg("maxmemory-policy")
        .query_async(server)
        .await;
    if let Ok((_name, policy)) = setting {
        return Some(policy);
    }
    let state: String = cmd("INFO").arg("memory").query_async(server).await.ok()?;
    let line = state
        .lines()
        .find_map(|line| line.strip_prefix("maxmemory_policy:"))?;
    Some(line.trim().to_owned())
}
