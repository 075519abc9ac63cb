//! The adapters keep what the ports promise.
#![expect(clippy::unwrap_used, reason = "in the helpers too, what fails is the test")]

#[expect(dead_code, reason = "not every test needs all of it")]
mod common;

use std::sync::Arc;

use wechat_login_domain::ports::{Administration, Revocations, Users};

use self::common::TestDatabase;

async fn user_store() -> (TestDatabase, Arc<dyn Users>) {
    let (database, store) = common::fresh().await;
    (database, Arc::new(store.users()))
}

async fn revocation_store() -> (TestDatabase, Arc<dyn Revocations>) {
    let (database, store) = common::fresh().await;
    (database, Arc::new(store.revocations()))
}

async fn user_and_revocation_store() -> (TestDatabase, Arc<dyn Users>, Arc<dyn Revocations>) {
    let (database, store) = common::fresh().await;
    (database, Arc::new(store.users()), Arc::new(store.revocations()))
}

async fn administered_store() -> (
    TestDatabase,
    Arc<dyn Users>,
    Arc<dyn Administration>,
    Arc<dyn Revocations>,
) {
    let (database, store) = common::fresh().await;
    let users = Arc::new(store.users());
    (
        database,
        Arc::clone(&users) as _,
        users,
        Arc::new(store.revocations()),
    )
}

mod users {
    wechat_login_testkit::users_contract!(super::user_store);
}

mod revocations {
    wechat_login_testkit::revocations_contract!(super::revocation_store);
}

mod merges {
    wechat_login_testkit::merges_contract!(super::user_and_revocation_store);
}

mod unlinking {
    wechat_login_testkit::unlinking_contract!(super::user_and_revocation_store);
}

mod administration {
    wechat_login_testkit::administration_contract!(super::administered_store);
}
