//! What becomes of calls, and of those after them, when the database or the caller goes away.
#![expect(clippy::unwrap_used, reason = "in the helpers too, what fails is the test")]

#[expect(dead_code, reason = "not every test needs all of it")]
mod common;

use std::time::{Duration, Instant};

use mysql_async::prelude::Queryable;
use wechat_login_domain::{
    Revocation, RevokedBecause, UserId,
    ports::{Revocations, Users},
    resolve::{Identification, Resolution},
};
use wechat_login_store_mysql::{MysqlStore, Settings};
use wechat_login_testkit::sample::{NOW, alice, bob, digest, openid, shop_mini, unionid};

use self::common::{TestDatabase, proxy::Proxy};

/// A store behind a proxy.
async fn behind_proxy(pool_size: usize) -> (TestDatabase, Proxy, MysqlStore) {
    behind_proxy_with(pool_size, TestDatabase::settings).await
}

/// For what is not about time.
async fn patiently_behind_proxy(pool_size: usize) -> (TestDatabase, Proxy, MysqlStore) {
    behind_proxy_with(pool_size, TestDatabase::patient_settings).await
}

async fn behind_proxy_with(
    pool_size: usize,
    settings: impl Fn(&TestDatabase) -> Settings,
) -> (TestDatabase, Proxy, MysqlStore) {
    let database = TestDatabase::empty().await;
    database.migrate().await;
    let proxy = Proxy::start().await;
    let settings = Settings {
        url: proxy.url(&database).into(),
        pool_size,
        ..settings(&database)
    };
    let store = common::open(&settings).await;
    (database, proxy, store)
}

/// Not [`Users::find`], which a session check waits for and so gives up early.
async fn find(store: &MysqlStore, id: UserId) -> UserId {
    store.users().find_account(id).await.unwrap().unwrap().user.id
}

async fn sign_in(store: &MysqlStore, asked: &Identification) -> UserId {
    match store.users().resolve(asked, NOW).await.unwrap() {
        Resolution::User { user, .. } => user.id,
        Resolution::Refused(refusal) => panic!("{refusal:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_query_never_hands_its_row_to_the_next_caller() {
    let (_database, proxy, store) = patiently_behind_proxy(1).await;
    let (alices, bobs) = (
        sign_in(&store, &alice().at(&shop_mini())).await,
        sign_in(&store, &bob().at(&shop_mini())).await,
    );
    proxy.delay(Duration::from_millis(5));
    for microseconds in (0..8_000).step_by(400) {
        let users = store.users();
        let cancelled = tokio::spawn(async move { users.find(alices).await });
        tokio::time::sleep(Duration::from_micros(microseconds)).await;
        cancelled.abort();
        drop(cancelled.await);
        assert_eq!(find(&store, bobs).await, bobs, "after {microseconds} µs");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_took_too_long_never_hands_its_row_to_the_next_caller() {
    let (_database, proxy, store) = patiently_behind_proxy(1).await;
    let (alices, bobs) = (
        sign_in(&store, &alice().at(&shop_mini())).await,
        sign_in(&store, &bob().at(&shop_mini())).await,
    );
    proxy.freeze();
    store.users().find(alices).await.unwrap_err();
    proxy.thaw();
    assert_eq!(find(&store, bobs).await, bobs);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_answers_nothing_fails_calls_in_time_and_comes_back_by_itself() {
    let (_database, proxy, store) = behind_proxy(4).await;
    let id = sign_in(&store, &alice().at(&shop_mini())).await;
    for _ in 0..2 {
        proxy.freeze();
        let began = Instant::now();
        let calls: Vec<_> = (0..50)
            .map(|n| {
                let (users, revocations) = (store.users(), store.revocations());
                tokio::spawn(async move {
                    match n % 3 {
                        0 => users.find(id).await.map(drop),
                        1 => revocations.since(NOW).await.map(drop),
                        _ => users.resolve(&alice().at(&shop_mini()), NOW).await.map(drop),
                    }
                })
            })
            .collect();
        for call in calls {
            let error = call.await.unwrap().unwrap_err();
            assert_eq!(error.to_string(), "the database is unavailable");
        }
        let took = began.elapsed();
        assert!(took < Duration::from_secs(3), "{took:?}");

        proxy.thaw();
        assert_eq!(sign_in(&store, &alice().at(&shop_mini())).await, id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_were_closed_while_nobody_used_them_are_not_noticed() {
    let (database, proxy, store) = patiently_behind_proxy(4).await;
    let id = sign_in(&store, &alice().at(&shop_mini())).await;
    let fill_the_pool = || async {
        let calls = (0..12).map(|_| {
            let users = store.users();
            tokio::spawn(async move { users.find_account(id).await })
        });
        for call in calls.collect::<Vec<_>>() {
            call.await.unwrap().unwrap();
        }
    };
    for round in 0..5 {
        fill_the_pool().await;
        proxy.cut();
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(find(&store, id).await, id, "{round}");
    }
    // As a server does it that is shut down or tired of waiting.
    for round in 0..5 {
        fill_the_pool().await;
        let mut admin = common::admin().await;
        let ours = format!(
            "SELECT id FROM information_schema.processlist WHERE db = '{}'",
            database.name
        );
        for process in admin.query::<u64, _>(ours).await.unwrap() {
            drop(admin.query_drop(format!("KILL {process}")).await);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        let ended = Revocation::Session {
            digest: digest(round),
            because: RevokedBecause::LoggedOut,
            bars_until: NOW,
        };
        store.revocations().record(&ended).await.unwrap();
        admin.disconnect().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_is_cut_off_anywhere_leaves_all_or_nothing_and_the_next_one_heals() {
    let (database, proxy, store) = patiently_behind_proxy(1).await;
    sign_in(&store, &alice().at(&shop_mini())).await;
    for packets in 0..40 {
        let asked = Identification {
            openid: openid(&format!("o{packets}")),
            unionid: Some(unionid(&format!("u{packets}"))),
            ..alice().at(&shop_mini())
        };
        proxy.cut_after(packets % 20);
        drop(store.users().resolve(&asked, NOW).await);
        proxy.cut_after(-1);
        let id = sign_in(&store, &asked).await;
        let account = store.users().find_account(id).await.unwrap().unwrap();
        assert_eq!(account.methods.len(), 2, "after {packets} packets");
    }
    let mut connection = database.connect().await;
    let orphans =
        "SELECT COUNT(*) FROM login_methods m LEFT JOIN users u ON u.id = m.user_id WHERE u.id IS NULL";
    let lonely =
        "SELECT COUNT(*) FROM users u LEFT JOIN login_methods m ON m.user_id = u.id WHERE m.id IS NULL";
    for sql in [orphans, lonely] {
        assert_eq!(
            connection.query_first::<u64, _>(sql).await.unwrap(),
            Some(0),
            "{sql}"
        );
    }
    assert_eq!(
        connection
            .query_first::<u64, _>("SELECT COUNT(*) FROM users")
            .await
            .unwrap(),
        Some(41)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_somebody_holds_fails_logins_in_time_and_only_as_long() {
    let (database, _proxy, store) = behind_proxy(4).await;
    let mut holder = database.connect().await;
    holder.query_drop("BEGIN").await.unwrap();
    let hold = "INSERT INTO login_methods
         SELECT 'wechat_openid', ?, ?, x'00112233445566778899aabbccddeeff', x'', x'', NULL, NOW(6), NOW(6)";
    let asked = alice().at(&shop_mini());
    let key = (asked.app_id.as_str(), asked.openid.as_str());
    holder.exec_drop(hold, key).await.unwrap();

    let began = Instant::now();
    let logins: Vec<_> = (0..60)
        .map(|_| {
            let (users, asked) = (store.users(), asked.clone());
            tokio::spawn(async move { users.resolve(&asked, NOW).await })
        })
        .collect();
    for login in logins {
        login.await.unwrap().unwrap_err();
    }
    assert!(
        began.elapsed() < Duration::from_millis(3500),
        "{:?}",
        began.elapsed()
    );

    let waiting = tokio::spawn({
        let (users, asked) = (store.users(), asked.clone());
        async move { users.resolve(&asked, NOW).await }
    });
    // Longer than a lock is waited for, so that it has to be tried again.
    tokio::time::sleep(Duration::from_millis(1300)).await;
    holder.query_drop("ROLLBACK").await.unwrap();
    waiting.await.unwrap().unwrap();
    sign_in(&store, &asked).await;
}
