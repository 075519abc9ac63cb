//! How often Redis is asked, counted by Redis.

use std::collections::BTreeMap;

use deadpool_redis::redis::aio::MultiplexedConnection;
use time::Duration;
use wechat_login_domain::{
    Session,
    ports::{Exchanges, SessionKeys, Sessions},
};
use wechat_login_testkit::sample::{NOW, alice, code_digest, digest, session, session_key, shop_mini};

use crate::{
    common,
    own_server::{OwnServer, run},
};

/// Calls of each command since the count was last reset, without what counting and scripts call.
pub(crate) async fn calls(connection: &mut MultiplexedConnection) -> BTreeMap<String, u64> {
    let stats: String = run(connection, &["INFO", "commandstats"]).await;
    let () = run(connection, &["CONFIG", "RESETSTAT"]).await;
    let parse = |line: &str| {
        let (name, figures) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
        let calls = figures.split_once(',')?.0.parse().ok()?;
        Some((name.to_owned(), calls))
    };
    let mut calls: BTreeMap<_, _> = stats.lines().filter_map(parse).collect();
    // Whether a note must live longer than before is a matter of milliseconds.
    calls.retain(|name, _| !name.starts_with("config") && name != "info" && name != "pexpire");
    calls
}

pub(crate) fn of(counted: &[(&str, u64)]) -> BTreeMap<String, u64> {
    counted
        .iter()
        .map(|&(name, calls)| (name.to_owned(), calls))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_asks_once_and_a_login_twice() {
    let server = OwnServer::start(&[]).await;
    let store = common::connect(&server.url(), "wl:").await;
    let (app, until) = (shop_mini(), NOW + Duration::MINUTE);
    let openid = alice().openid(&app);
    let (sessions, exchanges, keys) = (store.sessions(), store.exchanges(), store.session_keys());
    // Both lines stand, and Redis knows the scripts.
    for n in [1, 2] {
        sessions.insert(&digest(n), &session()).await.unwrap();
        let later = Session {
            last_seen_at: NOW + Duration::HOUR,
            ..session()
        };
        assert!(sessions.renew(&digest(n), &session(), &later).await.unwrap());
        exchanges
            .claim(&code_digest(&n.to_string()), NOW, until)
            .await
            .unwrap();
        keys.put(&app.app_id, &openid, &session_key(n), NOW)
            .await
            .unwrap();
    }
    let mut connection = server.connection().await;
    calls(&mut connection).await;

    sessions.find(&digest(1)).await.unwrap();
    assert_eq!(calls(&mut connection).await, of(&[("get", 1)]), "a check");

    // One script; the rest is what it does inside of Redis.
    assert!(exchanges.claim(&code_digest("new"), NOW, until).await.unwrap());
    assert_eq!(
        calls(&mut connection).await,
        of(&[("evalsha", 1), ("get", 1), ("set", 1)]),
        "a claim"
    );

    // Two commands that are sent together.
    sessions.insert(&digest(3), &session()).await.unwrap();
    assert_eq!(
        calls(&mut connection).await,
        of(&[
            ("set", 1),
            ("eval", 1),
            ("zremrangebyscore", 1),
            ("zadd", 1),
            ("pttl", 1)
        ]),
        "what a login writes"
    );

    keys.put(&app.app_id, &openid, &session_key(3), NOW)
        .await
        .unwrap();
    assert_eq!(
        calls(&mut connection).await,
        of(&[("evalsha", 1), ("get", 1), ("set", 1)]),
        "a session_key"
    );
}
