use std::{collections::HashMap, sync::Mutex};

use async_trait::async_trait;
use time::{Duration, OffsetDateTime};
use wechat_login_domain::{
    AppId, Dependency, OpenId, PortError, SessionKey,
    ports::{SessionKeyRing, SessionKeys},
};

use super::Outage;

const PREVIOUS_IS_GOOD_FOR: Duration = Duration::minutes(10);

/// Session keys in memory, and not even encrypted.
#[derive(Debug, Default)]
pub struct MemorySessionKeys {
    /// Makes it fail.
    pub outage: Outage,
    rings: Mutex<HashMap<(AppId, OpenId), Kept>>,
}

#[derive(Debug)]
struct Kept {
    ring: SessionKeyRing,
    replaced_at: OffsetDateTime,
}

#[async_trait]
impl SessionKeys for MemorySessionKeys {
    async fn put(
        &self,
        app_id: &AppId,
        openid: &OpenId,
        key: &SessionKey,
        now: OffsetDateTime,
    ) -> Result<(), PortError> {
        self.outage.check(Dependency::Redis)?;
        let mut rings = self.rings.lock().expect("no holder panics");
        let person = (app_id.clone(), openid.clone());
        let previous = rings.get(&person).map(|kept| kept.ring.current.clone());
        if previous.as_ref() != Some(key) {
            let ring = SessionKeyRing {
                current: key.clone(),
                previous,
            };
            rings.insert(
                person,
                Kept {
                    ring,
                    replaced_at: now,
                },
            );
        }
        Ok(())
    }

    async fn find(
        &self,
        app_id: &AppId,
        openid: &OpenId,
        now: OffsetDateTime,
    ) -> Result<Option<SessionKeyRing>, PortError> {
        self.outage.check(Dependency::Redis)?;
        let rings = self.rings.lock().expect("no holder panics");
        let kept = rings.get(&(app_id.clone(), openid.clone()));
        Ok(kept.map(|kept| {
            let mut ring = kept.ring.clone();
            ring.previous = ring
                .previous
                .filter(|_| now - kept.replaced_at <= PREVIOUS_IS_GOOD_FOR);
            ring
        }))
    }

    async fn remove(&self, app_id: &AppId, openid: &OpenId) -> Result<(), PortError> {
        self.outage.check(Dependency::Redis)?;
        let mut rings = self.rings.lock().expect("no holder panics");
        rings.remove(&(app_id.clone(), openid.clone()));
        Ok(())
    }
}
