use std::sync::Arc;

use async_trait::async_trait;
use deadpool_redis::redis::cmd;
use time::{Duration, OffsetDateTime};
use wechat_login_domain::{
    AppId, Keyring, OpenId, PortError, Purpose, SessionKey,
    ports::{SessionKeyRing, SessionKeys},
};

use crate::{
    codec::{MOMENT_DIGITS, Reader, digits},
    failure::Failure,
    script::Script,
    server::Server,
    ttl,
};

/// How long data that was on its way may still be encrypted with the key before.
const PREVIOUS_IS_KEPT_FOR: Duration = Duration::minutes(10);
/// As long as the other stores keep a key that nobody uses.
const KEPT_FOR: Duration = Duration::days(30);

/// Layout 1: fingerprint of the current key (32 bytes), end of the previous one as digits, length of the current sealed key in 5 digits,
/// that key, and the previous one where there is one.
const LAYOUT: u8 = 1;
const WHAT: &str = "session_key";
const LENGTH_DIGITS: usize = 5;

/// Puts a key in front of the one that is kept, unless it is the same one under any of its fingerprints.
static PUT: Script = Script::new(
    "local kept = redis.call('GET', KEYS[1])
    local previous, good_until = '', '0000000000000000'
    if kept then
        if string.byte(kept) ~= 1 then return kept end
        local last = 54 + tonumber(string.sub(kept, 50, 54))
        previous, good_until = string.sub(kept, 55, last), ARGV[2]
        for i = 6, #ARGV do
            if ARGV[i] == string.sub(kept, 2, 33) then
                previous, good_until = string.sub(kept, last + 1), string.sub(kept, 34, 49)
            end
        end
    end
    local value = '\\1' .. ARGV[6] .. good_until .. ARGV[3] .. ARGV[4] .. previous
    redis.call('SET', KEYS[1], value, 'PX', ARGV[5])
    return false",
);

/// `session_key`s in Redis, each sealed for its person and app.
pub struct RedisSessionKeys {
    server: Server,
    keyring: Arc<Keyring>,
}

impl RedisSessionKeys {
    pub(crate) const fn new(server: Server, keyring: Arc<Keyring>) -> Self {
        Self { server, keyring }
    }

    fn open(&self, context: &[&[u8]], sealed: &[u8]) -> Option<SessionKey> {
        let opened = self.keyring.open(Purpose::SessionKey, context, sealed).ok();
        let key = opened
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .and_then(|text| SessionKey::parse(&text).ok());
        if key.is_none() {
            tracing::warn!("a session_key was not sealed with any of the configured encryption keys");
        }
        key
    }
}

/// A sealed key opens for its own person and app only.
fn context<'a>(app_id: &'a AppId, openid: &'a OpenId) -> [&'a [u8]; 2] {
    [app_id.as_str().as_bytes(), openid.as_str().as_bytes()]
}

#[async_trait]
impl SessionKeys for RedisSessionKeys {
    #[tracing::instrument(name = "redis.session_keys.put", skip_all)]
    async fn put(
        &self,
        app_id: &AppId,
        openid: &OpenId,
        key: &SessionKey,
        now: OffsetDateTime,
    ) -> Result<(), PortError> {
        let context = context(app_id, openid);
        let sealed = self
            .keyring
            .seal(Purpose::SessionKey, &context, key.expose().as_bytes());
        let mut put = PUT
            .on(&self.server.keys().session_key(app_id, openid))
            .arg(LAYOUT)
            .arg(digits(now.saturating_add(PREVIOUS_IS_KEPT_FOR)).as_str())
            .arg(format!("{:0LENGTH_DIGITS$}", sealed.len()).as_str())
            .arg(sealed.as_slice())
            .arg(ttl::milliseconds(KEPT_FOR));
        // The first is today's, and the one that is written.
        for fingerprint in self.keyring.indexes(Purpose::SessionKey, &key.expose_bytes()) {
            put = put.arg(fingerprint.as_slice());
        }
        let newer: Option<Vec<u8>> = self.server.ask(put).await?;
        if let Some(kept) = newer {
            Reader::new(WHAT, LAYOUT, &kept)?;
        }
        Ok(())
    }

    #[tracing::instrument(name = "redis.session_keys.find", skip_all)]
    async fn find(
        &self,
        app_id: &AppId,
        openid: &OpenId,
        now: OffsetDateTime,
    ) -> Result<Option<SessionKeyRing>, PortError> {
        let mut get = cmd("GET");
        get.arg(self.server.keys().session_key(app_id, openid));
        let value: Option<Vec<u8>> = self.server.ask(get).await?;
        let Some(kept) = value.as_deref().map(Kept::read).transpose()? else {
            return Ok(None);
        };
        let context = context(app_id, openid);
        let previous = kept.previous_unless_it_ended(now);
        Ok(self.open(&context, kept.current).map(|current| SessionKeyRing {
            current,
            previous: previous.and_then(|sealed| self.open(&context, sealed)),
        }))
    }

    #[tracing::instrument(name = "redis.session_keys.remove", skip_all)]
    async fn remove(&self, app_id: &AppId, openid: &OpenId) -> Result<(), PortError> {
        let mut delete = cmd("DEL");
        delete.arg(self.server.keys().session_key(app_id, openid));
        let () = self.server.ask(delete).await?;
        Ok(())
    }
}

struct Kept<'a> {
    previous_until: i64,
    current: &'a [u8],
    previous: &'a [u8],
}

impl<'a> Kept<'a> {
    fn read(value: &'a [u8]) -> Result<Self, Failure> {
        let mut reader = Reader::new(WHAT, LAYOUT, value)?;
        reader.bytes(32)?;
        let previous_until = reader.digits(MOMENT_DIGITS)?;
        let length = usize::try_from(reader.digits(LENGTH_DIGITS)?).map_err(Failure::bad_value(WHAT))?;
        Ok(Self {
            previous_until,
            current: reader.bytes(length)?,
            previous: reader.rest(),
        })
    }

    fn previous_unless_it_ended(&self, now: OffsetDateTime) -> Option<&'a [u8]> {
        let is_good = now.unix_timestamp_nanos() / 1000 < i128::from(self.previous_until);
        (is_good && !self.previous.is_empty()).then_some(self.previous)
    }
}
