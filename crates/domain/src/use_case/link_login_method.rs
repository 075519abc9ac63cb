use std::{sync::Arc, time::Duration};

use super::{
    Authenticated,
    list_login_methods::{ListedWayIn, list},
};
use crate::{
    App, Apps, Channel, Error, LoginCode, LoginMethod, OauthCode,
    add_way_in::add_way_in,
    ask_wechat::ask_wechat,
    claim_code::exchange_once,
    keep_key::keep_key,
    link::NewWayIn,
    oauth_person,
    ports::{Clock, Exchanges, SessionKeys, Users, WeChat},
    time_left::TimeLeft,
};

/// A request of somebody who is signed in, to be known by another WeChat account, or by theirs at another app.
#[derive(Debug)]
pub struct LoginMethodLink {
    /// The app, by our name or AppID, where the request names one.
    pub app: Option<String>,
    /// What WeChat gave for the account.
    pub code: LinkCode,
}

/// The code of a channel whose clients hand it over themselves. Websites and official accounts link by redirect: what WeChat calls back with
/// must be tied to the browser that began, or a stranger's code could be linked to a person who only followed a link.
#[derive(Debug)]
pub enum LinkCode {
    /// Of `wx.login` in a mini-program.
    MiniProgram(LoginCode),
    /// Of the open SDK in a mobile app.
    MobileApp(OauthCode),
}

/// What linking needs of the world.
#[expect(missing_docs, reason = "each field is named for its port")]
pub struct LinkLoginMethodPorts {
    pub wechat: Arc<dyn WeChat>,
    pub users: Arc<dyn Users>,
    pub session_keys: Arc<dyn SessionKeys>,
    pub exchanges: Arc<dyn Exchanges>,
    pub clock: Arc<dyn Clock>,
}

/// Makes a WeChat account a way in of whoever is signed in.
pub struct LinkLoginMethod {
    ports: LinkLoginMethodPorts,
    apps: Apps,
    wechat_timeout: Duration,
}

impl LinkLoginMethod {
    /// With these ports. `wechat_timeout` is for all calls to WeChat together.
    #[must_use]
    pub const fn new(ports: LinkLoginMethodPorts, apps: Apps, wechat_timeout: Duration) -> Self {
        Self {
            ports,
            apps,
            wechat_timeout,
        }
    }

    /// Links the WeChat account that the code stands for, and gives the user's ways in as they are then.
    ///
    /// # Errors
    /// [`Error::LoginMethodTaken`] where it is another user's, and everything that WeChat or a store may say.
    #[tracing::instrument(name = "link_login_method", skip_all)]
    pub async fn run(&self, who: &Authenticated, asked: LoginMethodLink) -> Result<Vec<ListedWayIn>, Error> {
        let methods = match &asked.code {
            LinkCode::MiniProgram(code) => {
                let app = self.app(Channel::MiniProgram, asked.app.as_deref())?;
                self.by_login_code(who, &app, code).await?
            }
            LinkCode::MobileApp(code) => {
                let app = self.app(Channel::MobileApp, asked.app.as_deref())?;
                self.by_oauth_code(who, &app, code).await?
            }
        };
        Ok(list(&methods, &self.apps))
    }

    fn app(&self, channel: Channel, named: Option<&str>) -> Result<Arc<App>, Error> {
        self.apps.choose(channel, named).ok_or(Error::AppUnknown)
    }

    async fn by_login_code(
        &self,
        who: &Authenticated,
        app: &App,
        code: &LoginCode,
    ) -> Result<Vec<LoginMethod>, Error> {
        let LinkLoginMethodPorts { wechat, clock, .. } = &self.ports;
        let ask = ask_wechat(&**clock, self.wechat_timeout, |within| {
            wechat.exchange_login_code(app, code, within)
        });
        // Every developer sends the same mock code, again and again.
        let exchange = if code.is_mock() {
            ask.await?
        } else {
            let digest = code.digest(&app.app_id);
            exchange_once(&*self.ports.exchanges, &**clock, &digest, ask).await?
        };
        let now = clock.now();
        let new = NewWayIn::wechat(app, exchange.openid.clone(), exchange.unionid);
        let added = add_way_in(&*self.ports.users, who, &new, now).await;
        let keys = &*self.ports.session_keys;
        let account = keep_key(keys, app, (&exchange.openid, &exchange.session_key), added, now).await?;
        Ok(account.methods)
    }

    async fn by_oauth_code(
        &self,
        who: &Authenticated,
        app: &App,
        code: &OauthCode,
    ) -> Result<Vec<LoginMethod>, Error> {
        let (wechat, clock) = (&*self.ports.wechat, &*self.ports.clock);
        let time_left = TimeLeft::new(clock, self.wechat_timeout);
        let ask = oauth_person::exchange(wechat, clock, app, code, &time_left);
        let digest = code.digest(&app.app_id);
        let exchanged = exchange_once(&*self.ports.exchanges, clock, &digest, ask).await?;
        let person = oauth_person::person(wechat, clock, app, exchanged, &time_left).await?;
        let new = NewWayIn::wechat(app, person.openid, person.unionid);
        let account = add_way_in(&*self.ports.users, who, &new, clock.now()).await?;
        Ok(account.methods)
    }
}
