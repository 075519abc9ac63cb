//! What can only be shown from inside.

mod full_disk;
mod lending;

use std::sync::Arc;

use tempfile::TempDir;
use wechat_login_domain::{Keyring, MasterKey};
use wechat_login_testkit::fake::SeededEntropy;

use crate::SqliteStore;

async fn fresh() -> (TempDir, SqliteStore) {
    let folder = tempfile::tempdir().unwrap();
    let entropy = Arc::new(SeededEntropy::new(1));
    let keyring = Keyring::new(
        MasterKey::generate(&*entropy),
        Vec::new(),
        Arc::clone(&entropy) as _,
    );
    let store = SqliteStore::open(&folder.path().join("test.db"), Arc::new(keyring), entropy).await;
    (folder, store.unwrap())
}
