use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use time::OffsetDateTime;

use crate::{AppAccessToken, AppId, ports::WeChatError};

/// How long WeChat is not asked what it said no to, so that a thousand callers are not a thousand questions.
const LATELY: time::Duration = time::Duration::seconds(5);

/// What this process remembers of its fetches.
#[derive(Default)]
pub(super) struct Memory {
    troubles: Mutex<HashMap<AppId, Trouble>>,
    abandoned: Mutex<Vec<(AppId, OffsetDateTime)>>,
}

/// How an app's last fetch ended, where not with a token that will do.
struct Trouble {
    what: What,
    at: OffsetDateTime,
}

enum What {
    Failed(WeChatError),
    /// It was rejected, and is what WeChat hands out all the same.
    HandedOutAgain(AppAccessToken),
}

impl Memory {
    pub(super) fn failed(&self, app_id: &AppId, error: WeChatError, now: OffsetDateTime) {
        self.note(app_id, What::Failed(error), now);
    }

    pub(super) fn handed_out_again(&self, app_id: &AppId, token: &AppAccessToken, now: OffsetDateTime) {
        self.note(app_id, What::HandedOutAgain(token.clone()), now);
    }

    /// A token ends all trouble, unless it is the trouble.
    pub(super) fn fetched(&self, app_id: &AppId, token: &AppAccessToken) {
        let mut troubles = self.troubles.lock().expect("no holder panics");
        let is_another =
            |trouble: &Trouble| !matches!(&trouble.what, What::HandedOutAgain(it) if it == token);
        if troubles.get(app_id).is_some_and(is_another) {
            troubles.remove(app_id);
        }
    }

    /// Why no token was fetched lately.
    pub(super) fn failure(&self, app_id: &AppId, now: OffsetDateTime) -> Option<WeChatError> {
        self.lately(app_id, now, |what| match what {
            What::Failed(error) => Some(*error),
            What::HandedOutAgain(_) => None,
        })
    }

    /// The same where WeChat did answer: what it says of the app, it says again a moment later.
    pub(super) fn refusal(&self, app_id: &AppId, now: OffsetDateTime) -> Option<WeChatError> {
        let is_refusal = |error: &_| {
            matches!(
                error,
                WeChatError::Misconfigured { .. } | WeChatError::RateLimited
            )
        };
        self.failure(app_id, now).filter(is_refusal)
    }

    /// Whether WeChat lately handed out this token after it had rejected it.
    pub(super) fn was_handed_out_again(
        &self,
        app_id: &AppId,
        token: &AppAccessToken,
        now: OffsetDateTime,
    ) -> bool {
        let is_it = |what: &What| matches!(what, What::HandedOutAgain(again) if again == token).then_some(());
        self.lately(app_id, now, is_it).is_some()
    }

    /// The claims that fetches of this process left behind, and that would still keep others waiting.
    pub(super) fn abandoned(self: &Arc<Self>, app_id: &AppId, now: OffsetDateTime) -> Vec<Claim> {
        let mut abandoned = self.abandoned.lock().expect("no holder panics");
        abandoned
            .extract_if(.., |(of, _)| of == app_id)
            .filter(|(_, until)| now < *until)
            .map(|(_, until)| Claim::new(self, app_id, until))
            .collect()
    }

    fn note(&self, app_id: &AppId, what: What, at: OffsetDateTime) {
        let mut troubles = self.troubles.lock().expect("no holder panics");
        troubles.insert(app_id.clone(), Trouble { what, at });
    }

    fn lately<T>(
        &self,
        app_id: &AppId,
        now: OffsetDateTime,
        read: impl FnOnce(&What) -> Option<T>,
    ) -> Option<T> {
        let troubles = self.troubles.lock().expect("no holder panics");
        let trouble = troubles.get(app_id)?;
        // A clock that was set back makes nothing last longer.
        let is_lately = (trouble.at..trouble.at + LATELY).contains(&now);
        is_lately.then(|| read(&trouble.what))?
    }
}

/// A claim that this process has made, or may have. Where nobody ends it, since its fetch was dropped or the store failed,
/// it is remembered, and whoever fetches next ends it.
pub(super) struct Claim {
    memory: Arc<Memory>,
    app_id: AppId,
    pub(super) until: OffsetDateTime,
    is_over: bool,
}

impl Claim {
    /// One that is about to be made.
    pub(super) fn new(memory: &Arc<Memory>, app_id: &AppId, until: OffsetDateTime) -> Self {
        Self {
            memory: Arc::clone(memory),
            app_id: app_id.clone(),
            until,
            is_over: false,
        }
    }

    /// It was released, or never made.
    pub(super) fn forget(mut self) {
        self.is_over = true;
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if !self.is_over {
            let mut abandoned = self.memory.abandoned.lock().expect("no holder panics");
            abandoned.push((self.app_id.clone(), self.until));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;
    const BUSY: WeChatError = WeChatError::Busy;

    fn app_id() -> AppId {
        AppId::parse("wx1").unwrap()
    }

    fn token(text: &str) -> AppAccessToken {
        AppAccessToken::parse(text).unwrap()
    }

    #[test]
    fn a_failure_is_remembered_for_five_seconds_and_no_longer_where_the_clock_is_set_back() {
        let memory = Memory::default();
        memory.failed(&app_id(), BUSY, NOW);
        let remembered = |at| memory.failure(&app_id(), at);
        assert_eq!(remembered(NOW), Some(BUSY));
        assert_eq!(remembered(NOW + LATELY - time::Duration::MILLISECOND), Some(BUSY));
        assert_eq!(remembered(NOW + LATELY), None);
        assert_eq!(remembered(NOW - time::Duration::MILLISECOND), None);
        assert_eq!(memory.failure(&AppId::parse("wx2").unwrap(), NOW), None);
    }

    #[test]
    fn a_token_that_was_handed_out_again_is_remembered_until_there_is_another() {
        let memory = Memory::default();
        let is_remembered = || memory.was_handed_out_again(&app_id(), &token("a"), NOW);
        memory.handed_out_again(&app_id(), &token("a"), NOW);
        assert!(!memory.was_handed_out_again(&app_id(), &token("b"), NOW));
        memory.fetched(&app_id(), &token("a"));
        assert!(is_remembered());
        memory.fetched(&app_id(), &token("b"));
        assert!(!is_remembered());
    }

    #[test]
    fn only_the_own_abandoned_claims_that_still_stand_are_handed_back_once() {
        let memory = Arc::new(Memory::default());
        let later = NOW + time::Duration::SECOND;
        for until in [NOW, later] {
            drop(Claim::new(&memory, &app_id(), until));
        }
        Claim::new(&memory, &app_id(), later).forget();
        drop(Claim::new(&memory, &AppId::parse("wx2").unwrap(), later));
        let abandoned = memory.abandoned(&app_id(), NOW);
        assert_eq!(
            abandoned.iter().map(|claim| claim.until).collect::<Vec<_>>(),
            [later]
        );
        assert!(memory.abandoned(&app_id(), NOW).is_empty());
    }
}
