use async_trait::async_trait;
use deadpool_redis::redis::cmd;
use time::OffsetDateTime;
use wechat_login_domain::{AppName, PendingLogin, PortError, State, ports::PendingLogins};

use crate::{
    codec::{Reader, Writer},
    failure::Failure,
    server::Server,
    ttl,
};

const LAYOUT: u8 = 1;
const WHAT: &str = "pending";

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
            .arg(encode(pending))
            .arg("PX")
            .arg(ttl::milliseconds(pending.expires_at - pending.created_at));
        Ok(self.server.ask::<()>(set).await?)
    }

    /// Not tried again: where the answer is lost the login is gone, and the person begins anew.
    #[tracing::instrument(name = "redis.pending_logins.take", skip_all)]
    async fn take(&self, state: &State, now: OffsetDateTime) -> Result<Option<PendingLogin>, PortError> {
        let mut take = cmd("GETDEL");
        take.arg(self.server.keys().pending(state));
        let value: Option<Vec<u8>> = self.server.ask_once(take).await?;
        let pending = value.as_deref().map(decode).transpose()?;
        Ok(pending.filter(|pending| now < pending.expires_at))
    }
}

/// Layout 1: begun, expires, digest of the browser's secret; then texts: app, address called back, and where there is one the way back.
fn encode(pending: &PendingLogin) -> Vec<u8> {
    Writer::new(LAYOUT)
        .moment(pending.created_at)
        .moment(pending.expires_at)
        .bytes(pending.browser.as_bytes())
        .text(pending.app.as_str())
        .text(&pending.redirect_uri)
        .optional_text(pending.return_to.as_deref())
        .finish()
}

fn decode(value: &[u8]) -> Result<PendingLogin, Failure> {
    let mut reader = Reader::new(WHAT, LAYOUT, value)?;
    Ok(PendingLogin {
        created_at: reader.moment()?,
        expires_at: reader.moment()?,
        browser: reader.digest()?,
        app: AppName::parse(reader.text()?).map_err(Failure::bad_value(WHAT))?,
        redirect_uri: reader.text()?.to_owned(),
        return_to: reader.optional_text()?.map(str::to_owned),
    })
}
