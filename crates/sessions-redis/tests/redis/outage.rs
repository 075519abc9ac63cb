//! What callers see while Redis is away, and how soon it is back.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use wechat_login_domain::{
    Dependency, PortError, SessionToken, State,
    ports::{Exchanges, PendingLogins, Sessions, Taking},
};
use wechat_login_sessions_redis::RedisStore;
use wechat_login_testkit::{
    fake::SeededEntropy,
    sample::{NOW, code_digest, digest, pending_login, session, state},
};

use crate::{
    common,
    own_server::{OwnServer, connection, run},
};

/// Less than what a session check may take.
const BUDGET: Duration = Duration::from_millis(450);

async fn take(store: &RedisStore, state: &State) -> Result<Taking, PortError> {
    let pending_logins = store.pending_logins();
    pending_logins
        .take(state, &pending_login().browser, &[7; 32], NOW)
        .await
}

/// Every kind of call fails, all of them within the budget, and all with "unknown" as the answer.
async fn fails(store: &RedisStore) {
    let begun = Instant::now();
    let (sessions, exchanges) = (store.sessions(), store.exchanges());
    let (session, code, state) = (session(), code_digest("a"), state(1));
    let until = NOW + time::Duration::MINUTE;
    let (digest, other) = (digest(1), digest(2));
    let results: [Result<(), PortError>; 6] = tokio::join!(
        async { sessions.find(&digest).await.map(drop) },
        async { sessions.insert(&other, &session).await },
        async { sessions.renew(&digest, &session, &session).await.map(drop) },
        async { exchanges.claim(&code, NOW, until).await.map(drop) },
        async { take(store, &state).await.map(drop) },
        async { store.ping().await },
    )
    .into();
    let elapsed = begun.elapsed();
    assert!(elapsed < BUDGET, "{elapsed:?}");
    for (n, result) in results.into_iter().enumerate() {
        let error = result.expect_err(&format!("call {n} cannot know"));
        assert_eq!(error.dependency, Dependency::Redis);
    }
}

/// Within a second of the server's return.
async fn recovers(store: &RedisStore) {
    let begun = Instant::now();
    while store.sessions().find(&digest(1)).await.is_err() {
        assert!(begun.elapsed() < Duration::from_secs(1));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(begun.elapsed() < Duration::from_secs(1));
    store
        .sessions()
        .insert(&digest(1), &session())
        .await
        .expect("Redis answers");
    store
        .pending_logins()
        .insert(&state(1), &pending_login())
        .await
        .expect("Redis answers");
    assert_eq!(
        take(store, &state(1)).await.expect("Redis answers"),
        Taking::Taken(pending_login())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_down_fails_fast_and_is_back_at_once() {
    let server = OwnServer::start(&[]).await;
    let store = common::connect(&server.url(), "wl:").await;
    recovers(&store).await;
    let ended = server.kill();
    for _ in 0..3 {
        fails(&store).await;
    }
    let _server = ended.start_again().await;
    recovers(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_callers_of_a_server_that_is_down_fail_as_fast_as_one() {
    let server = OwnServer::start(&[]).await;
    let store = common::connect(&server.url(), "wl:").await;
    let _ended = server.kill();
    let sessions = Arc::new(store.sessions());
    let begun = Instant::now();
    let calls: Vec<_> = (0..200)
        .map(|_| {
            let sessions = Arc::clone(&sessions);
            tokio::spawn(async move { sessions.find(&digest(1)).await.is_err() })
        })
        .collect();
    for call in calls {
        assert!(call.await.unwrap());
    }
    assert!(begun.elapsed() < BUDGET, "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_fails_in_time_and_is_back_at_once() {
    let server = OwnServer::start(&[]).await;
    let store = common::connect(&server.url(), "wl:").await;
    recovers(&store).await;
    server.pause();
    for _ in 0..6 {
        fails(&store).await;
    }
    server.resume();
    recovers(&store).await;
}

/// An attempt to connect takes longer than a call may, so it ends when nobody waits for it any more: the next caller begins anew, however
/// much later it comes.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_could_not_be_opened_in_time_is_not_held_against_the_next_caller() {
    let server = OwnServer::start(&["--requirepass", "right"]).await;
    let url = format!("redis://:right@127.0.0.1:{}", server.port());
    let store = common::connect(&url, "wl:").await;
    let mut connection = connection(&url).await;
    for _ in 0..2 {
        store.sessions().find(&digest(1)).await.unwrap();
    }
    let _killed: u32 = run(
        &mut connection,
        &["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"],
    )
    .await;
    server.pause();
    for _ in 0..2 {
        assert!(store.sessions().find(&digest(1)).await.is_err());
    }
    tokio::time::sleep(Duration::from_millis(600)).await;
    server.resume();
    tokio::time::sleep(Duration::from_millis(100)).await;
    for _ in 0..2 {
        store.sessions().find(&digest(1)).await.unwrap();
    }
}

/// A retry after a timeout would do things twice, and nothing may pile up at a server that hangs.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_is_not_stormed_with_connections() {
    let server = OwnServer::start(&[]).await;
    let store = common::connect(&server.url(), "wl:").await;
    recovers(&store).await;
    server.pause();
    let sessions = Arc::new(store.sessions());
    for _ in 0..8 {
        let calls: Vec<_> = (0..50)
            .map(|_| {
                let sessions = Arc::clone(&sessions);
                tokio::spawn(async move { sessions.find(&digest(1)).await.is_err() })
            })
            .collect();
        for call in calls {
            assert!(call.await.unwrap());
        }
    }
    server.resume();
    recovers(&store).await;
    let mut connection = server.connection().await;
    let state: String = run(&mut connection, &["INFO", "stats"]).await;
    let received = state
        .lines()
        .find_map(|line| line.strip_prefix("total_connections_received:"));
    let received: u32 = received.unwrap().trim().parse().unwrap();
    assert!(received < 20, "{received}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_whose_taking_was_not_answered_is_gone() {
    let server = OwnServer::start(&[]).await;
    let store = common::connect(&server.url(), "wl:").await;
    store
        .pending_logins()
        .insert(&state(1), &pending_login())
        .await
        .unwrap();
    store
        .pending_logins()
        .insert(&state(2), &pending_login())
        .await
        .unwrap();
    // The pool has a connection to send it over.
    let taken = take(&store, &state(2)).await.unwrap();
    assert_eq!(taken, Taking::Taken(pending_login()));
    server.pause();
    assert!(take(&store, &state(1)).await.is_err());
    server.resume();
    let taken = take(&store, &state(1)).await;
    assert!(taken.is_ok(), "it may be there or not, but nobody was told twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_connections_are_invisible() {
    let server = OwnServer::start(&[]).await;
    let store = common::connect(&server.url(), "wl:").await;
    store.sessions().insert(&digest(1), &session()).await.unwrap();
    let mut connection = server.connection().await;
    for n in 0..200 {
        let _killed: u32 = run(
            &mut connection,
            &["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"],
        )
        .await;
        let found = store.sessions().find(&digest(1)).await;
        assert_eq!(found.unwrap(), Some(session()), "{n}");
        let state = state(n);
        store
            .pending_logins()
            .insert(&state, &pending_login())
            .await
            .unwrap();
        let _killed: u32 = run(
            &mut connection,
            &["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"],
        )
        .await;
        let taken = take(&store, &state).await.unwrap();
        assert_eq!(taken, Taking::Taken(pending_login()), "{n}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_cut_under_load_fail_no_read() {
    let server = OwnServer::start(&[]).await;
    let store = common::connect(&server.url(), "wl:").await;
    store.sessions().insert(&digest(1), &session()).await.unwrap();
    let sessions = Arc::new(store.sessions());
    let readers: Vec<_> = (0..8)
        .map(|_| {
            let sessions = Arc::clone(&sessions);
            tokio::spawn(async move {
                for _ in 0..500 {
                    assert_eq!(sessions.find(&digest(1)).await.unwrap(), Some(session()));
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            })
        })
        .collect();
    let mut connection = server.connection().await;
    while readers.iter().any(|reader| !reader.is_finished()) {
        let _killed: u32 = run(
            &mut connection,
            &["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"],
        )
        .await;
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    for reader in readers {
        reader.await.unwrap();
    }
}

/// The scripts are gone with a restart, and are sent again.
#[tokio::test(flavor = "multi_thread")]
async fn forgotten_scripts_are_taught_again() {
    let server = OwnServer::start(&[]).await;
    let store = common::connect(&server.url(), "wl:").await;
    let mut connection = server.connection().await;
    for code in ["a", "b"] {
        let () = run(&mut connection, &["SCRIPT", "FLUSH"]).await;
        let until = NOW + time::Duration::MINUTE;
        assert!(
            store
                .exchanges()
                .claim(&code_digest(code), NOW, until)
                .await
                .unwrap()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_server_keeps_answering_reads() {
    let server = OwnServer::start(&[]).await;
    let store = common::connect(&server.url(), "wl:").await;
    store.sessions().insert(&digest(1), &session()).await.unwrap();
    let mut connection = server.connection().await;
    let () = run(&mut connection, &["CONFIG", "SET", "maxmemory", "100kb"]).await;
    assert!(store.sessions().insert(&digest(2), &session()).await.is_err());
    assert_eq!(store.sessions().find(&digest(1)).await.unwrap(), Some(session()));
    let () = run(&mut connection, &["CONFIG", "SET", "maxmemory", "0"]).await;
    store.sessions().insert(&digest(2), &session()).await.unwrap();
}

/// A session check runs on a worker that may end; the connection it was the first to need must not end with it.
#[test]
fn a_connection_outlives_the_runtime_that_needed_it_first() {
    let main = tokio::runtime::Runtime::new().unwrap();
    let (server, store) = main.block_on(async {
        let server = OwnServer::start(&[]).await;
        let store = common::connect(&server.url(), "wl:").await;
        (server, store)
    });
    let token = SessionToken::generate(&SeededEntropy::new(1)).digest();
    for _ in 0..4 {
        let worker = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let sessions = store.sessions();
        assert_eq!(worker.block_on(sessions.find(&token)).unwrap(), None);
        let unknown = worker.block_on(take(&store, &state(1)));
        assert_eq!(unknown.unwrap(), Taking::Nobodys);
    }
    let stats: String =
        main.block_on(async { run(&mut server.connection().await, &["INFO", "stats"]).await });
    let received = stats
        .lines()
        .find_map(|line| line.strip_prefix("total_connections_received:"));
    // One that asked whether the port is open, the two of the probe, two lines, one of the pool, and this one.
    assert_eq!(received.map(str::trim), Some("7"));
}
