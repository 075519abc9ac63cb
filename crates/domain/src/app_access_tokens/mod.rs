//! The `access_token` that calls on behalf of an app show: one for all instances, fetched by one of them at a time.

mod error;
mod fetch;
mod flights;
mod memory;

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::future::{Either, select};

use crate::{
    App, AppAccessToken,
    ports::{AppTokens, Clock, Entropy, KeptAppToken, WeChat, WeChatError},
    time_left::TimeLeft,
};

pub use error::AppCallError;
use fetch::{FETCH_WITHIN, Failed, Fetch};
use flights::Flights;
use memory::Memory;

/// Lends the `access_token`s of apps to calls that need one.
pub struct AppAccessTokens {
    ports: Arc<Ports>,
    memory: Arc<Memory>,
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
            memory: Arc::default(),
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
        let is_asking = &AtomicBool::new(false);
        let call = |token, within| {
            let answer = call(token, within);
            async {
                is_asking.store(true, Ordering::Relaxed);
                let answer = answer.await;
                is_asking.store(false, Ordering::Relaxed);
                answer
            }
        };
        let time_left = TimeLeft::new(&*self.ports.clock, within);
        let answer = pin!(self.ask(app, &time_left, call));
        // Whatever it is that takes so long, be it a store that has no limit of its own.
        let time_is_up = pin!(self.ports.clock.sleep(within));
        match select(answer, time_is_up).await {
            Either::Left((answer, _)) => answer,
            Either::Right(_) if is_asking.load(Ordering::Relaxed) => {
                Err(AppCallError::WeChat(WeChatError::Unavailable))
            }
            Either::Right(_) => Err(AppCallError::NotAsked(WeChatError::Unavailable)),
        }
    }

    async fn ask<T, F>(
        &self,
        app: &App,
        time_left: &TimeLeft<'_>,
        call: impl Fn(AppAccessToken, Duration) -> F,
    ) -> Result<T, AppCallError>
    where
        F: Future<Output = Result<T, WeChatError>>,
    {
        let Ports {
            app_tokens, clock, ..
        } = &*self.ports;
        let app_id = &app.app_id;
        let rejected = self.token(app, time_left).await?;
        match call(rejected.clone(), some(time_left.now())?).await {
            Err(WeChatError::AccessTokenRejected) => {}
            answer => return answer.map_err(AppCallError::WeChat),
        }
        // Then another fetch would bring it once more.
        let is_known = self.memory.was_handed_out_again(app_id, &rejected, clock.now());
        if !is_known {
            app_tokens.drop_token(app_id, &rejected).await?;
        }
        let another = self.token(app, time_left).await?;
        let answer = if another == rejected {
            if !is_known {
                self.memory.handed_out_again(app_id, &another, clock.now());
            }
            Err(WeChatError::AccessTokenRejected)
        } else {
            call(another, some(time_left.now())?).await
        };
        if !is_known && matches!(answer, Err(WeChatError::AccessTokenRejected)) {
            tracing::error!(
                wechat.app_id = %app_id,
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
            None => {
                some(time_left.now())?;
                self.wait_for_one(app).await
            }
        }
    }

    /// The next token, if it is this caller who fetches it and all goes well. Everybody else goes on with the old one,
    /// which is still good.
    async fn refresh(&self, app: &App, old: KeptAppToken, time_left: &TimeLeft<'_>) -> AppAccessToken {
        let Ports { clock, .. } = &*self.ports;
        if self.memory.failure(&app.app_id, clock.now()).is_some() {
            return old.token;
        }
        // The rest is for the call, which can do without a new token.
        let within = time_left.now() / 2;
        let fetch = || self.fetch(app, Some(old.clone()), within.min(FETCH_WITHIN));
        let Some(flight) = self.refreshes.start(&app.app_id, fetch) else {
            return old.token;
        };
        let time_is_up = pin!(clock.sleep(within));
        let outcome = match select(flight, time_is_up).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right(_) => {
                self.memory
                    .failed(&app.app_id, WeChatError::Unavailable, clock.now());
                return old.token;
            }
        };
        match outcome {
            Ok(newer) => newer.token,
            Err(Failed::Store(error)) => {
                tracing::warn!(
                    error = &*error as &dyn std::error::Error,
                    "an access_token could not be refreshed"
                );
                old.token
            }
            // The client that asked WeChat has said why.
            Err(Failed::WeChat(_)) => old.token,
        }
    }

    /// The next token, whoever fetches it.
    async fn wait_for_one(&self, app: &App) -> Result<AppAccessToken, AppCallError> {
        loop {
            if let Some(error) = self.memory.refusal(&app.app_id, self.ports.clock.now()) {
                return Err(AppCallError::NotAsked(error));
            }
            let fetch = || self.fetch(app, None, FETCH_WITHIN);
            let flight = self.awaited.join(&app.app_id, fetch);
            match flight.await {
                Ok(kept) if self.ports.clock.now() < kept.expires_at => return Ok(kept.token),
                // It ended at once.
                Ok(_) => {}
                Err(Failed::WeChat(error)) => return Err(AppCallError::NotAsked(error)),
                Err(Failed::Store(error)) => return Err(AppCallError::shared(error)),
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
            memory: Arc::clone(&self.memory),
            app: app.clone(),
            old,
            within,
        };
        fetch.run()
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
