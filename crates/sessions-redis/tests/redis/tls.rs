//! Servers over TLS, and whom they are taken for.

use std::{env, process::Command};

use tempfile::TempDir;
use wechat_login_sessions_redis::ConnectError;

use crate::{
    common,
    own_server::{OwnServer, free_port},
};

const URL: &str = "WECHAT_LOGIN_TEST_TLS_URL";

/// A server that shows a certificate which it signed itself.
async fn server() -> (TempDir, OwnServer, String) {
    let folder = tempfile::tempdir().expect("there is room for a test's files");
    let (key, certificate) = (
        folder.path().join("key.pem"),
        folder.path().join("certificate.pem"),
    );
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
        ])
        .args([
            "-days",
            "2",
            "-subj",
            "/CN=test",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
        ])
        .args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output()
        .expect("openssl is on the PATH");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let path = |path: &std::path::Path| path.to_str().expect("the path is UTF-8").to_owned();
    let (key, certificate, port) = (path(&key), path(&certificate), free_port().to_string());
    let server = OwnServer::start(&[
        "--tls-port",
        &port,
        "--tls-key-file",
        &key,
        "--tls-cert-file",
        &certificate,
        "--tls-ca-cert-file",
        &certificate,
        "--tls-auth-clients",
        "no",
    ])
    .await;
    (folder, server, format!("rediss://:SECRET@127.0.0.1:{port}"))
}

/// A password must not go to whoever stands in between.
#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_nobody_trusts_is_refused() {
    let (_folder, _server, url) = server().await;
    let error = common::try_connect(&url, "wl:")
        .await
        .err()
        .expect("nobody signed it");
    assert!(matches!(error, ConnectError::Unreachable(Some(_))), "{error:?}");
    assert!(error.to_string().contains("TLS"), "{error}");
}

/// In a process of its own, as the system's roots are read once and are the environment's to name.
#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_the_system_trusts_is_taken() {
    if let Ok(url) = env::var(URL) {
        return connects(&url).await;
    }
    let (folder, _server, url) = server().await;
    let output = Command::new(env::current_exe().expect("a test is a program"))
        .args(["--exact", "tls::a_certificate_that_the_system_trusts_is_taken"])
        .env("SSL_CERT_FILE", folder.path().join("certificate.pem"))
        .env(URL, url.replace(":SECRET@", ""))
        .output()
        .expect("a test is a program");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

async fn connects(url: &str) {
    let store = common::connect(url, "wl:").await;
    store.ping().await.expect("it was connected just now");
    let event = store.feed().recv().await;
    assert!(event.is_some(), "the feed uses TLS too");
}
