//! What cannot be tried on a server that other tests use: one that is stopped, and one that has a certificate of its own.
#![expect(clippy::unwrap_used, reason = "in the helpers too, what fails is the test")]

#[expect(dead_code, reason = "not every test needs all of it")]
mod common;

use std::{
    fs,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use mysql_async::{Conn, Opts, OptsBuilder, prelude::Queryable};
use tempfile::TempDir;
use wechat_login_domain::ports::Users;
use wechat_login_store_mysql::{MysqlStore, OpenError, Settings};
use wechat_login_testkit::sample::{NOW, alice, shop_mini};

struct Server {
    folder: TempDir,
    process: Child,
    port: u16,
}

fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{program} must be installed: {error}"));
    assert!(output.status.success(), "{program}: {output:?}");
}

/// An authority, and a certificate of its for `localhost`.
fn make_certificates(folder: &Path) {
    let path = |name: &str| folder.join(name).display().to_string();
    fs::write(
        path("names"),
        "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE",
    )
    .unwrap();
    let key = ["-newkey", "rsa:2048", "-nodes"];
    let (ca, ca_key, request, server_key) = (
        path("ca.pem"),
        path("ca.key"),
        path("server.csr"),
        path("server.key"),
    );
    let authority = [
        "req",
        "-x509",
        "-days",
        "3650",
        "-subj",
        "/CN=test-authority",
        "-keyout",
        &ca_key,
        "-out",
        &ca,
    ];
    run("openssl", &[&authority[..], &key].concat());
    let asking = [
        "req",
        "-subj",
        "/CN=localhost",
        "-keyout",
        &server_key,
        "-out",
        &request,
    ];
    run("openssl", &[&asking[..], &key].concat());
    run(
        "openssl",
        &[
            "x509",
            "-req",
            "-days",
            "3650",
            "-in",
            &request,
            "-CA",
            &ca,
            "-CAkey",
            &ca_key,
            "-CAcreateserial",
            "-extfile",
            &path("names"),
            "-out",
            &path("server.pem"),
        ],
    );
}

impl Server {
    async fn start(with_tls: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let data = format!("--datadir={}", path("data"));
        let install = [
            "--no-defaults",
            &data,
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        ];
        // With much else to do on the machine it gives up now and then; what it leaves behind is in its way.
        let is_installed = (0..3).any(|_| {
            let _ = fs::remove_dir_all(path("data"));
            let output = Command::new("mariadb-install-db").args(install).output();
            output.is_ok_and(|output| output.status.success())
        });
        assert!(
            is_installed,
            "mariadb-install-db must be installed, and make a database"
        );
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut server = Command::new("mariadbd");
        server
            .args(["--no-defaults", &data, "--bind-address=127.0.0.1", "--user=root"])
            .arg(format!("--port={port}"))
            .arg(format!("--socket={}", path("socket")));
        if with_tls {
            make_certificates(folder.path());
            server
                .arg(format!("--ssl-ca={}", path("ca.pem")))
                .arg(format!("--ssl-cert={}", path("server.pem")))
                .arg(format!("--ssl-key={}", path("server.key")));
        }
        let process = server.stderr(Stdio::null()).spawn().unwrap();
        let server = Self {
            folder,
            process,
            port,
        };
        let began = Instant::now();
        while server.connect().await.is_err() {
            assert!(
                began.elapsed() < Duration::from_secs(30),
                "mariadbd does not start"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        server
    }

    async fn connect(&self) -> Result<Conn, mysql_async::Error> {
        let options = Opts::from_url(&format!("mysql://root@127.0.0.1:{}", self.port)).unwrap();
        Conn::new(OptsBuilder::from_opts(options).prefer_socket(false)).await
    }

    async fn make_database(&self) {
        let mut admin = self.connect().await.unwrap();
        admin.query_drop("CREATE DATABASE login").await.unwrap();
        let settings = self.settings("127.0.0.1", "");
        MysqlStore::migrate(&settings).await.unwrap();
    }

    fn settings(&self, host: &str, parameters: &str) -> Settings {
        let url = format!("mysql://root@{host}:{}/login{parameters}", self.port);
        Settings::new(url.into())
    }

    fn signal(&self, signal: &str) {
        run("kill", &[signal, &self.process.id().to_string()]);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

async fn open(settings: &Settings) -> Result<MysqlStore, OpenError> {
    MysqlStore::open(
        settings,
        common::keyring(),
        Arc::new(common::different_each_time()),
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_server_fails_calls_in_time_and_is_found_again() {
    let server = Server::start(false).await;
    server.make_database().await;
    let store = open(&server.settings("127.0.0.1", "")).await.unwrap();
    let asked = alice().at(&shop_mini());
    store.users().resolve(&asked, NOW).await.unwrap();

    server.signal("-STOP");
    let began = Instant::now();
    let logins: Vec<_> = (0..200)
        .map(|_| {
            let (users, asked) = (store.users(), asked.clone());
            tokio::spawn(async move { users.resolve(&asked, NOW).await })
        })
        .collect();
    for login in logins {
        login.await.unwrap().unwrap_err();
    }
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    assert!(matches!(
        open(&server.settings("127.0.0.1", "")).await.err().unwrap(),
        OpenError::Silent { .. }
    ));
    server.signal("-CONT");
    // It first meets all who have given up.
    let began = Instant::now();
    while store.users().resolve(&asked, NOW).await.is_err() {
        assert!(began.elapsed() < Duration::from_secs(2));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_read_only_is_refused_until_it_takes_writes() {
    let server = Server::start(false).await;
    server.make_database().await;
    let mut admin = server.connect().await.unwrap();
    // Whoever may do anything may write all the same.
    for sql in [
        "CREATE USER service@'%' IDENTIFIED BY 'secret'",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON login.* TO service@'%'",
        "SET GLOBAL read_only = ON",
    ] {
        admin.query_drop(sql).await.unwrap();
    }
    let settings = Settings::new(format!("mysql://service:secret@127.0.0.1:{}/login", server.port).into());
    let error = open(&settings).await.err().unwrap();
    assert!(matches!(error, OpenError::ReadOnly { .. }), "{error:?}");
    assert!(error.to_string().contains("is read-only"), "{error}");
    admin.query_drop("SET GLOBAL read_only = OFF").await.unwrap();
    open(&settings).await.unwrap().ping().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_tls_is_refused_where_the_url_asks_for_it() {
    let server = Server::start(false).await;
    let error = open(&server.settings("127.0.0.1", "?ssl-mode=required")).await;
    let error = error.err().unwrap();
    assert!(matches!(error, OpenError::Tls { .. }), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_is_what_the_url_asks_for() {
    let server = Server::start(true).await;
    server.make_database().await;
    let mut admin = server.connect().await.unwrap();
    for sql in [
        "CREATE USER careful@'%' IDENTIFIED BY 'secret' REQUIRE SSL",
        "GRANT ALL ON login.* TO careful@'%'",
    ] {
        admin.query_drop(sql).await.unwrap();
    }
    let ca = server.folder.path().join("ca.pem").display().to_string();
    let other = tempfile::tempdir().unwrap();
    make_certificates(other.path());
    let other_ca = other.path().join("ca.pem").display().to_string();
    let settings = |host: &str, parameters: String| {
        let url = format!("mysql://careful:secret@{host}:{}/login{parameters}", server.port);
        Settings::new(url.into())
    };
    let (name, address) = ("localhost", "127.0.0.1");
    for (host, parameters) in [
        (address, "?ssl-mode=required".to_owned()),
        (
            address,
            format!("?ssl-mode=verify_identity&ssl-ca={ca}&ssl-name=localhost"),
        ),
        (name, format!("?ssl-mode=verify_identity&ssl-ca={ca}")),
    ] {
        let settings = settings(host, parameters.clone());
        let store = open(&settings)
            .await
            .unwrap_or_else(|error| panic!("{parameters}: {error:?}"));
        store
            .users()
            .resolve(&alice().at(&shop_mini()), NOW)
            .await
            .unwrap();
    }
    for (host, parameters) in [
        (name, "?ssl-mode=verify_identity".to_owned()),
        (name, format!("?ssl-mode=verify_identity&ssl-ca={other_ca}")),
        (
            name,
            format!("?ssl-mode=verify_identity&ssl-ca={ca}&ssl-name=other.host"),
        ),
        (address, format!("?ssl-mode=verify_identity&ssl-ca={ca}")),
    ] {
        let error = open(&settings(host, parameters.clone())).await.err().unwrap();
        assert!(matches!(error, OpenError::Tls { .. }), "{parameters}: {error:?}");
    }
    let plain = open(&settings(address, String::new())).await.err().unwrap();
    assert!(matches!(plain, OpenError::Refused { .. }), "{plain:?}");
}
