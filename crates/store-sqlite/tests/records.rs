//! What is written down for the operator.
#![expect(clippy::unwrap_used, reason = "in the helpers too, what fails is the test")]

mod common;

use std::path::Path;

use diesel::{
    Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query,
    sql_types::{BigInt, Binary, Text},
};
use time::{Duration, OffsetDateTime};
use wechat_login_domain::{
    UserId,
    ports::Users,
    resolve::{Identification, OnConflict, Policy, Resolution},
};
use wechat_login_store_sqlite::SqliteStore;
use wechat_login_testkit::sample::{NOW, alice, shop_mini, shop_mobile, shop_web};

async fn sign_in(store: &SqliteStore, asked: &Identification, now: OffsetDateTime) -> UserId {
    match store.users().resolve(asked, now).await.unwrap() {
        Resolution::User { user, .. } => user.id,
        Resolution::Refused(refusal) => panic!("{refusal:?}"),
    }
}

fn load<T: QueryableByName<diesel::sqlite::Sqlite> + 'static>(folder: &Path, sql: &str) -> Vec<T> {
    let path = folder.join("test.db");
    let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    sql_query(sql).load(&mut connection).unwrap()
}

#[derive(QueryableByName, Debug, PartialEq)]
struct ConflictRow {
    #[diesel(sql_type = Binary)]
    openid_user: Vec<u8>,
    #[diesel(sql_type = Binary)]
    unionid_user: Vec<u8>,
    #[diesel(sql_type = Text)]
    app_id: String,
    #[diesel(sql_type = Text)]
    open_platform: String,
    #[diesel(sql_type = BigInt)]
    days_apart: i64,
    #[diesel(sql_type = BigInt)]
    days: i64,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_is_one_row_that_is_written_once_a_day() {
    let (folder, store) = common::fresh().await;
    let of_openid = sign_in(&store, &alice().at_unbound(&shop_mini()), NOW).await;
    let of_unionid = sign_in(&store, &alice().at(&shop_web()), NOW).await;
    for hours in [0, 1, 23, 24, 25, 60] {
        sign_in(&store, &alice().at(&shop_mini()), NOW + Duration::hours(hours)).await;
    }
    let wanted = ConflictRow {
        openid_user: of_openid.as_bytes().to_vec(),
        unionid_user: of_unionid.as_bytes().to_vec(),
        app_id: shop_mini().app_id.as_str().into(),
        open_platform: "default".into(),
        days_apart: 2,
        days: 3,
    };
    let sql = "SELECT *, (last_seen_at - first_seen_at) / 86400000000 AS days_apart FROM conflicts";
    assert_eq!(load::<ConflictRow>(folder.path(), sql), [wanted]);
}

#[derive(QueryableByName)]
struct MergeRow {
    #[diesel(sql_type = Binary)]
    user_id: Vec<u8>,
    #[diesel(sql_type = Binary)]
    from_root: Vec<u8>,
    #[diesel(sql_type = Binary)]
    into_root: Vec<u8>,
    #[diesel(sql_type = Text)]
    previous_state: String,
}

/// What an operator does to undo the last merge, from nothing but its record.
const UNDO: [&str; 2] = [
    "UPDATE login_methods SET account = m.openid_account FROM (SELECT * FROM merges ORDER BY id DESC LIMIT 1) m
     WHERE login_methods.user_id = m.openid_user AND account = m.unionid_account",
    "UPDATE users SET root = m.from_root, state = m.previous_state
     FROM (SELECT * FROM merges WHERE into_root = (SELECT into_root FROM merges ORDER BY id DESC LIMIT 1)) m
     WHERE users.id = m.user_id",
];

fn as_they_are(folder: &Path) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text)]
        line: String,
    }
    let sql = "SELECT hex(m.id) || hex(m.user_id) || hex(m.account) || hex(u.root) || u.state AS line
         FROM login_methods m JOIN users u ON u.id = m.user_id ORDER BY 1";
    load::<Line>(folder, sql)
        .into_iter()
        .map(|row| row.line)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_can_be_undone_from_its_record() {
    let (folder, store) = common::fresh().await;
    let merging = |asked| Identification {
        policy: Policy {
            on_conflict: OnConflict::Merge,
            ..Policy::default()
        },
        ..asked
    };
    // The oldest is the mobile app's; the other two are merged first, and then both into it.
    let oldest = sign_in(&store, &alice().at_unbound(&shop_mobile()), NOW - Duration::DAY).await;
    let middle = sign_in(&store, &alice().at_unbound(&shop_mini()), NOW).await;
    let youngest = sign_in(&store, &alice().at(&shop_web()), NOW + Duration::HOUR).await;
    sign_in(
        &store,
        &merging(alice().at(&shop_mini())),
        NOW + Duration::hours(2),
    )
    .await;
    let before = as_they_are(folder.path());
    let merged = sign_in(
        &store,
        &merging(alice().at(&shop_mobile())),
        NOW + Duration::hours(3),
    )
    .await;
    assert_eq!(merged, oldest);

    let rows = load::<MergeRow>(folder.path(), "SELECT * FROM merges ORDER BY id");
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            let id = |bytes: &[u8]| UserId::from_bytes(bytes.try_into().unwrap());
            (
                id(&row.user_id),
                id(&row.from_root),
                id(&row.into_root),
                row.previous_state.as_str(),
            )
        })
        .collect();
    let mut last_two = [
        (middle, middle, oldest, "active"),
        (youngest, middle, oldest, "merged"),
    ];
    last_two.sort_unstable();
    let mut written = rows[1..].to_vec();
    written.sort_unstable();
    assert_eq!(rows[0], (youngest, youngest, middle, "active"));
    assert_eq!(written, last_two);

    assert_ne!(as_they_are(folder.path()), before);
    let path = folder.path().join("test.db");
    let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    for sql in UNDO {
        sql_query(sql).execute(&mut connection).unwrap();
    }
    assert_eq!(as_they_are(folder.path()), before);
}
