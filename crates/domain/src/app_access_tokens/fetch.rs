use std::{sync::Arc, time::Duration};

use time::OffsetDateTime;

use super::Ports;
use crate::{
    App, PortError,
    ask_wechat::ask_wechat,
    ports::{FetchedAppToken, KeptAppToken, WeChatError},
    time_left::TimeLeft,
};

/// How long everybody waits for a holder that died. One that lives is done before.
const LEASE: Duration = Duration::from_secs(3);
/// What a store may take to keep the new token.
const TO_KEEP_IT: Duration = Duration::from_millis(500);
/// How often the others look for the new token.
const PAUSE: Duration = Duration::from_millis(50);
/// Until its last five minutes WeChat hands out the same token again, so it is refreshed within them: this long before it
/// ends, and at random up to so much longer, lest all apps and instances come at once.
const BEFORE_THE_END: time::Duration = time::Duration::seconds(60);
const AT_RANDOM_MS: u64 = 200_000;
/// Whatever WeChat says of a token's end, it is not asked for the next one sooner.
const AT_LEAST: time::Duration = time::Duration::seconds(60);

/// Gets an app's next token: fetches it, or waits for the instance that does.
pub(super) struct Fetch {
    pub(super) ports: Arc<Ports>,
    pub(super) app: App,
    /// The one to replace, which still is good: with it, nobody waits for another instance.
    pub(super) old: Option<KeptAppToken>,
}

/// Why there is no new token.
#[derive(Clone, Debug)]
pub(super) enum Failed {
    WeChat(WeChatError),
    Store(Arc<PortError>),
    TimeIsUp,
}

impl From<PortError> for Failed {
    fn from(error: PortError) -> Self {
        Self::Store(Arc::new(error))
    }
}

impl Fetch {
    pub(super) async fn run(self, within: Duration) -> Result<KeptAppToken, Failed> {
        let Ports {
            app_tokens, clock, ..
        } = &*self.ports;
        let app_id = &self.app.app_id;
        let time_left = TimeLeft::new(&**clock, within);
        loop {
            let left = time_left.now();
            if left.is_zero() {
                return Err(Failed::TimeIsUp);
            }
            let now = clock.now();
            // The call wants some time too.
            let fetch_within = left * 5 / 6;
            let until = now + LEASE.max(fetch_within + TO_KEEP_IT);
            if app_tokens.claim_fetch(app_id, now, until).await? {
                return self.claimed(until, fetch_within).await;
            }
            if let Some(old) = self.old {
                return Ok(old);
            }
            clock.sleep(PAUSE.min(left)).await;
            if let Some(kept) = app_tokens.find(app_id, clock.now()).await? {
                return Ok(kept);
            }
        }
    }

    /// Fetches it: nobody else does until then.
    async fn claimed(&self, until: OffsetDateTime, within: Duration) -> Result<KeptAppToken, Failed> {
        let Ports {
            wechat,
            app_tokens,
            clock,
            ..
        } = &*self.ports;
        let asked_at = clock.now();
        let kept = app_tokens.find(&self.app.app_id, asked_at).await?;
        // Somebody was done between our look and our claim.
        if let Some(kept) = kept.filter(|kept| self.old.as_ref() != Some(kept)) {
            self.release(until).await;
            return Ok(kept);
        }
        let answer = ask_wechat(&**clock, within, |within| {
            wechat.app_access_token(&self.app, within)
        });
        match answer.await {
            Ok(fetched) => {
                let next = self.next(fetched, asked_at);
                self.keep(&next).await;
                Ok(next)
            }
            Err(error) => {
                // Where the old one does, WeChat is left alone until the claim ends.
                if self.old.is_none() {
                    self.release(until).await;
                }
                Err(Failed::WeChat(error))
            }
        }
    }

    fn next(&self, fetched: FetchedAppToken, asked_at: OffsetDateTime) -> KeptAppToken {
        let good_for = time::Duration::try_from(fetched.expires_in).unwrap_or(time::Duration::HOUR);
        let mut random = [0; 8];
        self.ports.entropy.fill(&mut random);
        let at_random = Duration::from_millis(u64::from_le_bytes(random) % AT_RANDOM_MS);
        KeptAppToken {
            token: fetched.token,
            refresh_at: asked_at + (good_for - BEFORE_THE_END - at_random).max(AT_LEAST),
            // One that ends sooner is rejected, and fetched again only then.
            expires_at: asked_at + good_for.max(AT_LEAST),
        }
    }

    /// A store that fails costs the others a fetch, and not this one its token.
    async fn keep(&self, next: &KeptAppToken) {
        if let Err(error) = self.ports.app_tokens.put(&self.app.app_id, next).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "an access_token could not be kept"
            );
        }
    }

    /// A claim that stays costs the others some time.
    async fn release(&self, until: OffsetDateTime) {
        let released = self.ports.app_tokens.release(&self.app.app_id, until);
        if let Err(error) = released.await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the fetch of an access_token could not be released"
            );
        }
    }
}
