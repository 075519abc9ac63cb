//! What is written down for the operator, and what becomes of it.
#![expect(clippy::unwrap_used, reason = "in the helpers too, what fails is the test")]

#[expect(dead_code, reason = "not every test needs all of it")]
mod common;

use mysql_async::{params, prelude::Queryable};
use time::{Duration, OffsetDateTime};
use wechat_login_domain::{
    ExternalId, Revocation, RevokedBecause, UserId,
    ports::{Revocations, Users},
    resolve::{Identification, OnConflict, Policy, Resolution},
};
use wechat_login_store_mysql::MysqlStore;
use wechat_login_testkit::sample::{NOW, alice, bob, digest, shop_mini, shop_mobile, shop_web};

use self::common::TestDatabase;

async fn sign_in(store: &MysqlStore, asked: &Identification, now: OffsetDateTime) -> UserId {
    match store.users().resolve(asked, now).await.unwrap() {
        Resolution::User { user, .. } => user.id,
        Resolution::Refused(refusal) => panic!("{refusal:?}"),
    }
}

fn merging(asked: Identification) -> Identification {
    Identification {
        policy: Policy {
            on_conflict: OnConflict::Merge,
            ..Policy::default()
        },
        ..asked
    }
}

type ConflictRow = (Vec<u8>, Vec<u8>, String, String, f64, u32);
type MergeRow = (Vec<u8>, Vec<u8>, Vec<u8>, String);

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_is_one_row_that_is_written_once_a_day() {
    let (database, store) = common::fresh().await;
    let of_openid = sign_in(&store, &alice().at_unbound(&shop_mini()), NOW).await;
    let of_unionid = sign_in(&store, &alice().at(&shop_web()), NOW).await;
    for hours in [0, 1, 23, 24, 25, 60] {
        sign_in(&store, &alice().at(&shop_mini()), NOW + Duration::hours(hours)).await;
    }
    let sql = "SELECT openid_user, unionid_user, app_id, open_platform,
            TIMESTAMPDIFF(MINUTE, first_seen_at, last_seen_at) / 60, days
         FROM conflicts";
    let rows: Vec<ConflictRow> = database.connect().await.query(sql).await.unwrap();
    let wanted = (
        of_openid.as_bytes().to_vec(),
        of_unionid.as_bytes().to_vec(),
        shop_mini().app_id.as_str().to_owned(),
        "default".to_owned(),
        60.0,
        3,
    );
    assert_eq!(rows, [wanted]);
}

/// What an operator does to undo the last merge, from nothing but its record.
const UNDO: [&str; 2] = [
    "UPDATE login_methods l JOIN (SELECT * FROM merges ORDER BY id DESC LIMIT 1) m
         ON l.user_id = m.openid_user AND l.account = m.unionid_account
     SET l.account = m.openid_account",
    "UPDATE users u JOIN merges m ON m.user_id = u.id
         JOIN (SELECT into_root FROM merges ORDER BY id DESC LIMIT 1) last ON last.into_root = m.into_root
     SET u.root = m.from_root, u.state = m.previous_state",
];

async fn as_they_are(database: &TestDatabase) -> Vec<String> {
    let sql = "SELECT CONCAT(HEX(m.id), HEX(m.user_id), HEX(m.account), HEX(u.root), u.state) AS line
         FROM login_methods m JOIN users u ON u.id = m.user_id ORDER BY line";
    database.connect().await.query(sql).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_can_be_undone_from_its_record() {
    let (database, store) = common::fresh().await;
    // The oldest is the mobile app's; the other two are merged first, and then both into it.
    let oldest = sign_in(&store, &alice().at_unbound(&shop_mobile()), NOW - Duration::DAY).await;
    let middle = sign_in(&store, &alice().at_unbound(&shop_mini()), NOW).await;
    let youngest = sign_in(&store, &alice().at(&shop_web()), NOW + Duration::HOUR).await;
    let at_mini = merging(alice().at(&shop_mini()));
    sign_in(&store, &at_mini, NOW + Duration::hours(2)).await;
    let before = as_they_are(&database).await;
    let at_mobile = merging(alice().at(&shop_mobile()));
    assert_eq!(
        sign_in(&store, &at_mobile, NOW + Duration::hours(3)).await,
        oldest
    );

    let mut connection = database.connect().await;
    let sql = "SELECT user_id, from_root, into_root, previous_state FROM merges ORDER BY id";
    let rows: Vec<MergeRow> = connection.query(sql).await.unwrap();
    let id = |bytes: &[u8]| UserId::from_bytes(bytes.try_into().unwrap());
    let mut rows: Vec<_> = rows
        .iter()
        .map(|(user, from, into, state)| (id(user), id(from), id(into), state.as_str()))
        .collect();
    rows[1..].sort_unstable();
    let mut wanted = [
        (youngest, youngest, middle, "active"),
        (middle, middle, oldest, "active"),
        (youngest, middle, oldest, "merged"),
    ];
    wanted[1..].sort_unstable();
    assert_eq!(rows, wanted);

    assert_ne!(as_they_are(&database).await, before);
    for sql in UNDO {
        connection.query_drop(sql).await.unwrap();
    }
    assert_eq!(as_they_are(&database).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn letter_case_and_spaces_make_another_external_id() {
    let (database, store) = common::fresh().await;
    let mut connection = database.connect().await;
    let mut wanted = Vec::new();
    let ids = ["Customer-1", "customer-1", "customer-1 ", "顾客-1"];
    for (person, external_id) in [
        alice().at(&shop_mini()),
        alice().at_unbound(&shop_web()),
        bob().at(&shop_mini()),
        bob().at_unbound(&shop_web()),
    ]
    .iter()
    .zip(ids)
    {
        let id = sign_in(&store, person, NOW).await;
        let sql = "UPDATE users SET external_id = :external_id WHERE id = :id";
        let values = params! { "external_id" => external_id, "id" => id.as_bytes().as_slice() };
        connection.exec_drop(sql, values).await.unwrap();
        wanted.push((external_id, id));
    }
    for (external_id, id) in wanted {
        let external_id = ExternalId::parse(external_id).unwrap();
        let found = store.users().find_account_by_external_id(&external_id).await;
        let user = found.unwrap().unwrap().user;
        assert_eq!((user.id, user.external_id), (id, Some(external_id)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sweeping_removes_what_bars_nothing_any_more_and_nothing_else() {
    let (database, store) = common::fresh().await;
    let many = "INSERT INTO revocations (kind, subject, reason, bars_until)
         SELECT 'session', UNHEX(SHA2(CONCAT(a.id, b.id), 256)), 'logged_out', ?
         FROM information_schema.collations a JOIN information_schema.collations b LIMIT 1234";
    let over = "2026-05-20 13:14:15.123457";
    let mut connection = database.connect().await;
    connection.exec_drop(many, (over,)).await.unwrap();
    let kept = Revocation::Session {
        digest: digest(1),
        because: RevokedBecause::Kicked,
        bars_until: NOW + Duration::MICROSECOND,
    };
    store.revocations().record(&kept).await.unwrap();
    assert_eq!(store.sweep(NOW - Duration::MICROSECOND).await.unwrap(), 0);
    assert_eq!(store.sweep(NOW).await.unwrap(), 1234);
    let long_ago = NOW - Duration::days(400);
    assert_eq!(store.revocations().all(long_ago).await.unwrap().rows, [kept]);
}

#[tokio::test(flavor = "multi_thread")]
async fn times_are_utc_whatever_the_zone_of_the_server() {
    let (_database, store) = common::fresh().await;
    let mut connection = common::admin().await;
    let now: f64 = connection
        .query_first("SELECT UNIX_TIMESTAMP(NOW(6)) + 0e0")
        .await
        .unwrap()
        .unwrap();
    let read_at = store.revocations().all(NOW).await.unwrap().read_at;
    let difference = read_at - OffsetDateTime::UNIX_EPOCH - Duration::seconds_f64(now);
    assert!(difference.abs() < Duration::MINUTE, "{difference}");
}
