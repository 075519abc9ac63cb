use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::app::{App, Channel};
use crate::codes::Consent;
use crate::person::PersonId;
use crate::token;
use crate::wire::Refusal;

/// Some 500 MB when full.
const MOST: usize = 500_000;
const ACCESS_LIFE: Duration = Duration::from_hours(2);

/// What people have allowed websites, apps and official accounts: the user tokens.
#[derive(Debug)]
pub(crate) struct UserTokens {
    by_access: HashMap<Arc<str>, u64>,
    by_refresh: HashMap<Arc<str>, u64>,
    /// In the order of arrival; the first one's number is `first`.
    all: VecDeque<TokenPair>,
    first: u64,
    most: usize,
}

/// One person's pair to one app.
#[derive(Clone, Debug)]
pub(crate) struct TokenPair {
    pub(crate) app_id: String,
    pub(crate) person: PersonId,
    pub(crate) consent: Consent,
    pub(crate) access_token: Arc<str>,
    pub(crate) refresh_token: Arc<str>,
    access_expires_at: Duration,
    refresh_expires_at: Duration,
    withdrawn: bool,
}

impl Default for UserTokens {
    fn default() -> Self {
        Self {
            by_access: HashMap::new(),
            by_refresh: HashMap::new(),
            all: VecDeque::new(),
            first: 0,
            most: MOST,
        }
    }
}

impl UserTokens {
    /// A new pair of tokens. Where there are too many, the oldest is forgotten.
    pub(crate) fn give(
        &mut self,
        app: &App,
        person: PersonId,
        consent: Consent,
        now: Duration,
    ) -> &TokenPair {
        if self.all.len() >= self.most {
            self.forget_first();
        }
        let refresh_life = match app.channel {
            Channel::MobileApp => Duration::from_hours(180 * 24),
            _ => Duration::from_hours(30 * 24),
        };
        let pair = TokenPair {
            app_id: app.app_id.clone(),
            person,
            consent,
            access_token: token::of_person().into(),
            refresh_token: token::of_person().into(),
            access_expires_at: now + ACCESS_LIFE,
            refresh_expires_at: now + refresh_life,
            withdrawn: false,
        };
        let number = self.first + self.all.len() as u64;
        self.by_access.insert(Arc::clone(&pair.access_token), number);
        self.by_refresh.insert(Arc::clone(&pair.refresh_token), number);
        self.all.push_back(pair);
        self.all.back().expect("it was just put there")
    }

    /// What a user's `access_token` allows.
    pub(crate) fn by_access_token(&self, token: &str, now: Duration) -> Result<&TokenPair, Refusal> {
        let place = self
            .place(self.by_access.get(token))
            .ok_or(Refusal::INVALID_CREDENTIAL)?;
        let pair = &self.all[place];
        if pair.withdrawn || *pair.access_token != *token {
            return Err(Refusal::INVALID_CREDENTIAL);
        }
        if now >= pair.access_expires_at {
            return Err(Refusal::ACCESS_TOKEN_EXPIRED);
        }
        Ok(pair)
    }

    /// A token that still works gets its two hours back, one that does not is replaced.
    pub(crate) fn refresh(
        &mut self,
        app_id: &str,
        token: &str,
        now: Duration,
    ) -> Result<&TokenPair, Refusal> {
        let number = *self.by_refresh.get(token).ok_or(Refusal::INVALID_REFRESH_TOKEN)?;
        let place = self.place(Some(&number)).ok_or(Refusal::INVALID_REFRESH_TOKEN)?;
        let pair = &mut self.all[place];
        if pair.app_id != app_id {
            return Err(Refusal::INVALID_REFRESH_TOKEN);
        }
        if pair.withdrawn {
            return Err(Refusal::TOKENS_WITHDRAWN);
        }
        if now >= pair.refresh_expires_at {
            return Err(Refusal::REFRESH_TOKEN_EXPIRED);
        }
        if now >= pair.access_expires_at {
            let next: Arc<str> = token::of_person().into();
            let before = std::mem::replace(&mut pair.access_token, Arc::clone(&next));
            self.by_access.remove(&before);
            self.by_access.insert(next, number);
        }
        let pair = &mut self.all[place];
        pair.access_expires_at = now + ACCESS_LIFE;
        Ok(pair)
    }

    /// Ends an `access_token` before its time; its `refresh_token` gives another one.
    pub(crate) fn revoke(&mut self, access_token: &str) {
        if let Some(number) = self.by_access.remove(access_token)
            && let Some(place) = self.place(Some(&number))
        {
            self.all[place].access_expires_at = Duration::ZERO;
        }
    }

    /// Ends all tokens that an app has of a person.
    pub(crate) fn withdraw(&mut self, app_id: &str, person: &PersonId) {
        let theirs = |pair: &&mut TokenPair| pair.app_id == app_id && pair.person == *person;
        for pair in self.all.iter_mut().filter(theirs) {
            pair.withdrawn = true;
        }
    }

    fn place(&self, number: Option<&u64>) -> Option<usize> {
        usize::try_from(number?.checked_sub(self.first)?).ok()
    }

    fn forget_first(&mut self) {
        if let Some(pair) = self.all.pop_front() {
            self.by_access.remove(&pair.access_token);
            self.by_refresh.remove(&pair.refresh_token);
            self.first += 1;
        }
    }
}

#[cfg(test)]
#[path = "user_tokens_tests.rs"]
mod tests;
