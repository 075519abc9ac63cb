//! What is over goes, what is not stays, and the file stays bounded.
#![expect(clippy::unwrap_used, reason = "in the helpers too, what fails is the test")]

mod common;

use std::{fs, path::Path};

use diesel::{
    Connection, RunQueryDsl, SqliteConnection, connection::SimpleConnection, dsl::sql, select,
    sql_types::BigInt,
};
use time::{Duration, OffsetDateTime};
use wechat_login_domain::{
    AppId, PendingLogin, Revocation, RevokedBecause, Session, UserId,
    ports::{
        AppTokens, Exchanges, KeptAnswer, KeptAppToken, PendingLogins, Revocations, SessionKeys, Sessions,
    },
};
use wechat_login_store_sqlite::SqliteStore;
use wechat_login_testkit::sample::{self, NOW, alice, bob, digest, session_key, shop_mini};

const OVER: OffsetDateTime = NOW.saturating_sub(Duration::MICROSECOND);
const ALIVE: OffsetDateTime = NOW.saturating_add(Duration::MICROSECOND);

fn connect(folder: &Path) -> SqliteConnection {
    SqliteConnection::establish(folder.join("test.db").to_str().unwrap()).unwrap()
}

fn rows(folder: &Path, table: &str) -> i64 {
    let count = sql::<BigInt>(&format!("(SELECT count(*) FROM {table})"));
    select(count).get_result(&mut connect(folder)).unwrap()
}

fn ended(n: u8, bars_until: OffsetDateTime) -> Revocation {
    Revocation::Session {
        digest: digest(n),
        because: RevokedBecause::LoggedOut,
        bars_until,
    }
}

/// One row of each table that ended so long before `end`.
async fn fill(store: &SqliteStore, n: u8, end: OffsetDateTime) {
    let session = Session {
        expires_at: end - Duration::DAY,
        ..sample::session()
    };
    store.sessions().insert(&digest(n), &session).await.unwrap();
    store.revocations().record(&ended(n, end)).await.unwrap();
    let exchanges = store.exchanges();
    let code = sample::code_digest(&format!("code{n}"));
    assert!(exchanges.claim(&code, end - Duration::MINUTE, end).await.unwrap());
    let kept = exchanges
        .claim_answer(&[n; 32], &[n; 32], end - Duration::MINUTE, end)
        .await;
    assert_eq!(kept.unwrap(), KeptAnswer::Claimed);
    let pending = PendingLogin {
        expires_at: end,
        ..sample::pending_login()
    };
    store
        .pending_logins()
        .insert(&sample::state(n.into()), &pending)
        .await
        .unwrap();
    let (app, person) = (shop_mini(), if n == 1 { alice() } else { bob() });
    let keys = store.session_keys();
    let exchanged_at = end - Duration::days(30);
    let kept = KeptAppToken {
        token: sample::app_token(n),
        refresh_at: exchanged_at,
        expires_at: end - Duration::DAY,
    };
    let app_id = AppId::parse(&format!("wx{n}")).unwrap();
    store.app_tokens().put(&app_id, &kept).await.unwrap();
    keys.put(&app.app_id, &person.openid(&app), &session_key(n), exchanged_at)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_over_goes_and_what_is_not_stays() {
    let (folder, store) = common::fresh().await;
    fill(&store, 1, OVER).await;
    fill(&store, 2, ALIVE).await;
    let alias = Revocation::Alias {
        merged: UserId::from_bytes([1; 16]),
        into: UserId::from_bytes([2; 16]),
    };
    store.revocations().record(&alias).await.unwrap();

    assert_eq!(store.sweep(NOW).await.unwrap(), 7);
    assert_eq!(store.sweep(NOW).await.unwrap(), 0);
    for table in [
        "sessions",
        "exchanges",
        "kept_answers",
        "pending_logins",
        "session_keys",
        "app_tokens",
    ] {
        assert_eq!(rows(folder.path(), table), 1, "{table}");
    }
    assert!(store.sessions().find(&digest(2)).await.unwrap().is_some());
    let left = store
        .revocations()
        .all(OVER - Duration::days(365))
        .await
        .unwrap()
        .rows;
    assert_eq!(left, [ended(2, ALIVE), alias]);
    let pending_logins = store.pending_logins();
    let left = pending_logins.find(&sample::state(2), &digest(5), NOW).await;
    assert!(left.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_is_not_swept_with_the_token_that_it_is_to_replace() {
    let (_folder, store) = common::fresh().await;
    let (tokens, app_id) = (store.app_tokens(), shop_mini().app_id);
    let kept = KeptAppToken {
        token: sample::app_token(1),
        refresh_at: NOW - Duration::WEEK,
        expires_at: NOW - Duration::WEEK,
    };
    tokens.put(&app_id, &kept).await.unwrap();
    let until = NOW + Duration::SECOND;
    assert!(tokens.claim_fetch(&app_id, NOW, until).await.unwrap());
    assert_eq!(store.sweep(NOW).await.unwrap(), 0);
    assert!(!tokens.claim_fetch(&app_id, NOW, until).await.unwrap());
    assert_eq!(store.sweep(until + Duration::DAY).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_good_is_not_swept_whatever_was_there_before_or_is_claimed_since() {
    let (_folder, store) = common::fresh().await;
    let (tokens, app_id) = (store.app_tokens(), shop_mini().app_id);
    let kept = |expires_at| KeptAppToken {
        token: sample::app_token(1),
        refresh_at: expires_at,
        expires_at,
    };
    tokens.put(&app_id, &kept(NOW - Duration::WEEK)).await.unwrap();
    let good = kept(NOW + Duration::WEEK);
    tokens.put(&app_id, &good).await.unwrap();
    assert_eq!(store.sweep(NOW).await.unwrap(), 0);
    let until = NOW + Duration::SECOND;
    assert!(tokens.claim_fetch(&app_id, NOW, until).await.unwrap());
    assert_eq!(store.sweep(NOW + Duration::days(6)).await.unwrap(), 0);
    assert_eq!(tokens.find(&app_id, NOW).await.unwrap(), Some(good));
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_a_batch_goes_too_and_the_file_shrinks() {
    let (folder, store) = common::fresh().await;
    connect(folder.path())
        .batch_execute(
            "WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 12345)
             INSERT INTO pending_logins
                 (state, app, browser, redirect_uri, return_to, created_at, expires_at)
             SELECT printf('%032d', value), 'shop', randomblob(32), hex(randomblob(500)), NULL, 0, 0 FROM n",
        )
        .unwrap();
    let size = || fs::metadata(folder.path().join("test.db")).unwrap().len();
    assert_eq!(store.sweep(NOW).await.unwrap(), 12345);
    assert_eq!(rows(folder.path(), "pending_logins"), 0);
    connect(folder.path())
        .batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")
        .unwrap();
    assert!(size() < 4_000_000, "{} bytes of 15 million are left", size());
    let log = fs::metadata(folder.path().join("test.db-wal")).unwrap().len();
    assert!(log < 20_000_000, "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_waits_for_no_more_than_a_batch() {
    let (folder, store) = common::fresh().await;
    connect(folder.path())
        .batch_execute(
            "WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 20000)
             INSERT INTO exchanges SELECT randomblob(32), 0 FROM n",
        )
        .unwrap();
    let sweeping = tokio::spawn({
        let store = store.clone();
        async move { store.sweep(NOW).await }
    });
    let mut longest = std::time::Duration::ZERO;
    let mut n = 0_u16;
    while !sweeping.is_finished() && n < 2000 {
        let began = std::time::Instant::now();
        let code = sample::code_digest(&format!("code{n}"));
        store
            .exchanges()
            .claim(&code, NOW, NOW + Duration::MINUTE)
            .await
            .unwrap();
        longest = longest.max(began.elapsed());
        n += 1;
    }
    assert_eq!(sweeping.await.unwrap().unwrap(), 20000);
    assert!(n > 10, "{n} logins came in between");
    assert!(longest.as_millis() < 500, "{longest:?}");
}
