use std::sync::Arc;

use time::{Duration, OffsetDateTime};

use crate::{
    AppId, Apps, BrowserSecret, Channel, Error, LoginPurpose, PendingLogin, ReturnUrls, State, WebAddresses,
    ports::{Clock, Entropy, PendingLogins},
    web_addresses::scope,
};

/// How long a person may take to scan and agree.
const MAY_TAKE: Duration = Duration::minutes(10);

/// A browser's request to sign its person in.
#[derive(Clone, Debug)]
pub struct WebLoginRequest {
    /// A website or an official account.
    pub channel: Channel,
    /// What becomes of the person.
    pub purpose: LoginPurpose,
    /// The app, by our name or AppID, where the request names one.
    pub app: Option<String>,
    /// Where the person wants to go afterwards.
    pub return_to: Option<String>,
    /// The page of a front end of its own that WeChat calls back; `None`: ours.
    pub redirect_uri: Option<String>,
    /// Whether nobody is to be asked (`snsapi_base`), where the channel has that.
    pub is_silent: bool,
}

/// A login that has begun.
#[derive(Debug)]
pub struct BegunWebLogin {
    /// The page of WeChat's on which the person signs in.
    pub authorize_url: String,
    /// The app.
    pub app_id: AppId,
    /// What WeChat is asked for.
    pub scope: &'static str,
    /// The address that WeChat calls back.
    pub redirect_uri: String,
    /// What WeChat gives back there.
    pub state: State,
    /// What the browser has to show then.
    pub browser: BrowserSecret,
    /// How long it may take.
    pub expires_in: Duration,
}

/// Sends a browser to WeChat.
pub struct BeginWebLogin {
    pending_logins: Arc<dyn PendingLogins>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    apps: Apps,
    addresses: WebAddresses,
    return_urls: ReturnUrls,
}

impl BeginWebLogin {
    /// With these ports.
    #[must_use]
    pub fn new(
        pending_logins: Arc<dyn PendingLogins>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        apps: Apps,
        addresses: WebAddresses,
        return_urls: ReturnUrls,
    ) -> Self {
        Self {
            pending_logins,
            clock,
            entropy,
            apps,
            addresses,
            return_urls,
        }
    }

    /// Remembers the login, and says where the browser has to go. What the browser gets for a secret is always a new one: none that it
    /// brought along can have been planted.
    ///
    /// # Errors
    /// [`Error::AppUnknown`], [`Error::ReturnToNotAllowed`], [`Error::InvalidRequest`] where the address to call back is none of the app's,
    /// and [`Error::DependencyUnavailable`].
    #[tracing::instrument(name = "begin_web_login", skip_all)]
    pub async fn run(&self, request: &WebLoginRequest) -> Result<BegunWebLogin, Error> {
        let app = self
            .apps
            .choose(request.channel, request.app.as_deref())
            .ok_or(Error::AppUnknown)?;
        let return_to = match request.return_to.as_deref() {
            Some(text) => Some(self.return_urls.resolve(text)?.into()),
            None => None,
        };
        let redirect_uri = self
            .addresses
            .redirect_uri(&app, request.redirect_uri.as_deref())?;
        let state = State::generate(&*self.entropy);
        let browser = BrowserSecret::generate(&*self.entropy);
        let now: OffsetDateTime = self.clock.now();
        let is_silent = request.is_silent && app.channel == Channel::OfficialAccount;
        let pending = PendingLogin {
            purpose: request.purpose,
            app: app.name.clone(),
            is_silent,
            browser: browser.digest(),
            redirect_uri: redirect_uri.clone(),
            return_to,
            created_at: now,
            expires_at: now + MAY_TAKE,
        };
        self.pending_logins.insert(&state, &pending).await?;
        let scope = scope(app.channel, is_silent);
        Ok(BegunWebLogin {
            authorize_url: self.addresses.authorize_url(&app, &redirect_uri, scope, &state),
            app_id: app.app_id.clone(),
            scope,
            redirect_uri,
            state,
            browser,
            expires_in: MAY_TAKE,
        })
    }
}
