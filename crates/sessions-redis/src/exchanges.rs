use std::sync::Arc;

use async_trait::async_trait;
use deadpool_redis::redis::cmd;
use time::OffsetDateTime;
use wechat_login_domain::{
    CodeDigest, PortError,
    ports::{Entropy, Exchanges, KeptAnswer, RequestDigest},
};

use crate::{
    codec::{MOMENT_DIGITS, Reader, Writer, digits},
    failure::Failure,
    script::Script,
    server::Server,
    ttl,
};

/// Of claims and answers: until when as digits, 16 random bytes; in an answer the body's digest, and once it was answered the answer.
const LAYOUT: u8 = 1;
const WHAT: &str = "exchange";

/// Takes the key if nobody has it, or says what the holder left. By the caller's clock, so `SET NX` would not do.
/// The random bytes tell a claim that was sent twice from two claims.
static CLAIM: Script = Script::new(
    "local kept = redis.call('GET', KEYS[1])
    if kept and kept ~= ARGV[1] then
        if string.byte(kept) ~= 1 then return kept end
        if tonumber(string.sub(kept, 2, 17)) > tonumber(ARGV[2]) then return kept end
    end
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
    return false",
);

/// Puts the answer behind the claim, if that is still there.
static ANSWER: Script = Script::new(
    "local kept = redis.call('GET', KEYS[1])
    if kept and string.byte(kept) == 1 then
        redis.call('SET', KEYS[1], string.sub(kept, 1, 65) .. '\\1' .. ARGV[1], 'KEEPTTL')
    end
    return 1",
);

/// Claimed codes and kept answers in Redis.
pub struct RedisExchanges {
    server: Server,
    entropy: Arc<dyn Entropy>,
}

impl RedisExchanges {
    pub(crate) const fn new(server: Server, entropy: Arc<dyn Entropy>) -> Self {
        Self { server, entropy }
    }

    /// What the holder left; `None` where it is ours now.
    async fn take(
        &self,
        key: &str,
        body: &[u8],
        now: OffsetDateTime,
        until: OffsetDateTime,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let mut random = [0; 16];
        self.entropy.fill(&mut random);
        let claim = Writer::new(LAYOUT)
            .bytes(digits(until).as_bytes())
            .bytes(&random)
            .bytes(body)
            .finish();
        let call = CLAIM
            .on(key)
            .arg(claim.as_slice())
            .arg(digits(now).as_str())
            .arg(ttl::milliseconds(until - now));
        self.server.ask(call).await
    }

    async fn delete(&self, key: String) -> Result<(), PortError> {
        let mut delete = cmd("DEL");
        delete.arg(key);
        Ok(self.server.ask::<()>(delete).await?)
    }
}

#[async_trait]
impl Exchanges for RedisExchanges {
    #[tracing::instrument(name = "redis.exchanges.claim", skip_all)]
    async fn claim(
        &self,
        code: &CodeDigest,
        now: OffsetDateTime,
        until: OffsetDateTime,
    ) -> Result<bool, PortError> {
        let key = self.server.keys().exchanged_code(code);
        match self.take(&key, &[], now, until).await? {
            None => Ok(true),
            Some(kept) => {
                Reader::new(WHAT, LAYOUT, &kept)?;
                Ok(false)
            }
        }
    }

    #[tracing::instrument(name = "redis.exchanges.release", skip_all)]
    async fn release(&self, code: &CodeDigest) -> Result<(), PortError> {
        self.delete(self.server.keys().exchanged_code(code)).await
    }

    #[tracing::instrument(name = "redis.exchanges.claim_answer", skip_all)]
    async fn claim_answer(
        &self,
        key: &RequestDigest,
        body: &RequestDigest,
        now: OffsetDateTime,
        until: OffsetDateTime,
    ) -> Result<KeptAnswer, PortError> {
        let key = self.server.keys().kept_answer(key);
        match self.take(&key, body, now, until).await? {
            None => Ok(KeptAnswer::Claimed),
            Some(kept) => Ok(read(&kept, body)?),
        }
    }

    #[tracing::instrument(name = "redis.exchanges.keep_answer", skip_all)]
    async fn keep_answer(&self, key: &RequestDigest, sealed: &[u8]) -> Result<(), PortError> {
        let call = ANSWER.on(&self.server.keys().kept_answer(key)).arg(sealed);
        Ok(self.server.ask::<()>(call).await?)
    }

    #[tracing::instrument(name = "redis.exchanges.release_answer", skip_all)]
    async fn release_answer(&self, key: &RequestDigest) -> Result<(), PortError> {
        self.delete(self.server.keys().kept_answer(key)).await
    }
}

fn read(kept: &[u8], body: &RequestDigest) -> Result<KeptAnswer, Failure> {
    let mut reader = Reader::new(WHAT, LAYOUT, kept)?;
    reader.bytes(MOMENT_DIGITS)?;
    reader.bytes(16)?;
    if reader.array()? != *body {
        return Ok(KeptAnswer::OtherBody);
    }
    Ok(match reader.rest().split_first() {
        None => KeptAnswer::Pending,
        Some((_, sealed)) => KeptAnswer::Answered(sealed.to_vec()),
    })
}
