//! What is in Redis: for how long, and what it shows.

use deadpool_redis::redis::aio::MultiplexedConnection;
use time::Duration;
use wechat_login_domain::{
    SessionToken,
    ports::{AppTokens, Exchanges, KeptAppToken, PendingLogins, SessionKeys, Sessions},
};
use wechat_login_sessions_redis::RedisStore;
use wechat_login_testkit::{
    fake::SeededEntropy,
    sample::{self, NOW, alice, app_token, code, digest, session, session_key, shop_mini, shop_web, state},
};

use crate::{
    common,
    own_server::{connection, run},
};

/// Writes one of everything, by every way there is to write it.
pub(crate) async fn write_everything(store: &RedisStore, token: &SessionToken) {
    let (app, until) = (shop_mini(), NOW + Duration::MINUTE);
    let openid = alice().openid(&app);
    let later = wechat_login_domain::Session {
        last_seen_at: NOW + Duration::HOUR,
        ..session()
    };
    let sessions = store.sessions();
    sessions
        .insert(&token.digest(), &session())
        .await
        .expect("Redis answers");
    assert!(
        sessions
            .renew(&token.digest(), &session(), &later)
            .await
            .expect("Redis answers")
    );

    for key in [0x5a, 0x5b] {
        store
            .session_keys()
            .put(&app.app_id, &openid, &session_key(key), NOW)
            .await
            .expect("Redis answers");
    }

    let exchanges = store.exchanges();
    assert!(
        exchanges
            .claim(&code("code-in-flight").digest(&app.app_id), NOW, until)
            .await
            .expect("Redis answers")
    );
    exchanges
        .claim_answer(&[1; 32], &[2; 32], NOW, until)
        .await
        .expect("Redis answers");
    exchanges
        .claim_answer(&[3; 32], &[4; 32], NOW, until)
        .await
        .expect("Redis answers");
    exchanges
        .keep_answer(&[3; 32], b"sealed")
        .await
        .expect("Redis answers");

    let pending_logins = store.pending_logins();
    let (pending, attempt) = (sample::pending_login(), [7; 32]);
    for n in [1, 2] {
        pending_logins
            .insert(&state(n), &pending)
            .await
            .expect("Redis answers");
    }
    pending_logins
        .take(&state(2), &pending.browser, &attempt, NOW)
        .await
        .expect("Redis answers");
    pending_logins
        .finish(&state(2), b"sealed")
        .await
        .expect("Redis answers");

    let tokens = store.app_tokens();
    let kept = KeptAppToken {
        token: app_token(1),
        refresh_at: NOW + Duration::HOUR,
        expires_at: NOW + Duration::hours(2),
    };
    tokens.put(&app.app_id, &kept).await.expect("Redis answers");
    assert!(
        tokens
            .claim_fetch(&app.app_id, NOW, until)
            .await
            .expect("Redis answers")
    );
    tokens.release(&app.app_id, until).await.expect("Redis answers");
    assert!(
        tokens
            .claim_fetch(&shop_web().app_id, NOW, until)
            .await
            .expect("Redis answers")
    );
    tokens
        .put(&sample::game_pages().app_id, &kept)
        .await
        .expect("Redis answers");
    tokens
        .drop_token(&sample::game_pages().app_id, &kept.token)
        .await
        .expect("Redis answers");
}

async fn keys(connection: &mut MultiplexedConnection, prefix: &str) -> Vec<String> {
    run(connection, &["KEYS", &format!("{prefix}*")]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_key_has_a_time_to_live() {
    let prefix = common::prefix();
    let store = common::connect(&common::server(), &prefix).await;
    write_everything(&store, &SessionToken::generate(&SeededEntropy::new(1))).await;
    let mut connection = connection(&common::server()).await;
    let kinds = [
        ("session:", 1, Duration::days(8)),
        ("user_sessions:", 1, Duration::days(8)),
        ("session_key:", 1, Duration::days(30)),
        ("exchange:code:", 1, Duration::MINUTE),
        ("exchange:answer:", 2, Duration::MINUTE),
        ("pending:", 2, Duration::minutes(10)),
        ("app_token:", 3, Duration::DAY),
    ];
    let keys = keys(&mut connection, &prefix).await;
    assert_eq!(
        keys.len(),
        kinds.iter().map(|(_, count, _)| count).sum::<usize>(),
        "{keys:?}"
    );
    for (kind, count, longest) in kinds {
        let begin = format!("{prefix}{kind}");
        let of_kind: Vec<_> = keys.iter().filter(|key| key.starts_with(&begin)).collect();
        assert_eq!(of_kind.len(), count, "{kind}");
        for key in of_kind {
            let left: i64 = run(&mut connection, &["PTTL", key]).await;
            assert!(
                left > 0 && left <= i64::try_from(longest.whole_milliseconds()).unwrap(),
                "{key} {left}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_outlives_its_end_by_a_day() {
    let prefix = common::prefix();
    let store = common::connect(&common::server(), &prefix).await;
    store.sessions().insert(&digest(1), &session()).await.unwrap();
    let mut connection = connection(&common::server()).await;
    for key in keys(&mut connection, &prefix).await {
        let left: i64 = run(&mut connection, &["PTTL", &key]).await;
        let left = Duration::milliseconds(left);
        assert!(
            left > Duration::days(8) - Duration::MINUTE && left <= Duration::days(8),
            "{left}"
        );
    }
}

/// The browser's week must not end the note of the phone's two months.
#[tokio::test(flavor = "multi_thread")]
async fn a_users_notes_live_as_long_as_the_longest_session_and_hold_no_old_ones() {
    let prefix = common::prefix();
    let store = common::connect(&common::server(), &prefix).await;
    let lasting = |days| wechat_login_domain::Session {
        expires_at: NOW + Duration::days(days),
        ..session()
    };
    store.sessions().insert(&digest(1), &lasting(60)).await.unwrap();
    store.sessions().insert(&digest(2), &lasting(7)).await.unwrap();
    let mut connection = connection(&common::server()).await;
    let user = format!("{prefix}user_sessions:{}", "01".repeat(16));
    let left: i64 = run(&mut connection, &["PTTL", &user]).await;
    assert!(Duration::milliseconds(left) > Duration::days(60));
    let noted: Vec<Vec<u8>> = run(&mut connection, &["ZRANGE", &user, "0", "-1"]).await;
    assert_eq!(
        noted,
        [digest(2).as_bytes().to_vec(), digest(1).as_bytes().to_vec()]
    );

    let later = wechat_login_domain::Session {
        last_seen_at: NOW + Duration::days(9),
        expires_at: NOW + Duration::days(16),
        ..session()
    };
    store.sessions().insert(&digest(3), &later).await.unwrap();
    let noted: Vec<Vec<u8>> = run(&mut connection, &["ZRANGE", &user, "0", "-1"]).await;
    assert_eq!(
        noted,
        [digest(3).as_bytes().to_vec(), digest(1).as_bytes().to_vec()]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_key_and_no_value_shows_a_secret() {
    let prefix = common::prefix();
    let store = common::connect(&common::server(), &prefix).await;
    let token = SessionToken::generate(&SeededEntropy::new(1));
    write_everything(&store, &token).await;
    let (first, second, app_token) = (session_key(0x5a), session_key(0x5b), app_token(1));
    let secrets: [&[u8]; 8] = [
        token.expose().as_bytes(),
        &token.expose().as_bytes()[3..46],
        first.expose().as_bytes(),
        &first.expose_bytes(),
        second.expose().as_bytes(),
        &second.expose_bytes(),
        &app_token.expose().as_bytes()[..32],
        b"code-in-flight",
    ];
    let mut connection = connection(&common::server()).await;
    for key in keys(&mut connection, &prefix).await {
        let kind: String = run(&mut connection, &["TYPE", &key]).await;
        let mut seen: Vec<u8> = run(&mut connection, &["DUMP", &key]).await;
        // A dump is compressed where that saves room.
        if kind == "string" {
            let value: Vec<u8> = run(&mut connection, &["GET", &key]).await;
            seen.extend(value);
        }
        seen.extend(key.as_bytes());
        for secret in secrets {
            assert!(
                !seen.windows(secret.len()).any(|window| window == secret),
                "{key}"
            );
        }
    }
}

/// Redis alone cannot keep a session out: the revocation view does, with what the database holds.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_restored_from_a_copy_is_found_exactly_for_the_revocation_view_to_bar() {
    let prefix = common::prefix();
    let store = common::connect(&common::server(), &prefix).await;
    store.sessions().insert(&digest(1), &session()).await.unwrap();
    let mut connection = connection(&common::server()).await;
    let key = format!("{prefix}session:{}", "01".repeat(32));
    let copy: Vec<u8> = run(&mut connection, &["GET", &key]).await;
    store.sessions().remove(&digest(1)).await.unwrap();
    assert_eq!(store.sessions().find(&digest(1)).await.unwrap(), None);

    let mut restore = deadpool_redis::redis::cmd("SET");
    let () = restore
        .arg(&key)
        .arg(copy)
        .arg("PX")
        .arg(60_000)
        .query_async(&mut connection)
        .await
        .unwrap();
    let found = store.sessions().find(&digest(1)).await.unwrap();
    assert_eq!(
        found,
        Some(session()),
        "digest, user and generation are what it is barred by"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_key_opens_is_as_good_as_gone() {
    let prefix = common::prefix();
    let store = common::connect(&common::server(), &prefix).await;
    write_everything(&store, &SessionToken::generate(&SeededEntropy::new(1))).await;
    let app = shop_mini();
    let (openid, other) = (alice().openid(&app), sample::bob().openid(&app));
    let mut connection = connection(&common::server()).await;
    let name = |openid: &str| format!("{prefix}session_key:{}:{openid}", app.app_id);
    let () = run(
        &mut connection,
        &["RENAME", &name(openid.as_str()), &name(other.as_str())],
    )
    .await;
    assert_eq!(
        store.session_keys().find(&app.app_id, &other, NOW).await.unwrap(),
        None
    );
    let moved = format!("{prefix}app_token:{}", sample::shop_mobile().app_id);
    let () = run(
        &mut connection,
        &["RENAME", &format!("{prefix}app_token:{}", app.app_id), &moved],
    )
    .await;
    assert_eq!(
        store
            .app_tokens()
            .find(&sample::shop_mobile().app_id, NOW)
            .await
            .unwrap(),
        None
    );
}
