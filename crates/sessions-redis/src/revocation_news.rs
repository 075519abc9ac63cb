use async_trait::async_trait;
use deadpool_redis::redis::cmd;
use wechat_login_domain::{PortError, ports::RevocationNews};

use crate::server::Server;

/// Milliseconds. Nobody reads it: that it is written is the news, and that it goes is told as well, so it does not go after each.
const KEPT_FOR: u32 = 60_000;

/// Word of revocations through Redis, to whoever hears the feed.
pub struct RedisRevocationNews {
    server: Server,
}

impl RedisRevocationNews {
    pub(crate) const fn new(server: Server) -> Self {
        Self { server }
    }
}

#[async_trait]
impl RevocationNews for RedisRevocationNews {
    #[tracing::instrument(name = "redis.revocation_news.announce", skip_all)]
    async fn announce(&self) -> Result<(), PortError> {
        let mut set = cmd("SET");
        set.arg(self.server.keys().revocation_news())
            .arg("1")
            .arg("PX")
            .arg(KEPT_FOR);
        Ok(self.server.ask::<()>(set).await?)
    }
}
