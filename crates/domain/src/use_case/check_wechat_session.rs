use std::{sync::Arc, time::Duration};

use super::Authenticated;
use crate::{
    AppAccessTokens, Apps, Channel, Error,
    ask_wechat::ask_wechat,
    ports::{Clock, SessionKeyState, SessionKeys, WeChat},
};

/// Whether WeChat still encrypts a mini-program's person's data with the key that we keep.
pub struct CheckWeChatSession {
    wechat: Arc<dyn WeChat>,
    session_keys: Arc<dyn SessionKeys>,
    app_tokens: Arc<AppAccessTokens>,
    clock: Arc<dyn Clock>,
    apps: Apps,
    wechat_timeout: Duration,
}

impl CheckWeChatSession {
    /// With these ports. `wechat_timeout` is for all calls to WeChat together.
    #[must_use]
    pub fn new(
        wechat: Arc<dyn WeChat>,
        session_keys: Arc<dyn SessionKeys>,
        app_tokens: Arc<AppAccessTokens>,
        clock: Arc<dyn Clock>,
        apps: Apps,
        wechat_timeout: Duration,
    ) -> Self {
        Self {
            wechat,
            session_keys,
            app_tokens,
            clock,
            apps,
            wechat_timeout,
        }
    }

    /// Asks WeChat about the session's key. One that we do not have is as good as stale: the client gets a new one by `wx.login` either way.
    ///
    /// # Errors
    /// [`Error::InvalidRequest`] where the session is no mini-program's, which alone has such a key; else everything that WeChat or a store
    /// may say: whether it is stale is unknown then.
    #[tracing::instrument(name = "check_wechat_session", skip_all)]
    pub async fn run(&self, who: &Authenticated) -> Result<SessionKeyState, Error> {
        let session = &who.session;
        if session.channel != Channel::MiniProgram {
            let message = "check=wechat: only a session of a mini-program has a session_key";
            return Err(Error::invalid("", message));
        }
        let app = self.apps.by_name(&session.app).ok_or(Error::AppUnknown)?;
        let (openid, clock) = (&session.openid, &*self.clock);
        let kept = self.session_keys.find(&app.app_id, openid, clock.now()).await?;
        let Some(kept) = kept else {
            return Ok(SessionKeyState::Stale);
        };
        let (wechat, key) = (&*self.wechat, &kept.current);
        let call = |token, within| async move {
            let token = &token;
            ask_wechat(clock, within, |within| {
                wechat.check_session(app, openid, key, token, within)
            })
            .await
        };
        Ok(self.app_tokens.with_token(app, self.wechat_timeout, call).await?)
    }
}
