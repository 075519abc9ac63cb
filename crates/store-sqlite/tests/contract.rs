//! The adapters keep what the ports promise.

mod common;

use std::sync::Arc;

use tempfile::TempDir;
use wechat_login_domain::ports::{
    Administration, AppTokens, Exchanges, PendingLogins, Revocations, SessionKeys, Sessions, Users,
};

async fn user_store() -> (TempDir, Arc<dyn Users>) {
    let (folder, store) = common::fresh().await;
    (folder, Arc::new(store.users()))
}

async fn session_store() -> (TempDir, Arc<dyn Sessions>) {
    let (folder, store) = common::fresh().await;
    (folder, Arc::new(store.sessions()))
}

async fn session_key_store() -> (TempDir, Arc<dyn SessionKeys>) {
    let (folder, store) = common::fresh().await;
    (folder, Arc::new(store.session_keys()))
}

async fn revocation_store() -> (TempDir, Arc<dyn Revocations>) {
    let (folder, store) = common::fresh().await;
    (folder, Arc::new(store.revocations()))
}

async fn exchange_store() -> (TempDir, Arc<dyn Exchanges>) {
    let (folder, store) = common::fresh().await;
    (folder, Arc::new(store.exchanges()))
}

async fn pending_login_store() -> (TempDir, Arc<dyn PendingLogins>) {
    let (folder, store) = common::fresh().await;
    (folder, Arc::new(store.pending_logins()))
}

async fn app_token_store() -> (TempDir, Arc<dyn AppTokens>) {
    let (folder, store) = common::fresh().await;
    (folder, Arc::new(store.app_tokens()))
}

async fn user_and_revocation_store() -> (TempDir, Arc<dyn Users>, Arc<dyn Revocations>) {
    let (folder, store) = common::fresh().await;
    (folder, Arc::new(store.users()), Arc::new(store.revocations()))
}

async fn administered_store() -> (
    TempDir,
    Arc<dyn Users>,
    Arc<dyn Administration>,
    Arc<dyn Revocations>,
) {
    let (folder, store) = common::fresh().await;
    let users = Arc::new(store.users());
    (
        folder,
        Arc::clone(&users) as _,
        users,
        Arc::new(store.revocations()),
    )
}

mod users {
    wechat_login_testkit::users_contract!(super::user_store);
}

mod sessions {
    wechat_login_testkit::sessions_contract!(super::session_store);
}

mod session_keys {
    wechat_login_testkit::session_keys_contract!(super::session_key_store);
}

mod revocations {
    wechat_login_testkit::revocations_contract!(super::revocation_store);
}

mod exchanges {
    wechat_login_testkit::exchanges_contract!(super::exchange_store);
}

mod pending_logins {
    wechat_login_testkit::pending_logins_contract!(super::pending_login_store);
}

mod app_tokens {
    wechat_login_testkit::app_tokens_contract!(super::app_token_store);
}

mod merges {
    wechat_login_testkit::merges_contract!(super::user_and_revocation_store);
}

mod unlinking {
    wechat_login_testkit::unlinking_contract!(super::user_and_revocation_store);
}

mod session_lists {
    wechat_login_testkit::session_lists_contract!(super::session_store);
}

mod administration {
    wechat_login_testkit::administration_contract!(super::administered_store);
}
