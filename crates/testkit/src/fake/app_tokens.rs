use std::{collections::HashMap, sync::Mutex};

use async_trait::async_trait;
use time::OffsetDateTime;
use wechat_login_domain::{
    AppAccessToken, AppId, Dependency, PortError,
    ports::{AppTokens, CLOCKS_MAY_DIFFER, KeptAppToken},
};

use super::Outage;

/// The tokens of apps in memory, and not even encrypted.
#[derive(Debug, Default)]
pub struct MemoryAppTokens {
    /// Makes it fail.
    pub outage: Outage,
    /// Makes it fail where somebody looks for a token.
    pub finds_outage: Outage,
    /// Makes it fail where somebody wants to fetch.
    pub claims_outage: Outage,
    /// Makes it fail where somebody has fetched.
    pub puts_outage: Outage,
    /// Makes it fail where somebody ends a claim.
    pub releases_outage: Outage,
    /// Makes it fail where somebody was rejected.
    pub drops_outage: Outage,
    apps: Mutex<HashMap<AppId, Kept>>,
    looks: Mutex<usize>,
}

#[derive(Debug, Default)]
struct Kept {
    token: Option<KeptAppToken>,
    claimed_until: Option<OffsetDateTime>,
}

impl MemoryAppTokens {
    /// How often it was asked for a token, or for the right to fetch one.
    #[must_use]
    pub fn looks(&self) -> usize {
        *self.looks.lock().expect("no holder panics")
    }

    fn look(&self) -> Result<(), PortError> {
        *self.looks.lock().expect("no holder panics") += 1;
        self.outage.check(Dependency::Database)
    }

    fn change<T>(&self, app_id: &AppId, change: impl FnOnce(&mut Kept) -> T) -> T {
        let mut apps = self.apps.lock().expect("no holder panics");
        change(apps.entry(app_id.clone()).or_default())
    }
}

#[async_trait]
impl AppTokens for MemoryAppTokens {
    async fn find(&self, app_id: &AppId, now: OffsetDateTime) -> Result<Option<KeptAppToken>, PortError> {
        self.look()?;
        self.finds_outage.check(Dependency::Database)?;
        let kept = self.change(app_id, |kept| kept.token.clone());
        Ok(kept.filter(|kept| now < kept.expires_at))
    }

    async fn claim_fetch(
        &self,
        app_id: &AppId,
        now: OffsetDateTime,
        until: OffsetDateTime,
    ) -> Result<bool, PortError> {
        self.look()?;
        self.claims_outage.check(Dependency::Database)?;
        Ok(self.change(app_id, |kept| {
            let is_free = kept.claimed_until.is_none_or(|claimed_until| {
                claimed_until <= now || claimed_until > until + CLOCKS_MAY_DIFFER
            });
            if is_free {
                kept.claimed_until = Some(until);
            }
            is_free
        }))
    }

    async fn put(&self, app_id: &AppId, token: &KeptAppToken) -> Result<(), PortError> {
        self.outage.check(Dependency::Database)?;
        self.puts_outage.check(Dependency::Database)?;
        self.change(app_id, |kept| {
            *kept = Kept {
                token: Some(token.clone()),
                claimed_until: None,
            };
        });
        Ok(())
    }

    async fn release(&self, app_id: &AppId, until: OffsetDateTime) -> Result<(), PortError> {
        self.outage.check(Dependency::Database)?;
        self.releases_outage.check(Dependency::Database)?;
        self.change(app_id, |kept| {
            kept.claimed_until = kept.claimed_until.filter(|claimed_until| *claimed_until != until);
        });
        Ok(())
    }

    async fn drop_token(&self, app_id: &AppId, token: &AppAccessToken) -> Result<(), PortError> {
        self.outage.check(Dependency::Database)?;
        self.drops_outage.check(Dependency::Database)?;
        self.change(app_id, |kept| {
            kept.token = kept.token.take().filter(|kept| kept.token != *token);
        });
        Ok(())
    }
}
