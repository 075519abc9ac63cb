//! Databases on the test server, one for each test.

pub(crate) mod proxy;
pub(crate) mod sound;

use std::{
    env, process,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use mysql_async::{Conn, Opts, OptsBuilder, prelude::Queryable};
use wechat_login_domain::{Keyring, MasterKey};
use wechat_login_store_mysql::{MysqlStore, Settings};
use wechat_login_testkit::fake::SeededEntropy;

const SERVER: &str = "WECHAT_LOGIN_TEST_MYSQL";

/// The server's URL, without a database.
pub(crate) fn server() -> String {
    let server = env::var(SERVER).unwrap_or_else(|_| {
        panic!(
            "{SERVER} must name a server, such as mysql://root@127.0.0.1:3306; `cargo xtask test` starts one"
        )
    });
    server.trim_end_matches('/').to_owned()
}

/// The server's host and port.
pub(crate) fn place() -> String {
    let server = Opts::from_url(&server()).unwrap();
    format!("{}:{}", server.ip_or_hostname(), server.tcp_port())
}

/// The key is the same each time, so that a store can be opened again.
pub(crate) fn keyring() -> Arc<Keyring> {
    let key = MasterKey::generate(&SeededEntropy::new(7));
    Arc::new(Keyring::new(key, Vec::new(), Arc::new(different_each_time())))
}

static TIMES: AtomicU32 = AtomicU32::new(0);

/// Tells apart what several tests and processes make on one server.
fn number() -> u64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "what differs between processes is wanted here"
    )]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let times = TIMES.fetch_add(1, Ordering::Relaxed);
    u64::from(now.subsec_nanos() ^ times << 30) << 32 | u64::from(process::id())
}

pub(crate) fn different_each_time() -> SeededEntropy {
    SeededEntropy::new(number())
}

/// A database that goes with the test.
pub(crate) struct TestDatabase {
    pub(crate) name: String,
}

impl TestDatabase {
    /// One without tables.
    pub(crate) async fn empty() -> Self {
        let name = format!("wl_test_{:016x}", number());
        let mut admin = admin().await;
        admin
            .query_drop(format!(
                "CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"
            ))
            .await
            .unwrap();
        admin.disconnect().await.unwrap();
        Self { name }
    }

    pub(crate) fn url(&self) -> String {
        format!("{}/{}", server(), self.name)
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings::new(self.url().into())
    }

    /// For what is not about time: the machine may be busy with other tests.
    pub(crate) fn patient_settings(&self) -> Settings {
        let patience = Duration::from_secs(20);
        Settings {
            wait_timeout: patience,
            call_timeout: patience,
            ..self.settings()
        }
    }

    pub(crate) async fn migrate(&self) {
        MysqlStore::migrate(&self.settings()).await.unwrap();
    }

    pub(crate) async fn open(&self) -> MysqlStore {
        open(&self.patient_settings()).await
    }

    /// A connection of the test's own.
    pub(crate) async fn connect(&self) -> Conn {
        let options = OptsBuilder::from_opts(Opts::from_url(&self.url()).unwrap()).prefer_socket(false);
        Conn::new(options).await.unwrap()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let name = self.name.clone();
        // On a thread, as the test's runtime may not be waited for.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let mut admin = admin().await;
                admin.query_drop(format!("DROP DATABASE {name}")).await.unwrap();
                admin.disconnect().await.unwrap();
            });
        });
        drop(dropping.join());
    }
}

pub(crate) async fn admin() -> Conn {
    let options = OptsBuilder::from_opts(Opts::from_url(&server()).unwrap()).prefer_socket(false);
    Conn::new(options).await.unwrap()
}

pub(crate) async fn open(settings: &Settings) -> MysqlStore {
    MysqlStore::open(settings, keyring(), Arc::new(different_each_time()))
        .await
        .unwrap()
}

pub(crate) async fn fresh() -> (TestDatabase, MysqlStore) {
    let database = TestDatabase::empty().await;
    database.migrate().await;
    let store = database.open().await;
    (database, store)
}
