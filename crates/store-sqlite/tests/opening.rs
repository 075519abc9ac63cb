//! How a file is made, brought up to date and refused.

mod common;

use std::fs;

use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use wechat_login_domain::ports::{Sessions, Users};
use wechat_login_store_sqlite::{OpenError, SqliteStore};
use wechat_login_testkit::sample::{self, NOW, alice, shop_mini};

#[tokio::test(flavor = "multi_thread")]
async fn many_may_open_a_new_file_at_the_same_moment() {
    for _ in 0..5 {
        let folder = common::folder();
        let path = folder.path().join("test.db");
        let openers: Vec<_> = (0..8)
            .map(|n| {
                let path = path.clone();
                tokio::spawn(async move {
                    let store = common::open(&path).await;
                    let sessions = store.sessions();
                    sessions.insert(&sample::digest(n), &sample::session()).await
                })
            })
            .collect();
        for opener in openers {
            opener.await.unwrap().unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_a_newer_version_is_refused_and_left_alone() {
    let (folder, store) = common::fresh().await;
    let path = folder.path().join("test.db");
    drop(store);
    let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    connection
        .batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231000001')")
        .unwrap();
    let error = common::try_open(&path).await.err().unwrap();
    assert!(matches!(&error, OpenError::Newer { found, .. } if found == "29991231000001"));
    let newest = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/sqlite"))
        .unwrap()
        .map(|folder| folder.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| Some(name.split_once('_')?.0.replace('-', "")))
        .max()
        .unwrap();
    assert_eq!(
        error.to_string(),
        format!(
            "the database was made by a newer version: it has migration 29991231000001, and this version knows none \
             after {newest}"
        )
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = common::folder();
    let path = folder.path().join("notes.txt");
    let notes = "Bring milk. ".repeat(1000);
    fs::write(&path, &notes).unwrap();
    let error = common::try_open(&path).await.err().unwrap();
    assert!(matches!(error, OpenError::Prepare(_)), "{error:?}");
    assert_eq!(fs::read_to_string(&path).unwrap(), notes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_made_is_named() {
    let folder = common::folder();
    fs::write(folder.path().join("file"), "").unwrap();
    let error = common::try_open(&folder.path().join("file/data/test.db")).await;
    assert!(
        matches!(error.err().unwrap(), OpenError::Folder { folder, .. } if folder.ends_with("file/data"))
    );
    let error = common::try_open(folder.path()).await;
    assert!(matches!(error.err().unwrap(), OpenError::File(_)));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_may_read_what_is_made() {
    use std::os::unix::fs::PermissionsExt;

    let folder = common::folder();
    let data = folder.path().join("new/data");
    let store = common::open(&data.join("file:test?.db")).await;
    store
        .users()
        .resolve(&alice().at(&shop_mini()), NOW)
        .await
        .unwrap();
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(
        (mode(data.clone()), mode(folder.path().join("new"))),
        (0o700, 0o700)
    );
    let mut names = Vec::new();
    for entry in fs::read_dir(&data).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(mode(entry.path()), 0o600, "{entry:?}");
        names.push(entry.file_name());
    }
    names.sort();
    assert_eq!(names, ["file:test?.db", "file:test?.db-shm", "file:test?.db-wal"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_printed_sql_makes_the_schema_and_down_takes_it_away() {
    let mut connection = SqliteConnection::establish(":memory:").unwrap();
    connection.batch_execute(&SqliteStore::migrations()).unwrap();
    connection.batch_execute("SELECT digest FROM sessions").unwrap();

    let mut folders: Vec<_> = fs::read_dir("../../migrations/sqlite")
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    folders.sort_by_key(fs::DirEntry::file_name);
    for folder in folders.iter().rev() {
        let down = fs::read_to_string(folder.path().join("down.sql")).unwrap();
        connection.batch_execute(&down).unwrap();
    }
    connection
        .batch_execute("CREATE TABLE one AS SELECT 1; CREATE TEMP TABLE few (n INTEGER CHECK (n = 1));")
        .unwrap();
    connection
        .batch_execute("INSERT INTO few SELECT count(*) FROM sqlite_schema")
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_file_answers_a_ping() {
    let (_folder, store) = common::fresh().await;
    store.ping().await.unwrap();
}
