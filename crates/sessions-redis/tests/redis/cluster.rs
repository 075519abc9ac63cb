//! A cluster of a test's own, whose nodes may fail.

use std::time::{Duration, Instant};

use wechat_login_domain::ports::Sessions;
use wechat_login_sessions_redis::{ConnectError, FeedEvent, RedisStore};
use wechat_login_testkit::sample::{digest, session};

use crate::{
    common,
    own_server::{OwnServer, free_port, run},
};

/// Less than what a session check may take.
const BUDGET: Duration = Duration::from_millis(450);
const SLOTS: [(&str, &str); 3] = [("0", "5460"), ("5461", "10922"), ("10923", "16383")];

pub(crate) async fn cluster() -> Vec<OwnServer> {
    let mut nodes = Vec::new();
    let mut bus_ports = Vec::new();
    for (first, last) in SLOTS {
        let bus_port = free_port().to_string();
        let arguments = [
            "--cluster-enabled",
            "yes",
            "--cluster-node-timeout",
            "60000",
            "--cluster-port",
            &bus_port,
        ];
        let node = OwnServer::start(&arguments).await;
        let () = run(
            &mut node.connection().await,
            &["CLUSTER", "ADDSLOTSRANGE", first, last],
        )
        .await;
        nodes.push(node);
        bus_ports.push(bus_port);
    }
    let mut connection = nodes[0].connection().await;
    for (node, bus_port) in nodes.iter().zip(&bus_ports).skip(1) {
        let port = node.port().to_string();
        let () = run(
            &mut connection,
            &["CLUSTER", "MEET", "127.0.0.1", &port, bus_port],
        )
        .await;
    }
    let begun = Instant::now();
    for node in &nodes {
        let mut connection = node.connection().await;
        loop {
            let state: String = run(&mut connection, &["CLUSTER", "INFO"]).await;
            if state.contains("cluster_state:ok") && state.contains("cluster_known_nodes:3") {
                break;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "{state}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    nodes
}

pub(crate) fn url(nodes: &[OwnServer]) -> String {
    let hosts: Vec<_> = nodes
        .iter()
        .map(|node| format!("127.0.0.1:{}", node.port()))
        .collect();
    format!("redis+cluster://{}", hosts.join(","))
}

/// How many of the sessions can be read; each answer within the budget.
async fn readable(store: &RedisStore) -> usize {
    let mut count = 0;
    for n in 0..12 {
        let begun = Instant::now();
        let found = store.sessions().find(&digest(n)).await;
        assert!(begun.elapsed() < BUDGET, "{:?}", begun.elapsed());
        assert!(
            found.as_ref().is_err() || found.as_ref().is_ok_and(Option::is_some),
            "unknown is not none"
        );
        count += usize::from(found.is_ok());
    }
    count
}

async fn all_are_readable_within_a_second(store: &RedisStore) {
    let begun = Instant::now();
    while readable(store).await < 12 {
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_hangs_takes_its_own_sessions_along_and_no_others() {
    let nodes = cluster().await;
    let store = common::connect(&url(&nodes), "wl:").await;
    let mut events = store.feed();
    assert_eq!(events.recv().await, Some(FeedEvent::Up));
    for n in 0..12 {
        store.sessions().insert(&digest(n), &session()).await.unwrap();
    }
    all_are_readable_within_a_second(&store).await;
    nodes[1].pause();
    let left = readable(&store).await;
    assert!((1..12).contains(&left), "{left}");
    while events.recv().await.expect("the feed goes on") != FeedEvent::Lost {}
    nodes[1].resume();
    all_are_readable_within_a_second(&store).await;
    while events.recv().await.expect("the feed goes on") != FeedEvent::Up {}
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_connections_are_invisible_on_a_cluster_too() {
    let nodes = cluster().await;
    let store = common::connect(&url(&nodes), "wl:").await;
    for n in 0..12 {
        store.sessions().insert(&digest(n), &session()).await.unwrap();
    }
    for _ in 0..10 {
        for node in &nodes {
            let mut connection = node.connection().await;
            let _killed: u32 = run(
                &mut connection,
                &["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"],
            )
            .await;
        }
        assert_eq!(readable(&store).await, 12);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_misses_slots_is_refused() {
    let node = OwnServer::start(&[
        "--cluster-enabled",
        "yes",
        "--cluster-port",
        &free_port().to_string(),
    ])
    .await;
    let error = common::try_connect(&url(&[node]), "wl:")
        .await
        .err()
        .expect("no node has a slot");
    assert!(
        matches!(error, ConnectError::ClusterDown | ConnectError::Unreachable(_)),
        "{error:?}"
    );
}
