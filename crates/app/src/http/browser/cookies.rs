use actix_web::{
    HttpRequest, HttpResponseBuilder,
    cookie::{Cookie, CookieBuilder, SameSite, time::Duration},
};
use wechat_login_domain::{BrowserSecret, Channel, Lifetimes, SessionToken, State};

/// Browsers keep none for longer (RFC 6265bis section 5.5).
const LONGEST: Duration = Duration::days(400);
/// How much of a state names its cookie: enough to tell the tabs of a browser apart.
const NAMED_BY: usize = 16;

/// The cookies of a session, and of a web login on its way.
///
/// Each web login has a cookie of its own, so that several tabs do not disturb each other, and nothing that a browser brings along is taken
/// over into a new one.
#[derive(Clone, Debug)]
pub(crate) struct Cookies {
    is_secure: bool,
    domain: Option<String>,
    lifetimes: Lifetimes,
}

impl Cookies {
    /// For a service that people reach at this address. `domain` is that of all hosts that get the session.
    pub(crate) fn new(public_url: &str, domain: Option<String>, lifetimes: Lifetimes) -> Self {
        Self {
            is_secure: public_url.starts_with("https://"),
            domain,
            lifetimes,
        }
    }

    /// The prefixes keep other hosts and plain http from setting it (RFC 6265bis section 4.1.3).
    pub(crate) const fn session_name(&self) -> &'static str {
        match (self.is_secure, &self.domain) {
            (true, None) => "__Host-wechat_login",
            (true, Some(_)) => "__Secure-wechat_login",
            (false, _) => "wechat_login",
        }
    }

    /// The token that came in the cookie.
    pub(crate) fn session_text(&self, request: &HttpRequest) -> Option<String> {
        let cookie = request.cookie(self.session_name())?;
        Some(cookie.value().to_owned())
    }

    /// Keeps the token as long as a session of this channel can last; whether it still opens anything is not the browser's to know.
    pub(crate) fn session(&self, token: &SessionToken, channel: Channel) -> Cookie<'static> {
        let longest = self.lifetimes.of(channel).absolute();
        let seconds = longest.map_or(LONGEST.whole_seconds(), time::Duration::whole_seconds);
        let max_age = Duration::seconds(seconds).min(LONGEST);
        self.of_session(token.expose().to_owned())
            .max_age(max_age)
            .finish()
    }

    /// Takes the token away from the browser.
    pub(crate) fn no_session(&self) -> Cookie<'static> {
        self.of_session(String::new()).max_age(Duration::ZERO).finish()
    }

    /// The answer that ends a session: a browser that sent its token loses it, and a client that keeps its own is told nothing of cookies.
    pub(crate) fn end_session(&self, request: &HttpRequest, answer: &mut HttpResponseBuilder) {
        if self.session_text(request).is_some() {
            answer.cookie(self.no_session());
        }
    }

    fn of_session(&self, value: String) -> CookieBuilder<'static> {
        let cookie = self.build(self.session_name().to_owned(), value);
        match &self.domain {
            Some(domain) => cookie.domain(domain.clone()),
            None => cookie,
        }
    }

    /// Binds a web login to its browser.
    pub(crate) fn browser(
        &self,
        state: &State,
        secret: &BrowserSecret,
        max_age: time::Duration,
    ) -> Cookie<'static> {
        self.build(self.browser_name(state), secret.expose().to_owned())
            .max_age(Duration::seconds(max_age.whole_seconds()))
            .finish()
    }

    /// What the browser shows for the web login of this state.
    pub(crate) fn browser_secret(&self, request: &HttpRequest, state: &State) -> Option<BrowserSecret> {
        let cookie = request.cookie(&self.browser_name(state))?;
        BrowserSecret::parse(cookie.value()).ok()
    }

    /// Takes all of the browser's logins away but the newest `kept`: browsers send the older cookies first (RFC 6265 section 5.4).
    pub(super) fn surplus_browsers(&self, request: &HttpRequest, kept: usize) -> Vec<Cookie<'static>> {
        let Ok(cookies) = request.cookies() else {
            return Vec::new();
        };
        let names = cookies.iter().map(Cookie::name);
        let logins: Vec<_> = names.filter(|name| self.is_browser_name(name)).collect();
        logins[..logins.len().saturating_sub(kept)]
            .iter()
            .map(|name| self.build((*name).to_owned(), String::new()))
            .map(|cookie| cookie.max_age(Duration::ZERO).finish())
            .collect()
    }

    /// Whether a cookie of this name is one of a web login.
    pub(super) fn is_browser_name(&self, name: &str) -> bool {
        // Other cookies of ours begin so, too.
        name.strip_prefix(self.browser_prefix())
            .is_some_and(|state| state.len() == NAMED_BY)
    }

    fn browser_name(&self, state: &State) -> String {
        format!("{}{}", self.browser_prefix(), &state.expose()[..NAMED_BY])
    }

    const fn browser_prefix(&self) -> &'static str {
        if self.is_secure {
            "__Host-wechat_login_"
        } else {
            "wechat_login_"
        }
    }

    fn build(&self, name: String, value: String) -> CookieBuilder<'static> {
        Cookie::build(name, value)
            .path("/")
            .http_only(true)
            .secure(self.is_secure)
            .same_site(SameSite::Lax)
    }
}
