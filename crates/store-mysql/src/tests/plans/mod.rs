//! Ten million users must cost a login what ten thousand do: no statement walks through a table.

mod hot;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use diesel::{
    QueryableByName,
    deserialize::{self, FromSql, FromSqlRow},
    mysql::{Mysql, MysqlValue},
    sql_types::{BigInt, Nullable, Text},
};
use diesel_async::{AsyncMysqlConnection, RunQueryDsl};
use mysql_async::prelude::Queryable;
use time::Duration;
use wechat_login_domain::{
    ExternalId, Profile, ProfileEdit, Revocation, RevokedBecause,
    ports::{Revocations, Users},
    resolve::{Identification, OnConflict, Policy, Resolution},
};
use wechat_login_testkit::sample::{NOW, alice, digest, phone, shop_mini, shop_web};

use super::{
    administer::{administer, link_and_unlink},
    common,
};
use crate::sql::Sql;

/// How the server goes about one table of a statement.
#[derive(Clone, Debug, QueryableByName)]
struct Step {
    #[diesel(sql_type = Nullable<Text>)]
    table: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    r#type: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    key: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    rows: Option<Rows>,
}

/// MySQL gives a number, MariaDB its digits.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, FromSqlRow)]
struct Rows(i64);

impl FromSql<BigInt, Mysql> for Rows {
    fn from_sql(value: MysqlValue<'_>) -> deserialize::Result<Self> {
        let digits = std::str::from_utf8(value.as_bytes()).ok();
        match digits.and_then(|digits| digits.parse().ok()) {
            Some(rows) => Ok(Self(rows)),
            None => FromSql::<BigInt, Mysql>::from_sql(value).map(Self),
        }
    }
}

type Plans = Arc<Mutex<BTreeMap<String, Vec<Step>>>>;

tokio::task_local! {
    static PLANS: Plans;
}

/// Where plans are wanted, asks for that of this statement, with its values and in its transaction.
pub(crate) async fn note(connection: &mut AsyncMysqlConnection, sql: &Sql<'_>) {
    let Ok(plans) = PLANS.try_with(Arc::clone) else {
        return;
    };
    let steps: Vec<Step> = sql.explain().load(connection).await.unwrap();
    plans.lock().unwrap().insert(sql.text().to_owned(), steps);
}

/// As many as make a server prefer its keys.
async fn fill(database: &common::TestDatabase) {
    let mut connection = database.connect().await;
    let digits = ["SELECT 0 AS d"; 10].join(" UNION ALL ");
    let tables = ["a", "b", "c", "d"]
        .map(|name| format!("({digits}) {name}"))
        .join(" JOIN ");
    let numbers = format!("(SELECT @n := @n + 1 AS n FROM (SELECT @n := 0) start JOIN {tables}) numbers");
    for sql in [
        format!(
            "INSERT INTO users (id, root, created_at, updated_at)
             SELECT UNHEX(MD5(n)), UNHEX(MD5(n)), NOW(6), NOW(6) FROM {numbers}"
        ),
        format!(
            "INSERT INTO login_methods
             SELECT 'wechat_openid', 'wx1111111111111111', CONCAT('o', n), UNHEX(MD5(CONCAT('m', n))), UNHEX(MD5(n)),
                 UNHEX(MD5(n)), NULL, NOW(6), NOW(6) FROM {numbers}"
        ),
        format!(
            "INSERT INTO revocations (kind, subject, reason, recorded_at, bars_until)
             SELECT 'session', UNHEX(SHA2(n, 256)), 'kicked', '2000-01-01', '2099-01-01' FROM {numbers}"
        ),
        "ANALYZE TABLE users, login_methods, revocations".to_owned(),
    ] {
        connection.query_drop(sql).await.unwrap();
    }
}

async fn use_everything(store: &crate::MysqlStore) {
    let (users, app) = (store.users(), shop_mini());
    let with_phone = |asked| Identification {
        phone: Some(phone(1)),
        ..asked
    };
    let mut id = None;
    for (asked, on_conflict, days) in [
        (alice().at_unbound(&app), OnConflict::Keep, 0),
        (alice().at(&shop_web()), OnConflict::Keep, 0),
        (alice().at(&app), OnConflict::Keep, 0),
        (alice().at(&app), OnConflict::Keep, 0),
        (with_phone(alice().at(&app)), OnConflict::Merge, 0),
        (alice().at(&app), OnConflict::Keep, 3),
    ] {
        let policy = Policy {
            on_conflict,
            ..Policy::default()
        };
        let asked = Identification { policy, ..asked };
        let resolution = users.resolve(&asked, NOW + Duration::days(days)).await.unwrap();
        if let Resolution::User { user, .. } = resolution {
            id = Some(user.id);
        }
    }
    let id = id.unwrap();
    let profile = Profile {
        nickname: Some("Alice".into()),
        avatar_url: None,
    };
    let told = Identification {
        profile,
        ..alice().at(&app)
    };
    users.resolve(&told, NOW).await.unwrap();
    users.find(id).await.unwrap().unwrap();
    users.find_account(id).await.unwrap().unwrap();
    let external = ExternalId::parse("x").unwrap();
    users.find_account_by_external_id(&external).await.unwrap();
    users
        .edit_profile(id, &ProfileEdit::default(), NOW)
        .await
        .unwrap();
    let ended = Revocation::Session {
        digest: digest(1),
        because: RevokedBecause::Kicked,
        bars_until: NOW,
    };
    let before = store.revocations().all(NOW).await.unwrap().read_at;
    store.revocations().record(&ended).await.unwrap();
    store.revocations().since(before).await.unwrap();
    store.sweep(NOW).await.unwrap();
    link_and_unlink(store, id).await;
    administer(store, id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_statement_walks_through_a_table() {
    let (database, store) = common::fresh().await;
    fill(&database).await;
    let plans = Plans::default();
    PLANS.scope(Arc::clone(&plans), use_everything(&store)).await;
    let plans = plans.lock().unwrap();
    for (sql, steps) in plans.iter() {
        // The whole record is read whole.
        if sql.contains("bars_until IS NULL OR") {
            continue;
        }
        for Step {
            table,
            r#type,
            key,
            rows,
        } in steps
        {
            let kind = r#type.as_deref().unwrap_or_default();
            // A range is a few keys: what was brought, a pair of users, what is new or over.
            let by_key = key.is_some() && ["const", "eq_ref", "ref", "range"].contains(&kind);
            // Nothing is there to look at, as the key led nowhere; or it is inserted.
            let is_nothing = rows.is_none_or(|rows| rows <= Rows(1));
            assert!(
                is_nothing || by_key && *rows < Some(Rows(100)),
                "{table:?} by {kind} {key:?}, {rows:?} rows, in {sql}"
            );
        }
    }
    assert!(plans.len() > 20, "{} statements were looked at", plans.len());
}
