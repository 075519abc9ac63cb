//! The `access_token` that calls on behalf of an app show: one for all instances, fetched by one of them at a time.

mod error;
mod fetch;
mod flights;

use std::{pin::pin, sync::Arc, time::Duration};

use futures_util::future::{Either, select};

use crate::{
    App, AppAccessToken,
    ports::{AppTokens, Clock, Entropy, KeptAppToken, WeChat, WeChatError},
    time_left::TimeLeft,
};

pub use error::AppCallError;
use fetch::{Failed, Fetch};
use flights::{Flight, Flights};

/// Lends the `access_token`s of apps to calls that need one.
pub struct AppAccessTokens {
    ports: Arc<Ports>,
    refreshes: Flights,
    // Apart from those, which may end with the old token.
    awaited: Flights,
}

struct Ports {
    wechat: Arc<dyn WeChat>,
    app_tokens: Arc<dyn AppTokens>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl AppAccessTokens {
    /// With these ports. One for a process: it is what keeps a burst of calls from becoming a burst of fetches.
    #[must_use]
    pub fn new(
        wechat: Arc<dyn WeChat>,
        app_tokens: Arc<dyn AppTokens>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            ports: Arc::new(Ports {
                wechat,
                app_tokens,
                clock,
                entropy,
            }),
            refreshes: Flights::default(),
            awaited: Flights::default(),
        }
    }

    /// Makes the call with the app's token, `within` this time in all. `call` is told how much is left for it. Where WeChat
    /// rejects the token it is made once more, with another one.
    ///
    /// # Errors
    /// [`AppCallError`] says who failed, and whether a code that the call brings is spent.
    pub async fn with_token<T, F>(
        &self,
        app: &App,
        within: Duration,
        call: impl Fn(AppAccessToken, Duration) -> F,
    ) -> Result<T, AppCallError>
    where
        F: Future<Output = Result<T, WeChatError>>,
    {
        let time_left = TimeLeft::new(&*self.ports.clock, within);
        let token = self.token(app, &time_left).await?;
        match call(token.clone(), some(time_left.now())?).await {
            Err(WeChatError::AccessTokenRejected) => {}
            answer => return answer.map_err(AppCallError::WeChat),
        }
        let app_tokens = &self.ports.app_tokens;
        app_tokens.drop_token(&app.app_id, &token).await?;
        let another = self.token(app, &time_left).await?;
        let answer = if another == token {
            Err(WeChatError::AccessTokenRejected)
        } else {
            call(another, some(time_left.now())?).await
        };
        if matches!(answer, Err(WeChatError::AccessTokenRejected)) {
            tracing::error!(
                wechat.app_id = %app.app_id,
                "WeChat rejects the access_token that it hands out: see that nothing else resets this app's token \
                 (force_refresh of /cgi-bin/stable_token)"
            );
        }
        answer.map_err(AppCallError::WeChat)
    }

    /// A token that WeChat should take.
    async fn token(&self, app: &App, time_left: &TimeLeft<'_>) -> Result<AppAccessToken, AppCallError> {
        let now = self.ports.clock.now();
        match self.ports.app_tokens.find(&app.app_id, now).await? {
            Some(kept) if now < kept.refresh_at => Ok(kept.token),
            Some(kept) => Ok(self.refresh(app, kept, time_left).await),
            None => self.wait_for_one(app, time_left).await,
        }
    }

    /// The next token, if it is this caller who fetches it and all goes well. Everybody else goes on with the old one,
    /// which is still good.
    async fn refresh(&self, app: &App, old: KeptAppToken, time_left: &TimeLeft<'_>) -> AppAccessToken {
        // The rest is for the call, which can do without a new token.
        let within = time_left.now() / 2;
        let fetch = || self.fetch(app, Some(old.clone()), within);
        let Some(flight) = self.refreshes.start(&app.app_id, fetch) else {
            return old.token;
        };
        match self.until_done(flight, within).await {
            Some(Ok(newer)) => newer.token,
            Some(Err(Failed::Store(error))) => {
                tracing::warn!(
                    error = &*error as &dyn std::error::Error,
                    "an access_token could not be refreshed"
                );
                old.token
            }
            // The client that asked WeChat has said why.
            Some(Err(Failed::WeChat(_) | Failed::TimeIsUp)) | None => old.token,
        }
    }

    /// The next token, whoever fetches it.
    async fn wait_for_one(
        &self,
        app: &App,
        time_left: &TimeLeft<'_>,
    ) -> Result<AppAccessToken, AppCallError> {
        loop {
            let left = some(time_left.now())?;
            let flight = self.awaited.join(&app.app_id, || self.fetch(app, None, left));
            match self.until_done(flight, left).await {
                Some(Ok(kept)) if self.ports.clock.now() < kept.expires_at => return Ok(kept.token),
                Some(Err(Failed::WeChat(error))) => return Err(AppCallError::NotAsked(error)),
                Some(Err(Failed::Store(error))) => return Err(AppCallError::shared(error)),
                // It ended at once, or was begun by somebody who had less time.
                Some(Ok(_) | Err(Failed::TimeIsUp)) | None => {}
            }
        }
    }

    fn fetch(
        &self,
        app: &App,
        old: Option<KeptAppToken>,
        within: Duration,
    ) -> impl Future<Output = Result<KeptAppToken, Failed>> + use<> {
        let fetch = Fetch {
            ports: Arc::clone(&self.ports),
            app: app.clone(),
            old,
        };
        fetch.run(within)
    }

    async fn until_done(&self, flight: Flight, within: Duration) -> Option<Result<KeptAppToken, Failed>> {
        let time_is_up = pin!(self.ports.clock.sleep(within));
        match select(flight, time_is_up).await {
            Either::Left((outcome, _)) => Some(outcome),
            Either::Right(_) => None,
        }
    }
}

/// What is left of the time, if anything is.
fn some(left: Duration) -> Result<Duration, AppCallError> {
    if left.is_zero() {
        Err(AppCallError::NotAsked(WeChatError::Unavailable))
    } else {
        Ok(left)
    }
}
