//! What a start says of servers that cannot keep sessions.

use wechat_login_domain::{
    SessionToken,
    ports::{PendingLogins, Sessions, Taking},
};
use wechat_login_sessions_redis::{ConnectError, FeedEvent};
use wechat_login_testkit::{
    fake::SeededEntropy,
    sample::{NOW, digest, state},
};

use crate::{
    common,
    own_server::{OwnServer, free_port, run},
    records,
};

/// Connects, expecting a refusal of one line that does not show the password.
async fn refusal(url: &str) -> ConnectError {
    let error = common::try_connect(url, &common::prefix())
        .await
        .err()
        .expect("it cannot keep sessions");
    let text = error.to_string();
    assert!(!text.contains("SECRET") && !text.contains('\n'), "{text}");
    assert!(!format!("{error:?}").contains("SECRET"), "{error:?}");
    error
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_there_is_told_soon() {
    let url = format!("redis://:SECRET@127.0.0.1:{}", free_port());
    let error = refusal(&url).await;
    assert!(matches!(error, ConnectError::Unreachable(_)), "{error:?}");
    let cluster = format!(
        "redis+cluster://:SECRET@127.0.0.1:{},127.0.0.1:{}",
        free_port(),
        free_port()
    );
    let error = refusal(&cluster).await;
    assert!(matches!(error, ConnectError::Unreachable(_)), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_says_nothing_is_as_good_as_none() {
    let server = OwnServer::start(&[]).await;
    server.pause();
    let error = refusal(&server.url()).await;
    assert!(matches!(error, ConnectError::Unreachable(_)), "{error:?}");
    server.resume();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_and_a_wrong_password_are_told_apart() {
    let server = OwnServer::start(&["--requirepass", "right"]).await;
    let error = refusal(&server.url()).await;
    assert!(matches!(error, ConnectError::PasswordNeeded), "{error:?}");
    for credentials in [":SECRET", "nobody:SECRET"] {
        let url = format!("redis://{credentials}@127.0.0.1:{}", server.port());
        let error = refusal(&url).await;
        assert!(matches!(error, ConnectError::PasswordWrong), "{error:?}");
    }
    let url = format!("redis://:right@127.0.0.1:{}/1", server.port());
    common::connect(&url, "wl:").await.ping().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_where_none_is_set_is_a_wrong_one() {
    let server = OwnServer::start(&[]).await;
    let error = refusal(&format!("redis://user:SECRET@127.0.0.1:{}", server.port())).await;
    assert!(matches!(error, ConnectError::PasswordWrong), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_is_refused() {
    let master = OwnServer::start(&[]).await;
    let replica = OwnServer::start(&["--replicaof", &format!("127.0.0.1 {}", master.port())]).await;
    let mut connection = replica.connection().await;
    for _ in 0..300 {
        let state: String = run(&mut connection, &["INFO", "replication"]).await;
        if state.contains("master_link_status:up") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let error = refusal(&replica.url()).await;
    assert!(matches!(error, ConnectError::ReadOnly), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_drops_keys_is_refused() {
    let server = OwnServer::start(&["--maxmemory-policy", "volatile-lru"]).await;
    let error = refusal(&server.url()).await;
    assert!(
        matches!(&error, ConnectError::Evicting(policy) if policy == "volatile-lru"),
        "{error:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_server_is_refused() {
    let server = OwnServer::start(&["--maxmemory", "100kb", "--maxmemory-policy", "noeviction"]).await;
    let error = refusal(&server.url()).await;
    assert!(matches!(error, ConnectError::OutOfMemory), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_of_a_cluster_is_no_single_server() {
    let nodes = common::cluster();
    let nodes = nodes.strip_prefix("redis+cluster://").expect("it is a cluster");
    let mut errors = Vec::new();
    for node in nodes.split(',') {
        // Some keys do lie on a node: its neighbours will not take them.
        for _ in 0..8 {
            errors.extend(
                common::try_connect(&format!("redis://{node}"), &common::prefix())
                    .await
                    .err(),
            );
        }
    }
    assert!(!errors.is_empty());
    assert!(
        errors
            .iter()
            .all(|error| matches!(error, ConnectError::IsCluster)),
        "{errors:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_server_is_no_cluster() {
    let server = OwnServer::start(&[]).await;
    let error = refusal(&format!("redis+cluster://127.0.0.1:{}", server.port())).await;
    assert!(matches!(error, ConnectError::IsNoCluster), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_says_what_is_wrong_with_a_password_too() {
    let bus_port = free_port().to_string();
    let node = OwnServer::start(&["--cluster-enabled", "yes", "--cluster-port", &bus_port]).await;
    let mut connection = node.connection().await;
    let () = run(&mut connection, &["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]).await;
    let () = run(&mut connection, &["CONFIG", "SET", "requirepass", "right"]).await;
    let error = refusal(&format!("redis+cluster://127.0.0.1:{}", node.port())).await;
    assert!(matches!(error, ConnectError::PasswordNeeded), "{error:?}");
    let error = refusal(&format!("redis+cluster://:SECRET@127.0.0.1:{}", node.port())).await;
    assert!(matches!(error, ConnectError::PasswordWrong), "{error:?}");
    let () = run(
        &mut connection,
        &["CONFIG", "SET", "maxmemory-policy", "allkeys-random"],
    )
    .await;
    let url = format!("redis+cluster://:right@127.0.0.1:{}", node.port());
    let error = refusal(&url).await;
    assert!(matches!(error, ConnectError::Evicting(_)), "{error:?}");
    let () = run(
        &mut connection,
        &["CONFIG", "SET", "maxmemory-policy", "noeviction"],
    )
    .await;
    // A node notices that its slots are all there.
    let begun = std::time::Instant::now();
    while let Err(error) = common::try_connect(&url, "wl:").await {
        assert!(begun.elapsed() < std::time::Duration::from_secs(5), "{error:?}");
    }
}

/// As a managed server behind a proxy does.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hides_its_settings_will_do() {
    let hidden = ["HELLO", "INFO", "CONFIG", "CLIENT"];
    let renamed: Vec<_> = hidden
        .iter()
        .flat_map(|name| ["--rename-command", name, ""])
        .collect();
    let server = OwnServer::start(&renamed).await;
    let store = common::connect(&server.url(), "wl:").await;
    store.ping().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_lacks_a_command_is_refused() {
    for name in ["GETDEL", "EVAL"] {
        let server = OwnServer::start(&["--rename-command", name, ""]).await;
        let error = refusal(&server.url()).await;
        assert!(matches!(error, ConnectError::TooOld(_)), "{name} {error:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_with_too_few_rights_is_refused() {
    let server = OwnServer::start(&[]).await;
    let mut connection = server.connection().await;
    let words = ["ACL", "SETUSER", "reader", "on", ">SECRET", "~*", "+get", "+ping"];
    let () = run(&mut connection, &words).await;
    let error = refusal(&format!("redis://reader:SECRET@127.0.0.1:{}", server.port())).await;
    assert!(matches!(error, ConnectError::NotAllowed(_)), "{error:?}");
}

/// The rights that the README asks for, and no other.
#[tokio::test(flavor = "multi_thread")]
async fn a_user_with_the_documented_rights_will_do() {
    let server = OwnServer::start(&[]).await;
    let mut connection = server.connection().await;
    let readme = include_str!("../../README.md");
    let line = readme
        .lines()
        .find_map(|line| line.strip_prefix("ACL SETUSER wechat-login "));
    let rights = line.expect("the README says which").replace("PASSWORD", "SECRET");
    let words: Vec<_> = ["ACL", "SETUSER", "wechat-login"]
        .into_iter()
        .chain(rights.split(' '))
        .collect();
    let () = run(&mut connection, &words).await;
    let url = format!("redis://wechat-login:SECRET@127.0.0.1:{}/2", server.port());
    let store = common::connect(&url, "wl:").await;
    records::write_everything(&store, &SessionToken::generate(&SeededEntropy::new(1))).await;
    let taken = store
        .pending_logins()
        .take(&state(1), &digest(5), &[7; 32], NOW)
        .await
        .unwrap();
    assert!(matches!(taken, Taking::Taken(_)), "{taken:?}");
    store.sessions().remove(&digest(1)).await.unwrap();
    assert_eq!(store.feed().recv().await, Some(FeedEvent::Up));
    let log: Vec<deadpool_redis::redis::Value> = run(&mut connection, &["ACL", "LOG"]).await;
    assert!(log.is_empty(), "something was refused unnoticed: {log:?}");
}

/// Nobody signed this: a password must not go there.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_tls_is_not_taken_for_one_with_it() {
    let server = OwnServer::start(&[]).await;
    let error = refusal(&format!("rediss://:SECRET@127.0.0.1:{}", server.port())).await;
    assert!(matches!(error, ConnectError::Unreachable(_)), "{error:?}");
}
