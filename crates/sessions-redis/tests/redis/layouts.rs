//! Values of other versions, as a rolling upgrade meets them.

use std::error::Error;

use deadpool_redis::redis::cmd;
use time::{Duration, OffsetDateTime};
use wechat_login_domain::{
    PendingLogin, PortError, Session,
    ports::{AppTokens, Exchanges, PendingLogins, Seen, SessionKeys, Sessions, Taking},
};
use wechat_login_testkit::sample::{
    NOW, alice, code_digest, digest, pending_login, session, session_key, shop_mini, state,
};

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
    let pending_logins = store.pending_logins();
    is_newer(pending_logins.take(&state(1), &digest(5), &[7; 32], NOW).await);
    is_newer(pending_logins.find(&state(1), &digest(5), NOW).await);
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

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_the_version_before_began_is_taken_once_and_for_all() {
    let prefix = common::prefix();
    let store = common::connect(&common::server(), &prefix).await;
    let pending = PendingLogin {
        return_to: Some("/a".into()),
        ..pending_login()
    };
    // Layout 1: begun, expires, browser; texts, each behind its length plus one: app, address called back, way back.
    let microseconds = |moment: OffsetDateTime| {
        let microseconds = moment.unix_timestamp_nanos() / 1000;
        i64::try_from(microseconds).unwrap().to_be_bytes()
    };
    let mut value = vec![1];
    value.extend(microseconds(pending.created_at));
    value.extend(microseconds(pending.expires_at));
    value.extend(pending.browser.as_bytes());
    for text in [pending.app.as_str(), &pending.redirect_uri, "/a"] {
        value.push(u8::try_from(text.len() + 1).unwrap());
        value.extend(text.as_bytes());
    }
    let mut set = cmd("SET");
    set.arg(format!("{prefix}pending:{}", state(1).expose()))
        .arg(value)
        .arg("PX")
        .arg(60_000);
    let () = set
        .query_async(&mut connection(&common::server()).await)
        .await
        .unwrap();

    let pending_logins = store.pending_logins();
    let seen = pending_logins.find(&state(1), &pending.browser, NOW).await;
    let waiting = Seen {
        pending: pending.clone(),
        outcome: None,
    };
    assert_eq!(seen.unwrap(), Some(waiting));
    let take = async |browser| {
        pending_logins
            .take(&state(1), &browser, &[7; 32], NOW)
            .await
            .unwrap()
    };
    assert_eq!(take(digest(6)).await, Taking::Nobodys);
    assert_eq!(take(pending.browser).await, Taking::Taken(pending.clone()));
    assert_eq!(take(pending.browser).await, Taking::Nobodys);
}
