//! Stores on the servers that the environment names, each test behind a prefix of its own.

use std::{env, sync::Arc};

use wechat_login_domain::{Keyring, MasterKey};
use wechat_login_sessions_redis::{CachedSessions, ConnectError, RedisSettings, RedisStore};
use wechat_login_testkit::fake::{EmptyReadings, SeededEntropy};

/// The single server.
pub(crate) fn server() -> String {
    variable("WECHAT_LOGIN_TEST_REDIS")
}

/// The cluster.
pub(crate) fn cluster() -> String {
    variable("WECHAT_LOGIN_TEST_REDIS_CLUSTER")
}

fn variable(name: &str) -> String {
    env::var(name)
        .unwrap_or_else(|_| panic!("{name} must name a server to test with; `cargo xtask test` starts one"))
}

pub(crate) fn random() -> u64 {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).expect("the system has random bytes");
    u64::from_ne_bytes(bytes)
}

pub(crate) fn prefix() -> String {
    format!("test-{:016x}:", random())
}

/// The key is the same each time, so that a store can be opened again.
pub(crate) fn keyring() -> Arc<Keyring> {
    let key = MasterKey::generate(&SeededEntropy::new(7));
    Arc::new(Keyring::new(
        key,
        Vec::new(),
        Arc::new(SeededEntropy::new(random())),
    ))
}

pub(crate) async fn try_connect(url: &str, prefix: &str) -> Result<RedisStore, ConnectError> {
    let settings = RedisSettings::parse(url, prefix).expect("the test's URL is right");
    RedisStore::connect(&settings, keyring(), Arc::new(SeededEntropy::new(random()))).await
}

pub(crate) async fn connect(url: &str, prefix: &str) -> RedisStore {
    try_connect(url, prefix).await.expect("the server is there")
}

/// With sessions at hand, and nobody to be told of news.
pub(crate) fn cached(store: &RedisStore) -> CachedSessions {
    store.cached_sessions(Arc::new(EmptyReadings::default()))
}
