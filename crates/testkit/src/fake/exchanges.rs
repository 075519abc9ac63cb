use std::{collections::HashMap, sync::Mutex};

use async_trait::async_trait;
use time::OffsetDateTime;
use wechat_login_domain::{
    CodeDigest, Dependency, PortError,
    ports::{Exchanges, KeptAnswer, RequestDigest},
};

use super::Outage;

/// Exchanges in memory.
#[derive(Debug, Default)]
pub struct MemoryExchanges {
    /// Makes it fail.
    pub outage: Outage,
    codes: Mutex<HashMap<CodeDigest, OffsetDateTime>>,
    answers: Mutex<HashMap<RequestDigest, Claimed>>,
}

#[derive(Debug)]
struct Claimed {
    body: RequestDigest,
    until: OffsetDateTime,
    answer: Option<Vec<u8>>,
}

#[async_trait]
impl Exchanges for MemoryExchanges {
    async fn claim(
        &self,
        code: &CodeDigest,
        now: OffsetDateTime,
        until: OffsetDateTime,
    ) -> Result<bool, PortError> {
        self.outage.check(Dependency::Redis)?;
        let mut codes = self.codes.lock().expect("no holder panics");
        let is_free = codes.get(code).is_none_or(|claimed_until| *claimed_until <= now);
        if is_free {
            codes.insert(*code, until);
        }
        Ok(is_free)
    }

    async fn release(&self, code: &CodeDigest) -> Result<(), PortError> {
        self.outage.check(Dependency::Redis)?;
        self.codes.lock().expect("no holder panics").remove(code);
        Ok(())
    }

    async fn claim_answer(
        &self,
        key: &RequestDigest,
        body: &RequestDigest,
        now: OffsetDateTime,
        until: OffsetDateTime,
    ) -> Result<KeptAnswer, PortError> {
        self.outage.check(Dependency::Redis)?;
        let mut answers = self.answers.lock().expect("no holder panics");
        Ok(match answers.get(key).filter(|claimed| claimed.until > now) {
            Some(claimed) if claimed.body != *body => KeptAnswer::OtherBody,
            Some(Claimed {
                answer: Some(sealed), ..
            }) => KeptAnswer::Answered(sealed.clone()),
            Some(_) => KeptAnswer::Pending,
            None => {
                let claimed = Claimed {
                    body: *body,
                    until,
                    answer: None,
                };
                answers.insert(*key, claimed);
                KeptAnswer::Claimed
            }
        })
    }

    async fn keep_answer(&self, key: &RequestDigest, sealed: &[u8]) -> Result<(), PortError> {
        self.outage.check(Dependency::Redis)?;
        if let Some(claimed) = self.answers.lock().expect("no holder panics").get_mut(key) {
            claimed.answer = Some(sealed.to_vec());
        }
        Ok(())
    }

    async fn release_answer(&self, key: &RequestDigest) -> Result<(), PortError> {
        self.outage.check(Dependency::Redis)?;
        self.answers.lock().expect("no holder panics").remove(key);
        Ok(())
    }
}
