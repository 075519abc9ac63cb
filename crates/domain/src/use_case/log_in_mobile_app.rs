use std::{sync::Arc, time::Duration};

use crate::{
    Apps, Channel, Client, Error, LoggedIn, OauthCode, SignIn,
    claim_code::exchange_once,
    oauth_person::{exchange, person},
    ports::{Clock, Exchanges, WeChat},
    sign_in::Arrival,
    time_left::TimeLeft,
};

/// A mobile app's request to sign its person in.
#[derive(Debug)]
pub struct MobileAppLogin {
    /// The app, by our name or AppID, where the request names one.
    pub app: Option<String>,
    /// The code that WeChat's SDK gave.
    pub code: OauthCode,
    /// Whether somebody new becomes a user.
    pub create_user: bool,
    /// The device.
    pub client: Client,
}

/// A mobile app's code → session.
pub struct LogInMobileApp {
    wechat: Arc<dyn WeChat>,
    exchanges: Arc<dyn Exchanges>,
    clock: Arc<dyn Clock>,
    sign_in: Arc<SignIn>,
    apps: Apps,
    wechat_timeout: Duration,
}

impl LogInMobileApp {
    /// With these ports. `wechat_timeout` is for all calls to WeChat of one login together.
    #[must_use]
    pub fn new(
        wechat: Arc<dyn WeChat>,
        exchanges: Arc<dyn Exchanges>,
        clock: Arc<dyn Clock>,
        sign_in: Arc<SignIn>,
        apps: Apps,
        wechat_timeout: Duration,
    ) -> Self {
        Self {
            wechat,
            exchanges,
            clock,
            sign_in,
            apps,
            wechat_timeout,
        }
    }

    /// Signs in whoever WeChat says this code is.
    ///
    /// # Errors
    /// Everything that WeChat, the resolve rule or a store may say; nobody is signed in then.
    #[tracing::instrument(name = "log_in_mobile_app", skip_all)]
    pub async fn run(&self, login: MobileAppLogin) -> Result<LoggedIn, Error> {
        let app = self
            .apps
            .choose(Channel::MobileApp, login.app.as_deref())
            .ok_or(Error::AppUnknown)?;
        let (wechat, clock) = (&*self.wechat, &*self.clock);
        let time_left = TimeLeft::new(clock, self.wechat_timeout);
        let ask = exchange(wechat, clock, &app, &login.code, &time_left);
        let digest = login.code.digest(&app.app_id);
        let exchanged = exchange_once(&*self.exchanges, clock, &digest, ask).await?;
        let person = person(wechat, clock, &app, exchanged, &time_left).await?;
        let arrival = Arrival {
            app: &app,
            openid: person.openid,
            unionid: person.unionid,
            phone: None,
            profile: person.profile,
            create_user: login.create_user,
            client: login.client,
        };
        let logged_in = self.sign_in.open(arrival, clock.now()).await?;
        self.sign_in.keep(&logged_in).await?;
        Ok(logged_in)
    }
}
