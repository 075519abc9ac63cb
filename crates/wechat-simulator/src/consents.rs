use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::app::{App, Channel};
use crate::person::PersonId;
use crate::scope::Scope;
use crate::token;
use crate::wire::Refusal;

/// Some 500 MB when full.
const MOST: usize = 500_000;
const ACCESS_LIFE: Duration = Duration::from_hours(2);

/// What people have allowed websites, apps and official accounts: the user tokens.
#[derive(Debug)]
pub(crate) struct Consents {
    by_access: HashMap<Arc<str>, u64>,
    by_refresh: HashMap<Arc<str>, u64>,
    /// In the order of arrival; the first one's number is `first`.
    all: VecDeque<Consent>,
    first: u64,
    most: usize,
}

/// One person's consent to one app.
#[derive(Clone, Debug)]
pub(crate) struct Consent {
    pub(crate) app_id: String,
    pub(crate) person: PersonId,
    pub(crate) scope: Scope,
    pub(crate) access_token: Arc<str>,
    pub(crate) refresh_token: Arc<str>,
    access_expires_at: Duration,
    refresh_expires_at: Duration,
    withdrawn: bool,
}

impl Default for Consents {
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

impl Consents {
    /// A new pair of tokens. Where there are too many, the oldest is forgotten.
    pub(crate) fn give(&mut self, app: &App, person: PersonId, scope: Scope, now: Duration) -> &Consent {
        if self.all.len() >= self.most {
            self.forget_first();
        }
        let refresh_life = match app.channel {
            Channel::MobileApp => Duration::from_hours(180 * 24),
            _ => Duration::from_hours(30 * 24),
        };
        let consent = Consent {
            app_id: app.app_id.clone(),
            person,
            scope,
            access_token: token::of_person().into(),
            refresh_token: token::of_person().into(),
            access_expires_at: now + ACCESS_LIFE,
            refresh_expires_at: now + refresh_life,
            withdrawn: false,
        };
        let number = self.first + self.all.len() as u64;
        self.by_access.insert(Arc::clone(&consent.access_token), number);
        self.by_refresh.insert(Arc::clone(&consent.refresh_token), number);
        self.all.push_back(consent);
        self.all.back().expect("it was just put there")
    }

    /// What a user's access_token allows.
    pub(crate) fn by_access_token(&self, token: &str, now: Duration) -> Result<&Consent, Refusal> {
        let place = self
            .place(self.by_access.get(token))
            .ok_or(Refusal::INVALID_CREDENTIAL)?;
        let consent = &self.all[place];
        if consent.withdrawn || *consent.access_token != *token {
            return Err(Refusal::INVALID_CREDENTIAL);
        }
        if now >= consent.access_expires_at {
            return Err(Refusal::ACCESS_TOKEN_EXPIRED);
        }
        Ok(consent)
    }

    /// A token that still works gets its two hours back, one that does not is replaced.
    pub(crate) fn refresh(&mut self, app_id: &str, token: &str, now: Duration) -> Result<&Consent, Refusal> {
        let number = *self.by_refresh.get(token).ok_or(Refusal::INVALID_REFRESH_TOKEN)?;
        let place = self.place(Some(&number)).ok_or(Refusal::INVALID_REFRESH_TOKEN)?;
        let consent = &mut self.all[place];
        if consent.app_id != app_id {
            return Err(Refusal::INVALID_REFRESH_TOKEN);
        }
        if consent.withdrawn {
            return Err(Refusal::TOKENS_WITHDRAWN);
        }
        if now >= consent.refresh_expires_at {
            return Err(Refusal::REFRESH_TOKEN_EXPIRED);
        }
        if now >= consent.access_expires_at {
            let next: Arc<str> = token::of_person().into();
            let before = std::mem::replace(&mut consent.access_token, Arc::clone(&next));
            self.by_access.remove(&before);
            self.by_access.insert(next, number);
        }
        let consent = &mut self.all[place];
        consent.access_expires_at = now + ACCESS_LIFE;
        Ok(consent)
    }

    /// Ends an access_token before its time; its refresh_token gives another one.
    pub(crate) fn revoke(&mut self, access_token: &str) {
        if let Some(number) = self.by_access.remove(access_token)
            && let Some(place) = self.place(Some(&number))
        {
            self.all[place].access_expires_at = Duration::ZERO;
        }
    }

    /// Ends all tokens that an app has of a person.
    pub(crate) fn withdraw(&mut self, app_id: &str, person: &PersonId) {
        let theirs = |consent: &&mut Consent| consent.app_id == app_id && consent.person == *person;
        for consent in self.all.iter_mut().filter(theirs) {
            consent.withdrawn = true;
        }
    }

    fn place(&self, number: Option<&u64>) -> Option<usize> {
        usize::try_from(number?.checked_sub(self.first)?).ok()
    }

    fn forget_first(&mut self) {
        if let Some(consent) = self.all.pop_front() {
            self.by_access.remove(&consent.access_token);
            self.by_refresh.remove(&consent.refresh_token);
            self.first += 1;
        }
    }
}

#[cfg(test)]
#[path = "consents_tests.rs"]
mod tests;
