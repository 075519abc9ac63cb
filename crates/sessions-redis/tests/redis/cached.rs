//! Sessions at hand: what they cost, and that they are never those of before.

use std::time::{Duration, Instant};

use deadpool_redis::redis::aio::MultiplexedConnection;
use tokio::time::sleep;
use wechat_login_domain::{Session, TokenDigest, ports::Sessions};
use wechat_login_sessions_redis::{CachedSessions, RedisStore};
use wechat_login_testkit::sample::{digest, session};

use crate::{
    cluster::{cluster, url},
    common,
    own_server::{OwnServer, run},
    round_trips::{calls, of},
};

const ONE: TokenDigest = digest(1);
/// In which everybody hears of a change; most of the time it is a millisecond.
const SOON: Duration = Duration::from_millis(100);

async fn gets(connection: &mut MultiplexedConnection) -> u64 {
    calls(connection).await.get("get").copied().unwrap_or_default()
}

/// Until this session is at hand: the feed is up, and the lines stand.
async fn warm(cached: &CachedSessions, digest: &TokenDigest, connection: &mut MultiplexedConnection) {
    let begun = Instant::now();
    loop {
        cached.find(digest).await.expect("Redis answers");
        gets(connection).await;
        cached.find(digest).await.expect("Redis answers");
        if gets(connection).await == 0 {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(2), "the feed does not come");
        sleep(Duration::from_millis(5)).await;
    }
}

async fn kill_all(connection: &mut MultiplexedConnection) {
    let _killed: u32 = run(connection, &["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]).await;
}

/// A server with a session, and who finds it.
async fn one_server(arguments: &[&str]) -> (OwnServer, RedisStore, MultiplexedConnection) {
    let server = OwnServer::start(arguments).await;
    let store = common::connect(&server.url(), "wl:").await;
    store
        .sessions()
        .insert(&ONE, &session())
        .await
        .expect("Redis answers");
    let connection = server.connection().await;
    (server, store, connection)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warm_check_asks_nothing_and_a_cold_one_asks_once() {
    let (_server, store, mut connection) = one_server(&[]).await;
    let cached = common::cached(&store);
    warm(&cached, &ONE, &mut connection).await;
    let idle = |mut counted: std::collections::BTreeMap<String, u64>| {
        // The feed's own beat.
        counted.remove("ping");
        counted
    };
    for _ in 0..100 {
        assert_eq!(cached.find(&ONE).await.unwrap(), Some(session()));
    }
    assert_eq!(idle(calls(&mut connection).await), of(&[]), "warm");
    store.sessions().insert(&digest(2), &session()).await.unwrap();
    calls(&mut connection).await;
    cached.find(&digest(2)).await.unwrap();
    assert_eq!(idle(calls(&mut connection).await), of(&[("get", 1)]), "cold");
}

/// How long until a removal by another instance is seen, nine times over.
async fn seen_after(
    cached: &CachedSessions,
    elsewhere: &RedisStore,
    mut between: impl AsyncFnMut(),
) -> Duration {
    let mut times = Vec::new();
    for _ in 0..9 {
        elsewhere
            .sessions()
            .insert(&ONE, &session())
            .await
            .expect("Redis answers");
        while cached.find(&ONE).await.expect("Redis answers").is_none() {}
        between().await;
        elsewhere.sessions().remove(&ONE).await.expect("Redis answers");
        let removed = Instant::now();
        while cached.find(&ONE).await.expect("Redis answers").is_some() {
            assert!(removed.elapsed() < Duration::from_secs(1), "it is never seen");
            tokio::task::yield_now().await;
        }
        times.push(removed.elapsed());
    }
    times.sort();
    times[4]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_instance_removes_is_gone_within_100_ms() {
    let (server, store, mut connection) = one_server(&[]).await;
    let cached = common::cached(&store);
    let elsewhere = common::connect(&server.url(), "wl:").await;
    warm(&cached, &ONE, &mut connection).await;
    let median = seen_after(&cached, &elsewhere, async || ()).await;
    assert!(median < SOON, "{median:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn so_it_is_where_the_feed_was_cut_a_moment_before() {
    let (server, store, mut connection) = one_server(&[]).await;
    let cached = common::cached(&store);
    let elsewhere = common::connect(&server.url(), "wl:").await;
    warm(&cached, &ONE, &mut connection).await;
    let median = seen_after(&cached, &elsewhere, async || kill_all(&mut connection).await).await;
    assert!(median < SOON, "{median:?}");
    warm_again(&cached, &elsewhere, &mut connection).await;
}

/// The feed comes back by itself.
async fn warm_again(cached: &CachedSessions, elsewhere: &RedisStore, connection: &mut MultiplexedConnection) {
    elsewhere
        .sessions()
        .insert(&ONE, &session())
        .await
        .expect("Redis answers");
    warm(cached, &ONE, connection).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_by_another_instance_is_seen() {
    let (server, store, mut connection) = one_server(&[]).await;
    let cached = common::cached(&store);
    let elsewhere = common::connect(&server.url(), "wl:").await;
    warm(&cached, &ONE, &mut connection).await;
    let renewed = Session {
        last_seen_at: session().last_seen_at + time::Duration::HOUR,
        ..session()
    };
    assert!(
        elsewhere
            .sessions()
            .renew(&ONE, &session(), &renewed)
            .await
            .unwrap()
    );
    let begun = Instant::now();
    while cached.find(&ONE).await.unwrap() != Some(renewed.clone()) {
        assert!(begun.elapsed() < Duration::from_secs(1));
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emptied_server_has_no_sessions() {
    let (_server, store, mut connection) = one_server(&[]).await;
    let cached = common::cached(&store);
    warm(&cached, &ONE, &mut connection).await;
    let before = cached.connected_since().unwrap();
    let () = run(&mut connection, &["FLUSHALL"]).await;
    let begun = Instant::now();
    while cached.find(&ONE).await.unwrap().is_some() {
        assert!(begun.elapsed() < Duration::from_secs(1));
        tokio::task::yield_now().await;
    }
    assert!(
        cached.connected_since().unwrap() > before,
        "it may be another's copy now"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_at_hand_of_a_server_that_hangs() {
    let (server, store, mut connection) = one_server(&[]).await;
    let cached = common::cached(&store);
    warm(&cached, &ONE, &mut connection).await;
    server.pause();
    let begun = Instant::now();
    while cached.find(&ONE).await.is_ok() {
        assert!(begun.elapsed() < Duration::from_secs(2), "it is served for ever");
        sleep(Duration::from_millis(1)).await;
    }
    for _ in 0..3 {
        assert!(cached.find(&ONE).await.is_err());
    }
    server.resume();
    warm_again(&cached, &store, &mut connection).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_tracking_every_check_asks_and_is_answered() {
    for hidden in ["HELLO", "CLIENT"] {
        let (_server, store, mut connection) = one_server(&["--rename-command", hidden, ""]).await;
        let cached = common::cached(&store);
        for _ in 0..2 {
            cached.find(&ONE).await.unwrap();
        }
        sleep(Duration::from_millis(200)).await;
        calls(&mut connection).await;
        for _ in 0..5 {
            assert_eq!(cached.find(&ONE).await.unwrap(), Some(session()));
        }
        assert_eq!(gets(&mut connection).await, 5, "{hidden}");
    }
}

/// Which node tells of a session is nobody's business but the cluster's, so all of them must.
#[tokio::test(flavor = "multi_thread")]
async fn on_a_cluster_nothing_is_at_hand_unless_every_master_tells() {
    let mut nodes = cluster().await;
    let store = common::connect(&url(&nodes), "wl:").await;
    let cached = common::cached(&store);
    for n in 0..12 {
        store.sessions().insert(&digest(n), &session()).await.unwrap();
    }
    // One whose node stays.
    let mut on_first = nodes[0].connection().await;
    let mut found = None;
    for n in 0..12 {
        gets(&mut on_first).await;
        store.sessions().find(&digest(n)).await.unwrap();
        if gets(&mut on_first).await > 0 {
            found = Some(digest(n));
        }
    }
    let stays = found.expect("a third of them is on each node");
    warm(&cached, &stays, &mut on_first).await;

    let _killed = nodes.remove(1).kill();
    let begun = Instant::now();
    loop {
        gets(&mut on_first).await;
        assert_eq!(cached.find(&stays).await.unwrap(), Some(session()));
        assert_eq!(cached.find(&stays).await.unwrap(), Some(session()));
        if gets(&mut on_first).await == 2 {
            break;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(1),
            "another master's silence means nothing"
        );
    }
}
