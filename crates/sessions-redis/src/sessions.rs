use std::time::Instant;

use async_trait::async_trait;
use deadpool_redis::redis::cmd;
use futures_util::future::try_join_all;
use time::{Duration, OffsetDateTime};
use wechat_login_domain::{PortError, Session, TokenDigest, UserId, ports::Sessions};

use crate::{
    script::{Script, ScriptCall},
    server::{Server, Write},
    session_value, ttl,
};

/// So long a session that is over can still be told from one that never was.
const KEPT_AFTER_ITS_END: Duration = Duration::hours(24);

/// Replaces a session if it still is what was read: every renewal moves the two moments behind the first byte, so a value that has them
/// still is. Only they are written where the rest is not as we would write it, since a newer version may keep more than we know of.
/// A renewal that is there already was ours, sent twice.
static RENEW: Script = Script::new(
    "local kept = redis.call('GET', KEYS[1])
    if not kept then return 0 end
    if kept == ARGV[2] then return 1 end
    if string.sub(kept, 2, 17) ~= string.sub(ARGV[1], 2, 17) then return 0 end
    local renewed = ARGV[2]
    if kept ~= ARGV[1] then
        renewed = string.sub(kept, 1, 1) .. string.sub(ARGV[2], 2, 17) .. string.sub(kept, 18)
    end
    redis.call('SET', KEYS[1], renewed, 'PX', ARGV[3])
    return 1",
);

/// Notes a session under its user, forgets those that are over, and lets the note live as long as the longest of them.
static NOTE: Script = Script::new(
    "redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[3])
    redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
    if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[4]) then
        redis.call('PEXPIRE', KEYS[1], ARGV[4])
    end
    return 1",
);

/// Sessions in Redis.
pub struct RedisSessions {
    server: Server,
}

impl RedisSessions {
    pub(crate) const fn new(server: Server) -> Self {
        Self { server }
    }

    fn note(&self, digest: &TokenDigest, session: &Session) -> ScriptCall {
        let milliseconds = |moment: time::OffsetDateTime| {
            let whole = moment.unix_timestamp_nanos() / 1_000_000;
            i64::try_from(whole).expect("the `time` crate ends with the year 9999")
        };
        let gone = session.last_seen_at.saturating_sub(KEPT_AFTER_ITS_END);
        NOTE.on(&self.server.keys().user_sessions(session.user_id))
            .arg(digest.as_bytes().as_slice())
            .arg(milliseconds(session.expires_at))
            .arg(milliseconds(gone))
            .arg(kept_for(session))
    }
}

/// A span from when it was last seen, which is now: our clock and the server's need not agree.
fn kept_for(session: &Session) -> i64 {
    let left = session.expires_at - session.last_seen_at;
    ttl::milliseconds(left.saturating_add(KEPT_AFTER_ITS_END))
}

#[async_trait]
impl Sessions for RedisSessions {
    #[tracing::instrument(name = "redis.sessions.insert", skip_all)]
    async fn insert(&self, digest: &TokenDigest, session: &Session) -> Result<(), PortError> {
        let mut set = cmd("SET");
        set.arg(self.server.keys().session(digest))
            .arg(session_value::encode(session))
            .arg("PX")
            .arg(kept_for(session));
        let writes = vec![Write::Command(set), Write::Script(self.note(digest, session))];
        Ok(self.server.write_all(writes).await?)
    }

    #[tracing::instrument(name = "redis.sessions.find", skip_all)]
    async fn find(&self, digest: &TokenDigest) -> Result<Option<Session>, PortError> {
        let mut get = cmd("GET");
        get.arg(self.server.keys().session(digest));
        let value: Option<Vec<u8>> = self.server.ask(get).await?;
        Ok(value.as_deref().map(session_value::decode).transpose()?)
    }

    #[tracing::instrument(name = "redis.sessions.renew", skip_all)]
    async fn renew(
        &self,
        digest: &TokenDigest,
        read: &Session,
        renewed: &Session,
    ) -> Result<bool, PortError> {
        let (read, value) = (session_value::encode(read), session_value::encode(renewed));
        let renewal = RENEW
            .on(&self.server.keys().session(digest))
            .arg(read.as_slice())
            .arg(value.as_slice())
            .arg(kept_for(renewed));
        // Side by side, as a check has the time of one call. A note of what is gone does no harm, and neither does one that ends early.
        let (is_renewed, noted) = tokio::join!(
            self.server.ask(renewal),
            self.server.ask::<()>(self.note(digest, renewed)),
        );
        if let Err(failure) = noted {
            tracing::debug!(
                error = &failure as &dyn std::error::Error,
                "a renewal is not noted under its user"
            );
        }
        Ok(is_renewed?)
    }

    #[tracing::instrument(name = "redis.sessions.remove", skip_all)]
    async fn remove(&self, digest: &TokenDigest) -> Result<(), PortError> {
        // Its note under the user goes with its time: who reads notes reads the sessions too.
        let mut delete = cmd("DEL");
        delete.arg(self.server.keys().session(digest));
        Ok(self.server.ask::<()>(delete).await?)
    }

    #[tracing::instrument(name = "redis.sessions.list", skip_all)]
    async fn list(
        &self,
        users: &[UserId],
        now: OffsetDateTime,
    ) -> Result<Vec<(TokenDigest, Session)>, PortError> {
        let mut sessions = Vec::new();
        for user_id in users {
            let mut notes = cmd("ZRANGE");
            notes
                .arg(self.server.keys().user_sessions(*user_id))
                .arg(0)
                .arg(-1);
            let notes: Vec<Vec<u8>> = self.server.ask(notes).await?;
            let digests = notes.into_iter().filter_map(|note| note.try_into().ok());
            let found = digests.map(|digest| async move {
                let digest = TokenDigest::from_bytes(digest);
                Ok::<_, PortError>(self.find(&digest).await?.map(|session| (digest, session)))
            });
            // A note whose renewal was lost ends early: the session itself knows better.
            let found = try_join_all(found).await?.into_iter().flatten();
            sessions.extend(found.filter(|(_, session)| now < session.expires_at));
        }
        Ok(sessions)
    }

    fn connected_since(&self) -> Option<Instant> {
        Some(self.server.connected_since())
    }
}
