use std::{sync::Arc, time::Duration};

use time::OffsetDateTime;

use super::{
    Ports,
    memory::{Claim, Memory},
};
use crate::{
    App, PortError,
    ask_wechat::ask_wechat,
    ports::{FetchedAppToken, KeptAppToken, WeChatError},
    time_left::TimeLeft,
};

/// How long a fetch may take: so long that WeChat answers, and so short that of the three seconds which a call has by
/// default enough is left for the call.
pub(super) const FETCH_WITHIN: Duration = Duration::from_millis(1500);
/// What a store may take to keep the new token.
const TO_KEEP_IT: Duration = Duration::from_millis(500);
/// How long everybody waits for an instance that died: who has three seconds still has one to fetch and to call. Where WeChat
/// takes longer than that, or the dead instance's clock was ahead, the call fails, and the next one does not.
const LEASE: Duration = FETCH_WITHIN.saturating_add(TO_KEEP_IT);
/// How often the others look for the new token.
const PAUSE: Duration = Duration::from_millis(50);
/// Until its last five minutes WeChat hands out the same token again, so it is refreshed within them: this long before it
/// ends, and at random up to so much longer, lest all apps and instances come at once.
const BEFORE_THE_END: time::Duration = time::Duration::seconds(60);
const AT_RANDOM_MS: u64 = 200_000;
/// Whatever WeChat says of a token's end, it is not asked for the next one sooner.
const AT_LEAST: time::Duration = time::Duration::seconds(60);

/// Gets an app's next token: fetches it, or waits for the instance that does. Ends only then: how long is for those who wait
/// to say, and each of them has another time.
pub(super) struct Fetch {
    pub(super) ports: Arc<Ports>,
    pub(super) memory: Arc<Memory>,
    pub(super) app: App,
    /// The one to replace, which still is good: with it, nobody waits for another instance.
    pub(super) old: Option<KeptAppToken>,
    /// How long WeChat may take.
    pub(super) within: Duration,
}

/// Why there is no new token.
#[derive(Clone, Debug)]
pub(super) enum Failed {
    WeChat(WeChatError),
    Store(Arc<PortError>),
}

impl From<PortError> for Failed {
    fn from(error: PortError) -> Self {
        Self::Store(Arc::new(error))
    }
}

impl Fetch {
    pub(super) async fn run(self) -> Result<KeptAppToken, Failed> {
        let Ports {
            app_tokens, clock, ..
        } = &*self.ports;
        let app_id = &self.app.app_id;
        for claim in self.memory.abandoned(app_id, clock.now()) {
            self.release(claim).await;
        }
        loop {
            let time_left = TimeLeft::new(&**clock, self.within);
            let now = clock.now();
            let claim = Claim::new(&self.memory, app_id, now + LEASE);
            if app_tokens.claim_fetch(app_id, now, claim.until).await? {
                let outcome = self.claimed(&time_left).await;
                self.release(claim).await;
                return outcome;
            }
            claim.forget();
            if let Some(old) = self.old {
                return Ok(old);
            }
            clock.sleep(PAUSE).await;
            if let Some(kept) = app_tokens.find(app_id, clock.now()).await? {
                return Ok(kept);
            }
        }
    }

    /// Fetches it: nobody else does until then.
    async fn claimed(&self, time_left: &TimeLeft<'_>) -> Result<KeptAppToken, Failed> {
        let Ports {
            wechat,
            app_tokens,
            clock,
            ..
        } = &*self.ports;
        let app_id = &self.app.app_id;
        let kept = app_tokens.find(app_id, clock.now()).await?;
        // Somebody was done between our look and our claim.
        if let Some(kept) = kept.filter(|kept| self.old.as_ref() != Some(kept)) {
            return Ok(kept);
        }
        let asked_at = clock.now();
        // A claim that took its time leaves less of it: the fetch ends before the claim does.
        let answer = ask_wechat(&**clock, time_left.now(), |within| {
            wechat.app_access_token(&self.app, within)
        });
        match answer.await {
            Ok(fetched) => {
                self.memory.fetched(app_id, &fetched.token);
                let next = self.next(fetched, asked_at);
                self.keep(&next).await;
                Ok(next)
            }
            Err(error) => {
                self.memory.failed(app_id, error, clock.now());
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

    /// Ends the claim, also where `put` has. One that stays costs the others some time, and this process no more than another
    /// attempt.
    async fn release(&self, claim: Claim) {
        let released = self.ports.app_tokens.release(&self.app.app_id, claim.until);
        match released.await {
            Ok(()) => claim.forget(),
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the fetch of an access_token could not be released"
            ),
        }
    }
}
