//! Stores in temporary folders.

use std::{
    path::Path,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use tempfile::TempDir;
use wechat_login_domain::{Keyring, MasterKey};
use wechat_login_store_sqlite::{OpenError, SqliteStore};
use wechat_login_testkit::fake::SeededEntropy;

/// The key is the same each time, so that a store can be opened again.
pub(crate) fn keyring() -> Arc<Keyring> {
    let key = MasterKey::generate(&SeededEntropy::new(7));
    Arc::new(Keyring::new(key, Vec::new(), Arc::new(different_each_time())))
}

/// Several stores and processes write to one file, and no two may make the same id.
fn different_each_time() -> SeededEntropy {
    #[expect(
        clippy::disallowed_methods,
        reason = "what differs between processes is wanted here"
    )]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    SeededEntropy::new(u64::from(now.subsec_nanos()) << 32 | u64::from(std::process::id()))
}

pub(crate) async fn try_open(path: &Path) -> Result<SqliteStore, OpenError> {
    SqliteStore::open(path, keyring(), Arc::new(different_each_time())).await
}

pub(crate) async fn open(path: &Path) -> SqliteStore {
    try_open(path).await.expect("the file can be opened")
}

pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().expect("there is room for a test's files")
}

pub(crate) async fn fresh() -> (TempDir, SqliteStore) {
    let folder = folder();
    let store = open(&folder.path().join("test.db")).await;
    (folder, store)
}
