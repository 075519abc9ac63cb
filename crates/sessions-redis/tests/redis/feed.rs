//! What the feed says, and that it never goes quiet without a word.

use std::time::{Duration, Instant};

use tokio::{sync::mpsc::UnboundedReceiver, time::timeout};
use wechat_login_domain::{
    TokenDigest,
    ports::{RevocationNews, Sessions},
};
use wechat_login_sessions_redis::FeedEvent;
use wechat_login_testkit::sample::{digest, session};

use crate::{
    common,
    own_server::{OwnServer, run},
};

type Events = UnboundedReceiver<FeedEvent>;

/// The next event, within the time in which everybody must know.
async fn next(events: &mut Events) -> FeedEvent {
    let event = timeout(Duration::from_secs(1), events.recv()).await;
    event
        .expect("somebody says something within a second")
        .expect("the feed goes on")
}

/// Events until this one.
async fn until(events: &mut Events, wanted: FeedEvent) -> Vec<FeedEvent> {
    let mut seen = Vec::new();
    loop {
        let event = next(events).await;
        if event == wanted {
            return seen;
        }
        seen.push(event);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_by_anybody_is_told_and_nothing_else() {
    let prefix = common::prefix();
    let (store, other) = (
        common::connect(&common::server(), &prefix).await,
        common::connect(&common::server(), &prefix).await,
    );
    let stranger = common::connect(&common::server(), &common::prefix()).await;
    let mut events = store.feed();
    assert_eq!(next(&mut events).await, FeedEvent::Up);

    stranger.sessions().insert(&digest(9), &session()).await.unwrap();
    other.sessions().insert(&digest(1), &session()).await.unwrap();
    assert_eq!(next(&mut events).await, FeedEvent::Invalidated(digest(1)));
    let renewed = wechat_login_domain::Session {
        last_seen_at: session().last_seen_at + time::Duration::HOUR,
        ..session()
    };
    assert!(
        store
            .sessions()
            .renew(&digest(1), &session(), &renewed)
            .await
            .unwrap()
    );
    assert_eq!(next(&mut events).await, FeedEvent::Invalidated(digest(1)));
    store.sessions().find(&digest(1)).await.unwrap();
    other.sessions().remove(&digest(1)).await.unwrap();
    assert_eq!(next(&mut events).await, FeedEvent::Invalidated(digest(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_tells_of_the_keys_of_all_its_nodes() {
    let prefix = common::prefix();
    let store = common::connect(&common::cluster(), &prefix).await;
    let mut events = store.feed();
    assert_eq!(next(&mut events).await, FeedEvent::Up);
    for n in 0..30 {
        store.sessions().insert(&digest(n), &session()).await.unwrap();
        assert_eq!(next(&mut events).await, FeedEvent::Invalidated(digest(n)));
    }
}

/// Word of revocations reaches each instance, and none of another prefix; what is known of sessions stays.
async fn news_is_told(url: &str) {
    let prefix = common::prefix();
    let (store, other) = (
        common::connect(url, &prefix).await,
        common::connect(url, &prefix).await,
    );
    let stranger = common::connect(url, &common::prefix()).await;
    let mut both = [store.feed(), other.feed()];
    for events in &mut both {
        assert_eq!(next(events).await, FeedEvent::Up);
    }
    stranger
        .revocation_news()
        .announce()
        .await
        .expect("Redis answers");
    for _ in 0..3 {
        other.revocation_news().announce().await.expect("Redis answers");
        for events in &mut both {
            assert_eq!(next(events).await, FeedEvent::RevocationNews);
        }
    }
    store
        .sessions()
        .insert(&digest(1), &session())
        .await
        .expect("Redis answers");
    for events in &mut both {
        assert_eq!(next(events).await, FeedEvent::Invalidated(digest(1)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn news_is_told_to_all_instances() {
    news_is_told(&common::server()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_it_is_on_a_cluster() {
    news_is_told(&common::cluster()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_announces_never_waits_for_long() {
    let server = OwnServer::start(&[]).await;
    let store = common::connect(&server.url(), "wl:").await;
    let news = store.revocation_news();
    news.announce().await.unwrap();
    server.pause();
    let begun = Instant::now();
    assert!(news.announce().await.is_err());
    assert!(
        begun.elapsed() < Duration::from_millis(500),
        "{:?}",
        begun.elapsed()
    );
    server.resume();
    let _ended = server.kill();
    let begun = Instant::now();
    assert!(news.announce().await.is_err());
    assert!(
        begun.elapsed() < Duration::from_millis(500),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emptied_server_and_an_expired_key_are_told() {
    let server = OwnServer::start(&[]).await;
    let store = common::connect(&server.url(), "wl:").await;
    store.sessions().insert(&digest(1), &session()).await.unwrap();
    let mut events = store.feed();
    assert_eq!(next(&mut events).await, FeedEvent::Up);
    let mut connection = server.connection().await;
    let name = format!("wl:session:{}", "01".repeat(32));
    let _set: u8 = run(&mut connection, &["PEXPIRE", &name, "20"]).await;
    until(&mut events, FeedEvent::Invalidated(digest(1))).await;
    until(&mut events, FeedEvent::Invalidated(digest(1))).await;
    let () = run(&mut connection, &["FLUSHALL"]).await;
    until(&mut events, FeedEvent::AllInvalidated).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_feed_says_so_and_hears_again_afterwards() {
    let server = OwnServer::start(&[]).await;
    let store = common::connect(&server.url(), "wl:").await;
    let mut events = store.feed();
    let mut connection = server.connection().await;
    for n in 0..6 {
        until(&mut events, FeedEvent::Up).await;
        store.sessions().insert(&digest(n), &session()).await.unwrap();
        assert_eq!(
            next(&mut events).await,
            FeedEvent::Invalidated(digest(n)),
            "after {n} cuts"
        );
        let begun = Instant::now();
        let _killed: u32 = run(
            &mut connection,
            &["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"],
        )
        .await;
        assert_eq!(next(&mut events).await, FeedEvent::Lost);
        assert!(
            begun.elapsed() < Duration::from_millis(100),
            "{:?}",
            begun.elapsed()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_or_is_gone_loses_the_feed_within_a_second() {
    let server = OwnServer::start(&[]).await;
    let store = common::connect(&server.url(), "wl:").await;
    let mut events = store.feed();
    until(&mut events, FeedEvent::Up).await;
    server.pause();
    assert_eq!(next(&mut events).await, FeedEvent::Lost);
    server.resume();
    until(&mut events, FeedEvent::Up).await;
    let ended = server.kill();
    assert_eq!(next(&mut events).await, FeedEvent::Lost);
    let _server = ended.start_again().await;
    until(&mut events, FeedEvent::Up).await;
    store.sessions().insert(&digest(1), &session()).await.unwrap();
    until(&mut events, FeedEvent::Invalidated(digest(1))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_tracking_the_feed_ends() {
    for hidden in ["HELLO", "CLIENT"] {
        let server = OwnServer::start(&["--rename-command", hidden, ""]).await;
        let store = common::connect(&server.url(), "wl:").await;
        let mut events = store.feed();
        let ended = timeout(Duration::from_secs(2), events.recv()).await;
        assert_eq!(ended.expect("it ends"), None, "{hidden}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_worked_and_is_refused_goes_on_trying() {
    let server = OwnServer::start(&[]).await;
    let store = common::connect(&server.url(), "wl:").await;
    let mut events = store.feed();
    until(&mut events, FeedEvent::Up).await;
    let mut connection = server.connection().await;
    let () = run(
        &mut connection,
        &["ACL", "SETUSER", "default", "-client|tracking"],
    )
    .await;
    let _killed: u32 = run(
        &mut connection,
        &["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"],
    )
    .await;
    until(&mut events, FeedEvent::Lost).await;
    let more = timeout(Duration::from_secs(2), events.recv()).await;
    assert!(more.is_err(), "it neither hears nor ends: {more:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_nobody_listens_to_ends() {
    let server = OwnServer::start(&[]).await;
    let store = common::connect(&server.url(), "wl:").await;
    let mut events = store.feed();
    until(&mut events, FeedEvent::Up).await;
    drop(events);
    let mut connection = server.connection().await;
    let begun = Instant::now();
    loop {
        let clients: String = run(&mut connection, &["CLIENT", "LIST"]).await;
        // `t` is for a connection that tracks.
        if !clients
            .lines()
            .any(|client| client.contains(" flags=t") || client.contains(" flags=B"))
        {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(2), "{clients}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A digest that no test wrote.
const NOBODYS: TokenDigest = digest(255);

/// Between two feeds nothing is known of what was written.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_while_the_feed_is_down_lies_between_lost_and_up() {
    let server = OwnServer::start(&[]).await;
    let store = common::connect(&server.url(), "wl:").await;
    let mut events = store.feed();
    until(&mut events, FeedEvent::Up).await;
    let mut connection = server.connection().await;
    let _killed: u32 = run(
        &mut connection,
        &["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"],
    )
    .await;
    store.sessions().insert(&NOBODYS, &session()).await.unwrap();
    assert_eq!(next(&mut events).await, FeedEvent::Lost);
    assert_eq!(until(&mut events, FeedEvent::Up).await, []);
}
