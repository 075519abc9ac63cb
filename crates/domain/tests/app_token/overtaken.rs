//! A store that takes its time, in which others are faster.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use time::OffsetDateTime;
use wechat_login_domain::{
    AppAccessToken, AppAccessTokens, AppId, PortError,
    ports::{AppTokens, Clock, KeptAppToken, WeChatError},
};
use wechat_login_testkit::{
    fake::MemoryAppTokens,
    sample::{app_token, shop_mini},
};

use crate::world::{TWO_HOURS, WITHIN, World, show, shown, with_token};

struct SlowStore {
    store: Arc<MemoryAppTokens>,
    claims_take: Duration,
    /// What another instance puts before the first claim.
    overtaken_by: Mutex<Option<KeptAppToken>>,
}

#[async_trait]
impl AppTokens for SlowStore {
    async fn find(&self, app_id: &AppId, now: OffsetDateTime) -> Result<Option<KeptAppToken>, PortError> {
        self.store.find(app_id, now).await
    }

    async fn claim_fetch(
        &self,
        app_id: &AppId,
        now: OffsetDateTime,
        until: OffsetDateTime,
    ) -> Result<bool, PortError> {
        tokio::time::sleep(self.claims_take).await;
        let faster = self.overtaken_by.lock().unwrap().take();
        if let Some(faster) = faster {
            self.store.put(app_id, &faster).await?;
        }
        self.store.claim_fetch(app_id, now, until).await
    }

    async fn put(&self, app_id: &AppId, kept: &KeptAppToken) -> Result<(), PortError> {
        self.store.put(app_id, kept).await
    }

    async fn release(&self, app_id: &AppId, until: OffsetDateTime) -> Result<(), PortError> {
        self.store.release(app_id, until).await
    }

    async fn drop_token(&self, app_id: &AppId, token: &AppAccessToken) -> Result<(), PortError> {
        self.store.drop_token(app_id, token).await
    }
}

fn instance(world: &World, claims_take: Duration, overtaken_by: Option<u8>) -> Arc<AppAccessTokens> {
    let in_time = world.clock.now() + TWO_HOURS;
    let store = SlowStore {
        store: world.store.clone(),
        claims_take,
        overtaken_by: Mutex::new(overtaken_by.map(|n| KeptAppToken {
            token: app_token(n),
            refresh_at: in_time,
            expires_at: in_time,
        })),
    };
    Arc::new(AppAccessTokens::new(
        world.wechat.clone(),
        Arc::new(store),
        world.clock.clone(),
        world.entropy.clone(),
    ))
}

#[tokio::test(start_paused = true)]
async fn what_was_put_before_the_claim_is_not_fetched_again_and_the_claim_is_given_back() {
    for left_of_the_old_one in [Duration::ZERO, Duration::from_mins(1)] {
        let world = World::handing_out(&[9]);
        world.keep(1, Duration::ZERO, left_of_the_old_one).await;
        let tokens = instance(&world, Duration::ZERO, Some(2));
        assert_eq!(show(&tokens).await.unwrap(), shown(2));
        assert_eq!(world.fetches(), 0);
        world.claim_and_die().await;
    }
}

#[tokio::test(start_paused = true)]
async fn who_was_rejected_does_not_get_the_old_token_from_somebody_who_goes_on_with_it() {
    let world = World::handing_out(&[9]);
    world.keep(1, Duration::ZERO, TWO_HOURS).await;
    world.claim_and_die().await;
    let tokens = instance(&world, Duration::from_millis(100), None);
    let refreshing = tokio::spawn({
        let tokens = Arc::clone(&tokens);
        async move { show(&tokens).await }
    });
    let elsewhere = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        world.keep(2, TWO_HOURS, TWO_HOURS).await;
    };
    tokio::time::sleep(Duration::from_millis(50)).await;
    let rejected = with_token(&tokens, WITHIN, |token, _within| async move {
        if token == app_token(1) {
            Err(WeChatError::AccessTokenRejected)
        } else {
            Ok(token)
        }
    });
    let (answer, ()) = tokio::join!(rejected, elsewhere);
    assert_eq!(answer.unwrap(), app_token(2));
    assert_eq!(refreshing.await.unwrap().unwrap(), shown(1));
    assert_eq!(world.fetches(), 0);
    assert!(
        world
            .store
            .find(&shop_mini().app_id, world.clock.now())
            .await
            .unwrap()
            .is_some()
    );
}
