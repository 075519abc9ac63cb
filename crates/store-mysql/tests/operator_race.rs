//! An operator at work on people who are signing in at that moment.
#![expect(clippy::unwrap_used, reason = "in the helpers too, what fails is the test")]

#[expect(dead_code, reason = "not every test needs all of it")]
mod common;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use wechat_login_domain::{
    App, UserId,
    ports::{Administration, Merging, Undoing, Users},
    resolve::{Identification, OnConflict, Policy, Resolution},
};
use wechat_login_store_mysql::MysqlUsers;
use wechat_login_testkit::sample::{NOW, alice, openid, shop_mini, shop_mobile, shop_web, unionid};

use self::common::{TestDatabase, sound::assert_is_sound};

const PEOPLE: u8 = 4;
const FOR: Duration = Duration::from_secs(4);

/// How often each thing was done.
#[derive(Default)]
struct Done {
    logins: AtomicUsize,
    merges: AtomicUsize,
    undoings: AtomicUsize,
}

fn at(person: u8, app: &App, has_unionid: bool) -> Identification {
    Identification {
        openid: openid(&format!("o{person}-{}", app.name.as_str())),
        unionid: has_unionid.then(|| unionid(&format!("u{person}"))),
        ..alice().at(app)
    }
}

async fn sign_in(users: &MysqlUsers, asked: &Identification) -> UserId {
    match users.resolve(asked, NOW).await.unwrap() {
        Resolution::User { user, .. } => user.id,
        Resolution::Refused(refusal) => panic!("{asked:?} was refused: {refusal:?}"),
    }
}

/// Everywhere, with and without their unionid, and with either policy.
async fn signs_in_again_and_again(
    users: Arc<MysqlUsers>,
    person: u8,
    goes_on: Arc<AtomicBool>,
    done: Arc<Done>,
) {
    let apps = [shop_mini(), shop_web(), shop_mobile()];
    for n in 0.. {
        if !goes_on.load(Ordering::Relaxed) {
            break;
        }
        let on_conflict = if n % 5 == 0 {
            OnConflict::Merge
        } else {
            OnConflict::Keep
        };
        let asked = Identification {
            policy: Policy {
                on_conflict,
                ..Policy::default()
            },
            ..at(person, &apps[n % 3], n % 4 > 0)
        };
        sign_in(&users, &asked).await;
        done.logins.fetch_add(1, Ordering::Relaxed);
    }
}

/// Makes them one, and two again, while logins make them one on their own.
async fn operates(
    users: Arc<MysqlUsers>,
    (one, other): (UserId, UserId),
    goes_on: Arc<AtomicBool>,
    done: Arc<Done>,
) {
    while goes_on.load(Ordering::Relaxed) {
        match users.merge(one, other, NOW).await.unwrap() {
            Merging::Merged { survivor, merged } => {
                assert!(survivor.id != merged && [one, other].contains(&merged));
                done.merges.fetch_add(1, Ordering::Relaxed);
            }
            Merging::Refused(_they_are_one_already) => {}
            Merging::NotFound(id) => panic!("{id} is gone"),
        }
        // Whose id became a former one is the rule's to say, and a login may have been quicker.
        for id in [one, other] {
            let undone = users.undo_merge(id, NOW + time::Duration::days(61), NOW).await;
            if let Undoing::Undone { restored, survivor } = undone.unwrap() {
                assert_ne!(restored.id, survivor.id);
                done.undoings.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn merging_people_while_they_sign_in_leaves_no_orphan_and_no_chain() {
    let database = TestDatabase::empty().await;
    database.migrate().await;
    let users = Arc::new(database.open().await.users());
    let (goes_on, done) = (Arc::new(AtomicBool::new(true)), Arc::<Done>::default());
    let mut work = Vec::new();
    let mut pairs = Vec::new();
    for person in 0..PEOPLE {
        let one = sign_in(&users, &at(person, &shop_mini(), false)).await;
        let other = sign_in(&users, &at(person, &shop_web(), true)).await;
        assert_ne!(one, other);
        pairs.push((one, other));
        let (again, shared) = (
            || Arc::clone(&users),
            || (Arc::clone(&goes_on), Arc::clone(&done)),
        );
        for _ in 0..2 {
            let (goes_on, done) = shared();
            work.push(tokio::spawn(signs_in_again_and_again(
                again(),
                person,
                goes_on,
                done,
            )));
        }
        let (goes_on, done) = shared();
        work.push(tokio::spawn(operates(again(), (one, other), goes_on, done)));
    }
    let began = Instant::now();
    while began.elapsed() < FOR && !work.iter().any(tokio::task::JoinHandle::is_finished) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    goes_on.store(false, Ordering::Relaxed);
    for task in work {
        task.await.unwrap();
    }
    assert_is_sound(&database).await;
    for (one, other) in pairs {
        users.merge(one, other, NOW).await.unwrap();
        let (one, other) = (users.find(one).await.unwrap(), users.find(other).await.unwrap());
        assert_eq!(one.unwrap().id, other.unwrap().id, "both ids mean one user");
    }
    assert_is_sound(&database).await;
    let [logins, merges, undoings] =
        [&done.logins, &done.merges, &done.undoings].map(|n| n.load(Ordering::Relaxed));
    println!("{logins} logins, {merges} merges, {undoings} undone");
    assert!(
        logins > 20 && merges > 4 && undoings > 4,
        "{logins} {merges} {undoings}"
    );
}
