//! The adapters keep what the ports promise, on one server and on a cluster.

use std::sync::Arc;

use wechat_login_domain::ports::{AppTokens, Exchanges, PendingLogins, SessionKeys, Sessions};

use crate::common;

macro_rules! stores {
    ($url:path) => {
        use super::*;

        async fn store() -> wechat_login_sessions_redis::RedisStore {
            common::connect(&$url(), &common::prefix()).await
        }

        async fn session_store() -> ((), Arc<dyn Sessions>) {
            ((), Arc::new(store().await.sessions()))
        }

        async fn session_key_store() -> ((), Arc<dyn SessionKeys>) {
            ((), Arc::new(store().await.session_keys()))
        }

        async fn exchange_store() -> ((), Arc<dyn Exchanges>) {
            ((), Arc::new(store().await.exchanges()))
        }

        async fn pending_login_store() -> ((), Arc<dyn PendingLogins>) {
            ((), Arc::new(store().await.pending_logins()))
        }

        async fn app_token_store() -> ((), Arc<dyn AppTokens>) {
            ((), Arc::new(store().await.app_tokens()))
        }

        mod sessions {
            wechat_login_testkit::sessions_contract!(super::session_store);
        }

        mod session_lists {
            wechat_login_testkit::session_lists_contract!(super::session_store);
        }

        mod session_keys {
            wechat_login_testkit::session_keys_contract!(super::session_key_store);
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
    };
}

mod server {
    stores!(common::server);
}

mod cluster {
    stores!(common::cluster);
}
