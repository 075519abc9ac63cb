//! Several processes' worth of connections to one file, and threads that really run at the same time.

mod common;

use std::{sync::Arc, time::Duration};

use wechat_login_domain::{AppAccessTokens, ports::FetchedAppToken};
use wechat_login_testkit::{
    fake::{FakeWeChat, SeededEntropy, VirtualClock},
    sample::{app_token, shop_mini},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_all_calls_of_all_instances_at_once_one_fetches_the_token() {
    let (folder, store) = common::fresh().await;
    let path = folder.path().join("test.db");
    let stores = [store, common::open(&path).await, common::open(&path).await];
    let wechat = Arc::new(FakeWeChat::default());
    let fetched = |n| FetchedAppToken {
        token: app_token(n),
        expires_in: Duration::from_hours(2),
    };
    let answers = [Ok(fetched(1)), Ok(fetched(2))];
    wechat.app_tokens.answers(shop_mini().app_id.as_str(), answers);
    *wechat.app_tokens_take.lock().unwrap() = Duration::from_millis(300);
    let (clock, entropy) = (
        Arc::new(VirtualClock::default()),
        Arc::new(SeededEntropy::default()),
    );
    let mut running = Vec::new();
    for store in stores {
        let store = Arc::new(store.app_tokens());
        let tokens = AppAccessTokens::new(wechat.clone(), store, clock.clone(), entropy.clone());
        let tokens = Arc::new(tokens);
        for _ in 0..100 {
            let tokens = Arc::clone(&tokens);
            running.push(tokio::spawn(async move {
                let show = |token, _within| async { Ok(token) };
                tokens
                    .with_token(&shop_mini(), Duration::from_secs(10), show)
                    .await
            }));
        }
    }
    for call in running {
        assert_eq!(call.await.unwrap().unwrap(), app_token(1));
    }
    assert_eq!(wechat.calls().len(), 1);
}
