//! How a database is migrated, opened and refused.
#![expect(clippy::unwrap_used, reason = "in the helpers too, what fails is the test")]

#[expect(dead_code, reason = "not every test needs all of it")]
mod common;

use std::{error::Error, fs, sync::Arc};

use mysql_async::prelude::Queryable;
use wechat_login_domain::ports::{Revocations, Users};
use wechat_login_store_mysql::{InvalidUrl, MysqlStore, OpenError, Settings};
use wechat_login_testkit::sample::{NOW, alice, shop_mini};

use self::common::TestDatabase;

async fn refusal(settings: &Settings) -> OpenError {
    let opened = MysqlStore::open(
        settings,
        common::keyring(),
        Arc::new(common::different_each_time()),
    )
    .await;
    opened.err().unwrap()
}

/// What the operator sees.
fn line(error: &OpenError) -> String {
    let (mut line, mut source) = (error.to_string(), error.source());
    while let Some(error) = source {
        line = format!("{line}: {error}");
        source = error.source();
    }
    assert!(!line.contains('\n'), "{line}");
    line
}

#[tokio::test(flavor = "multi_thread")]
async fn many_may_migrate_an_empty_database_at_the_same_moment() {
    for _ in 0..3 {
        let database = TestDatabase::empty().await;
        let openers: Vec<_> = (0..8)
            .map(|_| {
                let settings = database.settings();
                tokio::spawn(async move {
                    MysqlStore::migrate(&settings).await.unwrap();
                    let store = common::open(&settings).await;
                    store.users().resolve(&alice().at(&shop_mini()), NOW).await
                })
            })
            .collect();
        for opener in openers {
            opener.await.unwrap().unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_was_stopped_half_way_is_begun_again() {
    let database = TestDatabase::empty().await;
    let mut connection = database.connect().await;
    let all = MysqlStore::migrations();
    let half: String = all.split_inclusive(";\n").take(3).collect();
    connection.query_drop(half).await.unwrap();
    database.migrate().await;
    database.open().await.ping().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_without_a_schema_says_to_migrate() {
    let database = TestDatabase::empty().await;
    let error = refusal(&database.settings()).await;
    assert_eq!(
        line(&error),
        "the database lacks migration 20261121000001, which this version needs; run `wechat-login migrate`"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_schema_and_one_with_a_hole_say_to_migrate() {
    for missing in ["20261121000003", "20261121000002"] {
        let (database, store) = common::fresh().await;
        drop(store);
        let mut connection = database.connect().await;
        let forget = format!("DELETE FROM __diesel_schema_migrations WHERE version = '{missing}'");
        connection.query_drop(forget).await.unwrap();
        let error = refusal(&database.settings()).await;
        assert_eq!(
            line(&error),
            format!(
                "the database lacks migration {missing}, which this version needs; run `wechat-login migrate`"
            )
        );
        database.migrate().await;
        database.open().await.ping().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_of_a_newer_version_is_refused_and_left_alone() {
    let (database, store) = common::fresh().await;
    drop(store);
    let mut connection = database.connect().await;
    connection
        .query_drop("INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231000001')")
        .await
        .unwrap();
    let wanted = "the database was made by a newer version: it has migration 29991231000001, and this version knows none \
         after 20261121000003; run that version or a later one";
    assert_eq!(line(&refusal(&database.settings()).await), wanted);
    let error = MysqlStore::migrate(&database.settings()).await.unwrap_err();
    assert_eq!(line(&error), wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_may_not_change_the_schema_can_serve() {
    let database = TestDatabase::empty().await;
    database.migrate().await;
    let (user, name) = (database.name.clone(), &database.name);
    let mut admin = common::admin().await;
    for sql in [
        format!("CREATE USER '{user}'@'%' IDENTIFIED BY 'p@ss/word'"),
        format!("GRANT SELECT, INSERT, UPDATE, DELETE ON {name}.* TO '{user}'@'%'"),
    ] {
        admin.query_drop(sql).await.unwrap();
    }
    let url = format!("mysql://{user}:p%40ss%2Fword@{}/{name}", common::place());
    let settings = Settings::new(url.into());
    let store = common::open(&settings).await;
    store
        .users()
        .resolve(&alice().at(&shop_mini()), NOW)
        .await
        .unwrap();
    store.revocations().all(NOW).await.unwrap();
    store.sweep(NOW).await.unwrap();

    let mut connection = database.connect().await;
    connection
        .query_drop("DROP TABLE __diesel_schema_migrations")
        .await
        .unwrap();
    assert!(matches!(
        MysqlStore::migrate(&settings).await.unwrap_err(),
        OpenError::Migrate(_)
    ));
    admin.query_drop(format!("DROP USER '{user}'@'%'")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_may_not_write_everything_is_told_what_to_grant() {
    let database = TestDatabase::empty().await;
    database.migrate().await;
    let (user, name) = (database.name.clone(), &database.name);
    let mut admin = common::admin().await;
    admin
        .query_drop(format!("CREATE USER '{user}'@'%' IDENTIFIED BY 'secret'"))
        .await
        .unwrap();
    let url = format!("mysql://{user}:secret@{}/{name}", common::place());
    let settings = Settings::new(url.into());
    let cure = format!("GRANT SELECT, INSERT, UPDATE, DELETE ON `{name}`.* TO '{user}'@'%'");
    for (granted, lacking) in [
        ("SELECT", "INSERT into the table users"),
        ("INSERT", "UPDATE the table users"),
        ("UPDATE", "DELETE from the table login_methods"),
    ] {
        let grant = format!("GRANT {granted} ON {name}.* TO '{user}'@'%'");
        admin.query_drop(grant).await.unwrap();
        let line = line(&refusal(&settings).await);
        let wanted = format!("the user '{user}'@'%' may not {lacking}; {cure}");
        assert!(line.starts_with(&wanted), "{line}");
    }
    admin.query_drop(cure).await.unwrap();
    common::open(&settings).await.ping().await.unwrap();
    admin.query_drop(format!("DROP USER '{user}'@'%'")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_is_gone_is_named() {
    for table in ["users", "login_methods", "merges", "conflicts", "revocations"] {
        let (database, store) = common::fresh().await;
        drop(store);
        let mut connection = database.connect().await;
        connection
            .query_drop(format!("DROP TABLE {table}"))
            .await
            .unwrap();
        let line = line(&refusal(&database.settings()).await);
        assert!(
            line.contains(&format!("damaged: it has no table {table},")),
            "{line}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_in_one_line_without_the_password() {
    let database = TestDatabase::empty().await;
    let (name, place) = (&database.name, common::place());
    let host = place.split(':').next().unwrap();
    for (url, wanted) in [
        (
            format!("mysql://nobody:hunter2@{place}/{name}"),
            "refuses the user nobody; check user and password",
        ),
        (
            format!("{}/wl_test_not_there", common::server()),
            "there is no database wl_test_not_there at",
        ),
        (
            format!("mysql://root:hunter2@{host}:1/{name}"),
            "cannot reach the database at",
        ),
        (
            format!("mysql://root:hunter2@host.invalid/{name}"),
            "cannot reach the database at host.invalid:3306; is it running",
        ),
        (
            "mysql://root:hunter2@".to_owned(),
            "cannot be used: must be mysql://",
        ),
        (
            format!("mysql://root:hunter2@{place}"),
            "cannot be used: names no database",
        ),
        (
            format!("mysql://root:hunter2@{place}/{name}?ssl-mode=verify_identity&ssl-ca=/not/there.pem"),
            "check ssl-mode, ssl-ca and ssl-name",
        ),
    ] {
        let settings = Settings::new(url.into());
        for error in [
            refusal(&settings).await,
            MysqlStore::migrate(&settings).await.unwrap_err(),
        ] {
            let line = line(&error);
            assert!(line.contains(wanted), "{line}");
            assert!(!line.contains("hunter2"), "{line}");
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
        assert!(!format!("{settings:?}").contains("hunter2"));
    }
    let settings = Settings::new("mysql://u@h/d?x=1".to_owned().into());
    assert!(matches!(
        refusal(&settings).await,
        OpenError::Url(InvalidUrl::Parameter)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_printed_sql_makes_the_schema_and_down_takes_it_away() {
    let database = TestDatabase::empty().await;
    let mut connection = database.connect().await;
    connection.query_drop(MysqlStore::migrations()).await.unwrap();
    database.open().await.ping().await.unwrap();
    database.migrate().await;
    for folder in folders("mysql").iter().rev() {
        let down = fs::read_to_string(format!("../../migrations/mysql/{folder}/down.sql")).unwrap();
        connection.query_drop(down).await.unwrap();
    }
    assert_eq!(
        connection.query::<String, _>("SHOW TABLES").await.unwrap(),
        ["__diesel_schema_migrations"]
    );
}

fn folders(database: &str) -> Vec<String> {
    let folders = fs::read_dir(format!("../../migrations/{database}")).unwrap();
    let mut names: Vec<_> = folders
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn both_databases_have_the_same_migrations() {
    assert_eq!(folders("mysql"), folders("sqlite"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_database_answers_a_ping() {
    let (_database, store) = common::fresh().await;
    store.ping().await.unwrap();
}
