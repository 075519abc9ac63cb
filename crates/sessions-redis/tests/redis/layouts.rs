//! Values of other versions, as a rolling upgrade meets them.

use std::error::Error;

use deadpool_redis::redis::cmd;
use time::Duration;
use wechat_login_domain::{
    PortError, Session,
    ports::{AppTokens, Exchanges, PendingLogins, SessionKeys, Sessions},
};
use wechat_login_testkit::sample::{NOW, alice, code_digest, digest, session, session_key, shop_mini, state};

use crate::{
    common,
    own_server::{connection, run},
};

fn is_newer<T: std::fmt::Debug>(result: Result<T, PortError>) {
    let error = result.expect_err("nobody knows what it says");
    let cause = error.source().expect("the log wants to know").to_string();
    assert!(cause.ends_with("a newer wechat-login writes here"), "{cause}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_value_is_a_failure_and_never_nothing() {
    let prefix = common::prefix();
    let store = common::connect(&common::server(), &prefix).await;
    let (app, until) = (shop_mini(), NOW + Duration::MINUTE);
    let (openid, code) = (alice().openid(&app), code_digest("a"));
    store.sessions().insert(&digest(1), &session()).await.unwrap();
    store
        .session_keys()
        .put(&app.app_id, &openid, &session_key(1), NOW)
        .await
        .unwrap();
    store.exchanges().claim(&code, NOW, until).await.unwrap();
    store
        .exchanges()
        .claim_answer(&[1; 32], &[2; 32], NOW, until)
        .await
        .unwrap();
    store
        .app_tokens()
        .claim_fetch(&app.app_id, NOW, until)
        .await
        .unwrap();

    let mut connection = connection(&common::server()).await;
    let pending = format!("{prefix}pending:{}", state(1).expose());
    let () = run(&mut connection, &["SET", &pending, "\u{1}", "PX", "60000"]).await;
    let keys: Vec<String> = run(&mut connection, &["KEYS", &format!("{prefix}*")]).await;
    let values = keys.iter().filter(|key| !key.contains("user_sessions"));
    for key in values {
        let mut write = cmd("SETRANGE");
        let _length: u32 = write
            .arg(key)
            .arg(0)
            .arg(&[9])
            .query_async(&mut connection)
            .await
            .unwrap();
    }

    is_newer(store.sessions().find(&digest(1)).await);
    is_newer(store.session_keys().find(&app.app_id, &openid, NOW).await);
    is_newer(
        store
            .session_keys()
            .put(&app.app_id, &openid, &session_key(2), NOW)
            .await,
    );
    is_newer(store.exchanges().claim(&code, NOW, until).await);
    is_newer(
        store
            .exchanges()
            .claim_answer(&[1; 32], &[2; 32], NOW, until)
            .await,
    );
    is_newer(store.app_tokens().find(&app.app_id, NOW).await);
    is_newer(store.app_tokens().claim_fetch(&app.app_id, NOW, until).await);
    is_newer(store.pending_logins().take(&state(1), NOW).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_keeps_what_a_newer_version_added() {
    let prefix = common::prefix();
    let store = common::connect(&common::server(), &prefix).await;
    store.sessions().insert(&digest(1), &session()).await.unwrap();
    let mut connection = connection(&common::server()).await;
    let key = format!("{prefix}session:{}", "01".repeat(32));
    let _length: u32 = run(&mut connection, &["APPEND", &key, "ADDED"]).await;

    let renewed = Session {
        last_seen_at: NOW + Duration::HOUR,
        expires_at: NOW + Duration::days(8),
        ..session()
    };
    assert!(
        store
            .sessions()
            .renew(&digest(1), &session(), &renewed)
            .await
            .unwrap()
    );
    assert_eq!(
        store.sessions().find(&digest(1)).await.unwrap(),
        Some(renewed.clone())
    );
    assert!(
        !store
            .sessions()
            .renew(&digest(1), &session(), &session())
            .await
            .unwrap()
    );
    let value: Vec<u8> = run(&mut connection, &["GET", &key]).await;
    assert!(value.ends_with(b"ADDED"));
}
