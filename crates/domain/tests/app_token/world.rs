use std::{sync::Arc, time::Duration};

use wechat_login_domain::{
    AppAccessToken, AppAccessTokens, AppCallError,
    ports::{AppTokens, Clock, FetchedAppToken, KeptAppToken, WeChatError},
};
use wechat_login_testkit::{
    fake::{FakeWeChat, MemoryAppTokens, SeededEntropy, VirtualClock},
    sample::{NOW, app_token, shop_mini},
};

pub(crate) const WITHIN: Duration = Duration::from_secs(3);
/// How long an instance that died is waited for.
pub(crate) const LEASE: Duration = Duration::from_secs(2);
pub(crate) const TWO_HOURS: Duration = Duration::from_hours(2);

/// What all instances share.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) wechat: Arc<FakeWeChat>,
    pub(crate) store: Arc<MemoryAppTokens>,
    pub(crate) clock: Arc<VirtualClock>,
    pub(crate) entropy: Arc<SeededEntropy>,
}

impl World {
    /// A world in which WeChat hands out these tokens, each for two hours, and goes on with the last one.
    pub(crate) fn handing_out(tokens: &[u8]) -> Self {
        let world = Self::default();
        world.hands_out(tokens.iter().map(|n| fetched(*n, TWO_HOURS)));
        world
    }

    pub(crate) fn hands_out(&self, answers: impl IntoIterator<Item = Result<FetchedAppToken, WeChatError>>) {
        self.wechat
            .app_tokens
            .answers(shop_mini().app_id.as_str(), answers);
    }

    pub(crate) fn instance(&self) -> Arc<AppAccessTokens> {
        Arc::new(AppAccessTokens::new(
            self.wechat.clone(),
            self.store.clone(),
            self.clock.clone(),
            self.entropy.clone(),
        ))
    }

    pub(crate) fn fetches_take(&self, time: Duration) {
        *self.wechat.app_tokens_take.lock().unwrap() = time;
    }

    pub(crate) fn fetches(&self) -> usize {
        self.wechat.calls().len()
    }

    pub(crate) async fn kept(&self) -> Option<KeptAppToken> {
        let kept = self.store.find(&shop_mini().app_id, self.clock.now()).await;
        kept.unwrap()
    }

    pub(crate) async fn keep(&self, n: u8, refresh_in: Duration, expires_in: Duration) {
        let now = self.clock.now();
        let kept = KeptAppToken {
            token: app_token(n),
            refresh_at: now + refresh_in,
            expires_at: now + expires_in,
        };
        self.store.put(&shop_mini().app_id, &kept).await.unwrap();
    }

    /// Claims the fetch as another instance does, which then dies.
    pub(crate) async fn claim_and_die(&self) {
        self.claim_and_die_ahead(Duration::ZERO).await;
    }

    /// The same of an instance whose clock is that much ahead.
    pub(crate) async fn claim_and_die_ahead(&self, ahead: Duration) {
        let (now, app_id) = (self.clock.now() + ahead, shop_mini().app_id);
        let claimed = self.store.claim_fetch(&app_id, now, now + LEASE).await;
        assert!(claimed.unwrap());
    }

    pub(crate) fn passed(&self) -> Duration {
        (self.clock.now() - NOW).try_into().unwrap()
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "it stands among answers that are refusals"
)]
pub(crate) fn fetched(n: u8, expires_in: Duration) -> Result<FetchedAppToken, WeChatError> {
    Ok(FetchedAppToken {
        token: app_token(n),
        expires_in,
    })
}

/// A call that says which token it was shown.
pub(crate) async fn show(tokens: &AppAccessTokens) -> Result<String, AppCallError> {
    show_within(tokens, WITHIN).await
}

/// As [`show`], in this time.
pub(crate) async fn show_within(tokens: &AppAccessTokens, within: Duration) -> Result<String, AppCallError> {
    with_token(tokens, within, |token, _within| async move {
        Ok(token.expose().to_owned())
    })
    .await
}

pub(crate) async fn with_token<T, F>(
    tokens: &AppAccessTokens,
    within: Duration,
    call: impl Fn(AppAccessToken, Duration) -> F,
) -> Result<T, AppCallError>
where
    F: Future<Output = Result<T, WeChatError>>,
{
    tokens.with_token(&shop_mini(), within, call).await
}

/// What [`show`] says of this token.
pub(crate) fn shown(n: u8) -> String {
    app_token(n).expose().to_owned()
}
