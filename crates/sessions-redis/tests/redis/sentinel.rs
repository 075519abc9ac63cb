//! Servers whose master the sentinels name.

use std::{
    fs,
    time::{Duration, Instant},
};

use tempfile::TempDir;
use wechat_login_domain::ports::Sessions;
use wechat_login_sessions_redis::ConnectError;
use wechat_login_testkit::sample::{digest, session};

use crate::{
    common,
    own_server::{OwnServer, connection, run},
};

async fn sentinel(master: &OwnServer) -> (TempDir, OwnServer) {
    let folder = tempfile::tempdir().expect("there is room for a test's files");
    let file = folder.path().join("sentinel.conf");
    let settings = format!(
        "sentinel monitor shop 127.0.0.1 {} 1\nsentinel down-after-milliseconds shop 1000\nsentinel failover-timeout shop 3000\n",
        master.port()
    );
    fs::write(&file, settings).expect("the folder can be written");
    let file = file.to_str().expect("the path is UTF-8").to_owned();
    (folder, OwnServer::start_sentinel(&file).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_failover_the_new_master_is_found() {
    let master = OwnServer::start(&[]).await;
    let replica = OwnServer::start(&["--replicaof", &format!("127.0.0.1 {}", master.port())]).await;
    let (_folder, sentinel) = sentinel(&master).await;
    let url = format!("redis+sentinel://127.0.0.1:{}/shop", sentinel.port());
    let store = common::connect(&url, "wl:").await;
    store.sessions().insert(&digest(1), &session()).await.unwrap();

    let mut watching = connection(&sentinel.url()).await;
    let begun = Instant::now();
    loop {
        let replicas: Vec<Vec<String>> = run(&mut watching, &["SENTINEL", "REPLICAS", "shop"]).await;
        if replicas.iter().flatten().any(|word| word == "master-link-status")
            && replicas.iter().flatten().any(|word| word == "ok")
        {
            break;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "the sentinel finds the replica"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let () = run(&mut watching, &["SENTINEL", "FAILOVER", "shop"]).await;
    let begun = Instant::now();
    loop {
        let address: Vec<String> = run(&mut watching, &["SENTINEL", "GET-MASTER-ADDR-BY-NAME", "shop"]).await;
        let written = store.sessions().insert(&digest(2), &session()).await;
        if address[1] == replica.port().to_string() && written.is_ok() {
            break;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "{address:?} {written:?}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(store.sessions().find(&digest(1)).await.unwrap(), Some(session()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_master_that_no_sentinel_knows_is_told() {
    let master = OwnServer::start(&[]).await;
    let (_folder, sentinel) = sentinel(&master).await;
    let url = format!("redis+sentinel://127.0.0.1:{}/other", sentinel.port());
    let error = common::try_connect(&url, "wl:")
        .await
        .err()
        .expect("there is no such master");
    assert!(matches!(error, ConnectError::NoMaster(_)), "{error:?}");
}
