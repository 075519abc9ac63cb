use std::sync::Arc;

use async_trait::async_trait;
use deadpool_redis::redis::cmd;
use time::{Duration, OffsetDateTime};
use wechat_login_domain::{
    AppAccessToken, AppId, Keyring, PortError, Purpose,
    ports::{AppTokens, CLOCKS_MAY_DIFFER, Entropy, KeptAppToken},
};

use crate::{
    codec::{MOMENT_DIGITS, Reader, Writer, digits},
    failure::Failure,
    script::Script,
    server::Server,
    ttl,
};

/// A bound for what nobody renews; whether the token is still good is in the value, as nobody says here what time it is.
/// WeChat's tokens last two hours.
const KEPT_FOR: Duration = Duration::days(1);

/// Layout 1: end of the claim as digits and 16 random bytes, all zeros where there is none; then, where there is a token, its
/// fingerprint (32 bytes), from when on to refresh it, its end, and the sealed token.
const LAYOUT: u8 = 1;
const WHAT: &str = "app_token";
const NO_CLAIM: &[u8; MOMENT_DIGITS + 16] = b"0000000000000000\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// Claims the fetch unless somebody has, whose clock cannot be far ahead of ours. The random bytes tell a claim that was sent twice from two claims.
static CLAIM: Script = Script::new(
    "local kept = redis.call('GET', KEYS[1])
    local token, left = '', tonumber(ARGV[3])
    if kept then
        if string.byte(kept) ~= 1 then return kept end
        local is_ours = string.sub(kept, 1, 33) == ARGV[1]
        local ends = tonumber(string.sub(kept, 2, 17))
        if not is_ours and ends > tonumber(ARGV[2]) and ends <= tonumber(ARGV[4]) then return '' end
        token, left = string.sub(kept, 34), math.max(left, redis.call('PTTL', KEYS[1]))
    end
    redis.call('SET', KEYS[1], ARGV[1] .. token, 'PX', left)
    return false",
);

/// Ends the claim that lasts until then.
static RELEASE: Script = Script::new(
    "local kept = redis.call('GET', KEYS[1])
    if kept and string.byte(kept) == 1 and string.sub(kept, 2, 17) == ARGV[1] then
        redis.call('SET', KEYS[1], '\\1' .. ARGV[2] .. string.sub(kept, 34), 'KEEPTTL')
    end
    return 1",
);

/// Forgets the token if it is this one, under any of its fingerprints.
static DROP: Script = Script::new(
    "local kept = redis.call('GET', KEYS[1])
    if kept and string.byte(kept) == 1 then
        for i = 1, #ARGV do
            if string.sub(kept, 34, 65) == ARGV[i] then
                redis.call('SET', KEYS[1], string.sub(kept, 1, 33), 'KEEPTTL')
            end
        end
    end
    return 1",
);

/// The `access_token`s of apps in Redis, each sealed for its app.
pub struct RedisAppTokens {
    server: Server,
    keyring: Arc<Keyring>,
    entropy: Arc<dyn Entropy>,
}

impl RedisAppTokens {
    pub(crate) const fn new(server: Server, keyring: Arc<Keyring>, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            server,
            keyring,
            entropy,
        }
    }

    /// Under which the token may be kept: today's key makes the first, previous ones the rest.
    fn fingerprints(&self, token: &AppAccessToken) -> Vec<[u8; 32]> {
        self.keyring
            .indexes(Purpose::AppToken, token.expose().as_bytes())
            .collect()
    }

    fn open(&self, app_id: &AppId, sealed: &[u8]) -> Option<AppAccessToken> {
        let opened = self.keyring.open(Purpose::AppToken, &context(app_id), sealed);
        let token = opened
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .and_then(|text| AppAccessToken::parse(&text).ok());
        if token.is_none() {
            tracing::warn!("an access_token was not sealed with any of the configured encryption keys");
        }
        token
    }
}

/// A sealed token opens for its own app only.
fn context(app_id: &AppId) -> [&[u8]; 1] {
    [app_id.as_str().as_bytes()]
}

#[async_trait]
impl AppTokens for RedisAppTokens {
    #[tracing::instrument(name = "redis.app_tokens.find", skip_all)]
    async fn find(&self, app_id: &AppId, now: OffsetDateTime) -> Result<Option<KeptAppToken>, PortError> {
        let mut get = cmd("GET");
        get.arg(self.server.keys().app_token(app_id));
        let value: Option<Vec<u8>> = self.server.ask(get).await?;
        let Some(kept) = value.as_deref().map(Kept::read).transpose()?.flatten() else {
            return Ok(None);
        };
        if kept.expires_at <= now {
            return Ok(None);
        }
        Ok(self.open(app_id, kept.sealed).map(|token| KeptAppToken {
            token,
            refresh_at: kept.refresh_at,
            expires_at: kept.expires_at,
        }))
    }

    #[tracing::instrument(name = "redis.app_tokens.claim_fetch", skip_all)]
    async fn claim_fetch(
        &self,
        app_id: &AppId,
        now: OffsetDateTime,
        until: OffsetDateTime,
    ) -> Result<bool, PortError> {
        let mut random = [0; 16];
        self.entropy.fill(&mut random);
        let claim = Writer::new(LAYOUT)
            .bytes(digits(until).as_bytes())
            .bytes(&random)
            .finish();
        let call = CLAIM
            .on(&self.server.keys().app_token(app_id))
            .arg(claim.as_slice())
            .arg(digits(now).as_str())
            .arg(ttl::milliseconds(until - now))
            .arg(digits(until.saturating_add(CLOCKS_MAY_DIFFER)).as_bytes());
        let taken: Option<Vec<u8>> = self.server.ask(call).await?;
        if let Some(newer) = taken.as_deref().filter(|kept| !kept.is_empty()) {
            Reader::new(WHAT, LAYOUT, newer)?;
        }
        Ok(taken.is_none())
    }

    #[tracing::instrument(name = "redis.app_tokens.put", skip_all)]
    async fn put(&self, app_id: &AppId, kept: &KeptAppToken) -> Result<(), PortError> {
        let token = kept.token.expose().as_bytes();
        let fingerprints = self.fingerprints(&kept.token);
        let value = Writer::new(LAYOUT)
            .bytes(NO_CLAIM)
            .bytes(&fingerprints[0])
            .moment(kept.refresh_at)
            .moment(kept.expires_at)
            .bytes(&self.keyring.seal(Purpose::AppToken, &context(app_id), token))
            .finish();
        let mut set = cmd("SET");
        set.arg(self.server.keys().app_token(app_id))
            .arg(value)
            .arg("PX")
            .arg(ttl::milliseconds(KEPT_FOR));
        Ok(self.server.ask::<()>(set).await?)
    }

    #[tracing::instrument(name = "redis.app_tokens.release", skip_all)]
    async fn release(&self, app_id: &AppId, until: OffsetDateTime) -> Result<(), PortError> {
        let call = RELEASE
            .on(&self.server.keys().app_token(app_id))
            .arg(digits(until).as_str())
            .arg(NO_CLAIM.as_slice());
        Ok(self.server.ask::<()>(call).await?)
    }

    #[tracing::instrument(name = "redis.app_tokens.drop_token", skip_all)]
    async fn drop_token(&self, app_id: &AppId, token: &AppAccessToken) -> Result<(), PortError> {
        let mut call = DROP.on(&self.server.keys().app_token(app_id));
        for fingerprint in self.fingerprints(token) {
            call = call.arg(fingerprint.as_slice());
        }
        Ok(self.server.ask::<()>(call).await?)
    }
}

struct Kept<'a> {
    refresh_at: OffsetDateTime,
    expires_at: OffsetDateTime,
    sealed: &'a [u8],
}

impl<'a> Kept<'a> {
    fn read(value: &'a [u8]) -> Result<Option<Self>, Failure> {
        let mut reader = Reader::new(WHAT, LAYOUT, value)?;
        reader.bytes(NO_CLAIM.len())?;
        if reader.is_at_end() {
            return Ok(None);
        }
        reader.bytes(32)?;
        Ok(Some(Self {
            refresh_at: reader.moment()?,
            expires_at: reader.moment()?,
            sealed: reader.rest(),
        }))
    }
}
