//! The fakes keep what the adapters must keep.
#![expect(
    clippy::unused_async,
    reason = "an adapter's store takes a while to open, so the suites await it"
)]

use std::sync::Arc;

use wechat_login_domain::ports::{
    Administration, AppTokens, Exchanges, PendingLogins, Revocations, SessionKeys, Sessions, Users,
};
use wechat_login_testkit::fake::{
    MemoryAppTokens, MemoryExchanges, MemoryPendingLogins, MemoryRevocations, MemorySessionKeys,
    MemorySessions, MemoryUsers,
};

async fn memory_users() -> ((), Arc<dyn Users>) {
    ((), Arc::new(MemoryUsers::default()))
}

async fn memory_sessions() -> ((), Arc<dyn Sessions>) {
    ((), Arc::new(MemorySessions::default()))
}

async fn memory_session_keys() -> ((), Arc<dyn SessionKeys>) {
    ((), Arc::new(MemorySessionKeys::default()))
}

async fn memory_revocations() -> ((), Arc<dyn Revocations>) {
    ((), Arc::new(MemoryRevocations::default()))
}

async fn memory_exchanges() -> ((), Arc<dyn Exchanges>) {
    ((), Arc::new(MemoryExchanges::default()))
}

async fn memory_pending_logins() -> ((), Arc<dyn PendingLogins>) {
    ((), Arc::new(MemoryPendingLogins::default()))
}

async fn memory_app_tokens() -> ((), Arc<dyn AppTokens>) {
    ((), Arc::new(MemoryAppTokens::default()))
}

async fn memory_users_and_revocations() -> ((), Arc<dyn Users>, Arc<dyn Revocations>) {
    let revocations = Arc::new(MemoryRevocations::default());
    let users = MemoryUsers::recording_to(Arc::clone(&revocations));
    ((), Arc::new(users), revocations)
}

async fn memory_administration() -> ((), Arc<dyn Users>, Arc<dyn Administration>, Arc<dyn Revocations>) {
    let revocations = Arc::new(MemoryRevocations::default());
    let users = Arc::new(MemoryUsers::recording_to(Arc::clone(&revocations)));
    ((), Arc::clone(&users) as _, users, revocations)
}

mod users {
    wechat_login_testkit::users_contract!(super::memory_users);
}
mod sessions {
    wechat_login_testkit::sessions_contract!(super::memory_sessions);
}
mod session_keys {
    wechat_login_testkit::session_keys_contract!(super::memory_session_keys);
}
mod revocations {
    wechat_login_testkit::revocations_contract!(super::memory_revocations);
}
mod exchanges {
    wechat_login_testkit::exchanges_contract!(super::memory_exchanges);
}
mod pending_logins {
    wechat_login_testkit::pending_logins_contract!(super::memory_pending_logins);
}
mod app_tokens {
    wechat_login_testkit::app_tokens_contract!(super::memory_app_tokens);
}
mod merges {
    wechat_login_testkit::merges_contract!(super::memory_users_and_revocations);
}
mod unlinking {
    wechat_login_testkit::unlinking_contract!(super::memory_users_and_revocations);
}
mod session_lists {
    wechat_login_testkit::session_lists_contract!(super::memory_sessions);
}
mod administration {
    wechat_login_testkit::administration_contract!(super::memory_administration);
}
