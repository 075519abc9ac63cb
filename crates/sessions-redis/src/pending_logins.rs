use async_trait::async_trait;
use deadpool_redis::redis::cmd;
use time::OffsetDateTime;
use wechat_login_domain::{
    PendingLogin, PortError, State, TokenDigest,
    ports::{PendingLogins, RequestDigest, Seen, Taking},
};

use crate::{
    pending_value::{self, Stage, Value},
    script::Script,
    server::Server,
    ttl,
};

/// Marks a login of this browser as taken, if nobody took it, and gives what was there. A login that the version before began is taken as it
/// does, for good. ARGV: the browser, the attempt.
static TAKE: Script = Script::new(
    "local kept = redis.call('GET', KEYS[1])
    if not kept then return false end
    local layout = string.byte(kept)
    if layout == 1 then
        if string.sub(kept, 18, 49) ~= ARGV[1] then return false end
        redis.call('DEL', KEYS[1])
        return kept
    end
    if layout ~= 2 then return kept end
    if string.sub(kept, 3, 34) ~= ARGV[1] then return false end
    if string.sub(kept, 2, 2) == 'w' then
        redis.call('SET', KEYS[1], string.sub(kept, 1, 1) .. 't' .. ARGV[1] .. ARGV[2] .. string.sub(kept, 67), 'KEEPTTL')
    end
    return kept",
);

/// Puts what came of a login that was taken behind it, if it is still there, in the place of what may stand there.
static FINISH: Script = Script::new(
    "local kept = redis.call('GET', KEYS[1])
    if not kept or string.byte(kept) ~= 2 then return 1 end
    local stage, length = string.sub(kept, 2, 2), #kept
    if stage == 'f' then
        length = tonumber(string.sub(kept, -5))
    elseif stage ~= 't' then
        return 1
    end
    local login = string.sub(kept, 1, 1) .. 'f' .. string.sub(kept, 3, length)
    redis.call('SET', KEYS[1], login .. ARGV[1] .. string.format('%05d', length), 'KEEPTTL')
    return 1",
);

/// Web logins that wait for WeChat, in Redis.
pub struct RedisPendingLogins {
    server: Server,
}

impl RedisPendingLogins {
    pub(crate) const fn new(server: Server) -> Self {
        Self { server }
    }
}

#[async_trait]
impl PendingLogins for RedisPendingLogins {
    #[tracing::instrument(name = "redis.pending_logins.insert", skip_all)]
    async fn insert(&self, state: &State, pending: &PendingLogin) -> Result<(), PortError> {
        let mut set = cmd("SET");
        set.arg(self.server.keys().pending(state))
            .arg(pending_value::encode(pending))
            .arg("PX")
            .arg(ttl::milliseconds(pending.expires_at - pending.created_at));
        Ok(self.server.ask::<()>(set).await?)
    }

    /// Not tried again: where the answer is lost the login is gone, and the person begins anew.
    #[tracing::instrument(name = "redis.pending_logins.take", skip_all)]
    async fn take(
        &self,
        state: &State,
        browser: &TokenDigest,
        attempt: &RequestDigest,
        now: OffsetDateTime,
    ) -> Result<Taking, PortError> {
        let call = TAKE
            .on(&self.server.keys().pending(state))
            .arg(browser.as_bytes().as_slice())
            .arg(attempt.as_slice());
        // With its text: nothing may be sent twice, not even after Redis said that it does not know the hash.
        let kept: Option<Vec<u8>> = self.server.ask_once(call.whole).await?;
        let Some(value) = kept.as_deref().map(pending_value::decode).transpose()? else {
            return Ok(Taking::Nobodys);
        };
        Ok(taking(value, attempt, now))
    }

    #[tracing::instrument(name = "redis.pending_logins.finish", skip_all)]
    async fn finish(&self, state: &State, outcome: &[u8]) -> Result<(), PortError> {
        let call = FINISH.on(&self.server.keys().pending(state)).arg(outcome);
        Ok(self.server.ask::<()>(call).await?)
    }

    #[tracing::instrument(name = "redis.pending_logins.find", skip_all)]
    async fn find(
        &self,
        state: &State,
        browser: &TokenDigest,
        now: OffsetDateTime,
    ) -> Result<Option<Seen>, PortError> {
        let mut get = cmd("GET");
        get.arg(self.server.keys().pending(state));
        let kept: Option<Vec<u8>> = self.server.ask(get).await?;
        let value = kept.as_deref().map(pending_value::decode).transpose()?;
        let is_there = |value: &Value| value.pending.browser == *browser && now < value.pending.expires_at;
        Ok(value.filter(is_there).map(|Value { pending, stage }| Seen {
            pending,
            outcome: match stage {
                Stage::Waiting | Stage::Taken(_) => None,
                Stage::Finished(_, outcome) => Some(outcome),
            },
        }))
    }
}

fn taking(Value { pending, stage }: Value, attempt: &RequestDigest, now: OffsetDateTime) -> Taking {
    match stage {
        _ if now >= pending.expires_at => Taking::Nobodys,
        Stage::Waiting => Taking::Taken(pending),
        Stage::Taken(by) if by == *attempt => Taking::UnderWay,
        Stage::Finished(by, outcome) if by == *attempt => Taking::Finished { pending, outcome },
        Stage::Taken(_) | Stage::Finished(..) => Taking::Nobodys,
    }
}
