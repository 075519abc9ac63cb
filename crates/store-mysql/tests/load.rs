//! Many logins at once, whose affairs cross.
#![expect(clippy::unwrap_used, reason = "in the helpers too, what fails is the test")]

#[expect(dead_code, reason = "not every test needs all of it")]
mod common;

use std::{
    collections::HashSet,
    env,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use mysql_async::prelude::Queryable;
use wechat_login_domain::{
    App,
    ports::{Entropy, Users},
    resolve::{Identification, OnConflict, Policy, Refusal, Resolution},
};
use wechat_login_store_mysql::{MysqlStore, MysqlUsers, Settings};
use wechat_login_testkit::{
    fake::SeededEntropy,
    sample::{NOW, alice, openid, phone, shop_mini, shop_mobile, shop_web, unionid},
};

use self::common::{
    TestDatabase,
    sound::{assert_is_sound, count},
};

async fn with_pool(database: &TestDatabase, pool_size: usize) -> MysqlStore {
    let settings = Settings {
        pool_size,
        ..database.patient_settings()
    };
    common::open(&settings).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_first_logins_of_one_person_over_two_instances_make_one_user() {
    let database = TestDatabase::empty().await;
    database.migrate().await;
    let instances = [with_pool(&database, 16).await, with_pool(&database, 16).await];
    let logins: Vec<_> = (0..1000)
        .map(|n| {
            let users = instances[n % 2].users();
            tokio::spawn(async move { users.resolve(&alice().at(&shop_mini()), NOW).await })
        })
        .collect();
    let (mut ids, mut new) = (HashSet::new(), 0);
    for login in logins {
        match login.await.unwrap().unwrap() {
            Resolution::User { user, is_new, .. } => {
                ids.insert(user.id);
                new += usize::from(is_new);
            }
            Resolution::Refused(refusal) => panic!("{refusal:?}"),
        }
    }
    assert_eq!((ids.len(), new), (1, 1));
    let mut connection = database.connect().await;
    assert_eq!(count(&mut connection, "SELECT COUNT(*) FROM users").await, 1);
    assert_eq!(
        count(&mut connection, "SELECT COUNT(*) FROM login_methods").await,
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_bring_one_phone_at_once_one_is_refused_and_leaves_nothing_behind() {
    let database = TestDatabase::empty().await;
    database.migrate().await;
    let store = with_pool(&database, 16).await;
    for round in 0..10 {
        let logins: Vec<_> = (0..40)
            .map(|n| {
                let asked = Identification {
                    openid: openid(&format!("o{round}-{}", n % 2)),
                    unionid: Some(unionid(&format!("u{round}-{}", n % 2))),
                    phone: Some(phone(round)),
                    ..alice().at(&shop_mini())
                };
                let users = store.users();
                tokio::spawn(async move { (n % 2, users.resolve(&asked, NOW).await.unwrap()) })
            })
            .collect();
        let mut winners = HashSet::new();
        for login in logins {
            match login.await.unwrap() {
                (person, Resolution::User { .. }) => drop(winners.insert(person)),
                (_, refused) => assert_eq!(refused, Resolution::Refused(Refusal::PhoneTaken)),
            }
        }
        assert_eq!(winners.len(), 1);
        assert_is_sound(&database).await;
        let mut connection = database.connect().await;
        let rounds = u64::from(round) + 1;
        assert_eq!(count(&mut connection, "SELECT COUNT(*) FROM users").await, rounds);
        let methods = count(&mut connection, "SELECT COUNT(*) FROM login_methods").await;
        assert_eq!(methods, rounds * 3);
    }
}

/// A login of one of so many people, at any app, with or without their unionid, where users are merged.
fn any_login(entropy: &SeededEntropy, people: u8) -> Identification {
    let mut random = [0; 3];
    entropy.fill(&mut random);
    let [person, app, unbound] = random;
    let person = person % people;
    let app: App = [shop_mini, shop_web, shop_mobile][usize::from(app) % 3]();
    Identification {
        openid: openid(&format!("o{person}-{}", app.name.as_str())),
        unionid: (unbound % 3 > 0).then(|| unionid(&format!("u{person}"))),
        policy: Policy {
            on_conflict: OnConflict::Merge,
            ..Policy::default()
        },
        ..alice().at(&app)
    }
}

async fn log_in_until(users: Arc<MysqlUsers>, end: Instant, people: u8, done: Arc<AtomicUsize>) {
    let entropy = common::different_each_time();
    while Instant::now() < end {
        let asked = any_login(&entropy, people);
        let resolution = users.resolve(&asked, NOW).await.unwrap();
        assert!(matches!(resolution, Resolution::User { .. }), "{resolution:?}");
        done.fetch_add(1, Ordering::Relaxed);
    }
}

/// For how long. `cargo xtask soak` asks for more than what every test run has the time for.
fn load() -> Duration {
    let seconds = env::var("WECHAT_LOGIN_TEST_LOAD_SECONDS");
    Duration::from_secs(seconds.map_or(6, |seconds| seconds.parse().expect("a number of seconds")))
}

#[tokio::test(flavor = "multi_thread")]
async fn first_logins_late_unionids_and_merges_on_fifty_connections_do_not_disturb_each_other() {
    let (mut done, load) = (0, load());
    // Few people meet often; many make more users.
    for people in [1, 5, 200] {
        let database = TestDatabase::empty().await;
        database.migrate().await;
        let users = Arc::new(with_pool(&database, 50).await.users());
        let (end, finished) = (Instant::now() + load / 3, Arc::new(AtomicUsize::new(0)));
        let workers: Vec<_> = (0..50)
            .map(|_| {
                tokio::spawn(log_in_until(
                    Arc::clone(&users),
                    end,
                    people,
                    Arc::clone(&finished),
                ))
            })
            .collect();
        for worker in workers {
            worker.await.unwrap();
        }
        assert_is_sound(&database).await;
        done += finished.load(Ordering::Relaxed);
    }
    println!("{done} logins in {load:?}");
    assert!(done > 100, "{done} logins in {load:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_locks_in_the_opposite_order_fails_no_login() {
    let database = TestDatabase::empty().await;
    database.migrate().await;
    let users = Arc::new(with_pool(&database, 8).await.users());
    let (end, finished) = (
        Instant::now() + Duration::from_secs(3),
        Arc::new(AtomicUsize::new(0)),
    );
    let workers: Vec<_> = (0..8)
        .map(|_| tokio::spawn(log_in_until(Arc::clone(&users), end, 10, Arc::clone(&finished))))
        .collect();
    let mut other = database.connect().await;
    let mut took = Duration::ZERO;
    while Instant::now() < end {
        // As it locks every row, nobody else gets a turn at all otherwise, however slow the machine is.
        tokio::time::sleep(took * 4 + Duration::from_millis(10)).await;
        let began = Instant::now();
        for sql in [
            "BEGIN",
            "UPDATE login_methods SET linked_at = linked_at WHERE kind = 'wechat_unionid' ORDER BY identifier DESC",
            "UPDATE users SET version = version + 1 ORDER BY id DESC",
            "UPDATE login_methods SET linked_at = linked_at WHERE kind = 'wechat_openid' ORDER BY identifier DESC",
            "COMMIT",
        ] {
            if other.query_drop(sql).await.is_err() {
                other.query_drop("ROLLBACK").await.unwrap();
                break;
            }
        }
        took = began.elapsed();
    }
    for worker in workers {
        worker.await.unwrap();
    }
    assert_is_sound(&database).await;
}
