use std::{
    sync::mpsc,
    time::{Duration, Instant},
};

use diesel::{
    Connection, QueryDsl, RunQueryDsl, SqliteConnection,
    connection::{AnsiTransactionManager, SimpleConnection, TransactionManager},
};
use wechat_login_domain::ports::Sessions;
use wechat_login_testkit::sample::{self, digest};

use super::fresh;
use crate::{
    database::{CALL, CHECK},
    failure::Failure,
    schema::exchanges,
};

fn insert(connection: &mut SqliteConnection) -> Result<(), Failure> {
    Ok(connection.batch_execute("INSERT INTO exchanges VALUES (randomblob(32), 0)")?)
}

fn claims(connection: &mut SqliteConnection) -> Result<i64, Failure> {
    Ok(exchanges::table.count().get_result(connection)?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_goes_away_leaves_its_work_whole_and_the_connection_good() {
    let (_folder, store) = fresh().await;
    let database = store.database().clone();
    let (begun, has_begun) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel::<()>();
    let call = tokio::spawn(async move {
        let work = move |connection: &mut SqliteConnection| {
            connection.immediate_transaction(|connection| {
                insert(connection)?;
                begun.send(()).unwrap();
                may_go_on.recv().unwrap();
                insert(connection)
            })
        };
        database.write(work).await
    });
    has_begun.recv().unwrap();
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    assert_eq!(store.database().read(CALL, claims).await.unwrap(), 0);
    go_on.send(()).unwrap();
    store.database().write(insert).await.unwrap();
    assert_eq!(store.database().read(CALL, claims).await.unwrap(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_goes_away_before_its_turn_has_done_nothing() {
    let (_folder, store) = fresh().await;
    let (go_on, may_go_on) = mpsc::channel::<()>();
    let database = store.database().clone();
    let first = tokio::spawn(async move {
        let work = move |_: &mut SqliteConnection| {
            may_go_on.recv().unwrap();
            Ok(())
        };
        database.write(work).await
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    let waiting = tokio::time::timeout(Duration::from_millis(50), store.database().write(insert));
    assert!(waiting.await.is_err());
    go_on.send(()).unwrap();
    first.await.unwrap().unwrap();
    store.database().write(insert).await.unwrap();
    assert_eq!(store.database().read(CALL, claims).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_costs_a_connection_and_no_other_call() {
    let (_folder, store) = fresh().await;
    for _ in 0..3 {
        let work = |connection: &mut SqliteConnection| -> Result<(), Failure> {
            connection.batch_execute("BEGIN IMMEDIATE")?;
            insert(connection)?;
            panic!("as a test");
        };
        assert!(store.database().write(work).await.is_err());
    }
    // A transaction that was left open is as bad.
    let work = |connection: &mut SqliteConnection| {
        AnsiTransactionManager::begin_transaction(connection)?;
        insert(connection)
    };
    store.database().write(work).await.unwrap();
    store.database().write(insert).await.unwrap();
    assert_eq!(store.database().read(CALL, claims).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_somebody_holds_locked_fails_writes_in_time_and_no_read() {
    let (folder, store) = fresh().await;
    let sessions = store.sessions();
    sessions.insert(&digest(1), &sample::session()).await.unwrap();
    let path = folder.path().join("test.db");
    let mut other = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    other.batch_execute("BEGIN IMMEDIATE").unwrap();

    let began = Instant::now();
    let writes = (2..10).map(|n| {
        let sessions = store.sessions();
        tokio::spawn(async move { sessions.insert(&digest(n), &sample::session()).await })
    });
    let writes: Vec<_> = writes.collect();
    assert!(sessions.find(&digest(1)).await.unwrap().is_some());
    assert!(began.elapsed() < CHECK);
    for write in writes {
        assert!(write.await.unwrap().is_err());
    }
    assert!(began.elapsed() < CALL + Duration::from_millis(500));

    other.batch_execute("COMMIT").unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    sessions.insert(&digest(10), &sample::session()).await.unwrap();
}
