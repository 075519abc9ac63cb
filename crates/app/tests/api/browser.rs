//! A person's browser: it keeps cookies, follows redirects when told to, and scans what it is shown.

use std::collections::BTreeMap;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::{
    TestApp,
    answer::{Answer, http},
};

/// A browser, on a computer unless told otherwise.
pub(crate) struct Browser<'a> {
    app: &'a TestApp,
    public_url: String,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) user_agent: &'static str,
    /// What it takes: a window takes pages, a script takes JSON.
    pub(crate) accept: &'static str,
}

impl<'a> Browser<'a> {
    /// Without a cookie, for the service at its usual address.
    pub(crate) fn new(app: &'a TestApp) -> Self {
        Self::at(app, "http://127.0.0.1:8080")
    }

    /// For a service that people reach at this address.
    pub(crate) fn at(app: &'a TestApp, public_url: &str) -> Self {
        Self {
            app,
            public_url: public_url.to_owned(),
            cookies: BTreeMap::new(),
            user_agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0",
            accept: "text/html,application/xhtml+xml",
        }
    }

    /// The same browser, of a script that reads JSON.
    pub(crate) const fn script(mut self) -> Self {
        self.accept = "application/json";
        self
    }

    /// A request to the service, of a path or of an address that it has handed out.
    pub(crate) fn request(&self, method: Method, address: &str) -> RequestBuilder {
        let path = address.strip_prefix(&self.public_url).unwrap_or(address);
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = http()
            .request(method, self.app.url(path))
            .header("user-agent", self.user_agent)
            .header("accept", self.accept);
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        request
    }

    /// Sends it, and keeps what cookies come back.
    pub(crate) async fn send(&mut self, request: RequestBuilder) -> Answer {
        let answer = Answer::of(request).await;
        for cookie in set_cookies(&answer) {
            let (pair, attributes) = cookie.split_once(';').unwrap_or((&cookie, ""));
            let (name, value) = pair.split_once('=').expect("a cookie has a value");
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// Goes to a page.
    pub(crate) async fn go(&mut self, address: &str) -> Answer {
        let request = self.request(Method::GET, address);
        self.send(request).await
    }

    /// As a script of our own page does it.
    pub(crate) async fn post(&mut self, address: &str, body: &Value) -> Answer {
        let request = self
            .request(Method::POST, address)
            .header("sec-fetch-site", "same-origin")
            .json(body);
        self.send(request).await
    }

    /// Goes to an address that begins a login, and gives the page of WeChat's to which it leads.
    pub(crate) async fn begin(&mut self, address: &str) -> String {
        let answer = self.go(address).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        location(&answer)
    }

    /// Scans the QR code of WeChat's page as this person, agrees, and gives the address that WeChat calls back.
    pub(crate) async fn scan(&self, authorize_url: &str, person: &str) -> String {
        let page = Answer::of(http().get(authorize_url)).await;
        let uuid = page
            .text
            .split_once("data-uuid=\"")
            .and_then(|(_, rest)| rest.split_once('"'))
            .unwrap_or_else(|| panic!("no QR code: {}", page.text))
            .0
            .to_owned();
        let scan = json!({"uuid": uuid, "person": person, "action": "allow"});
        let scanned = self.app.simulate("/simulator/scan", scan).await;
        scanned["redirect_uri"]
            .as_str()
            .expect("an address to go to")
            .to_owned()
    }

    /// Begins at this address, scans as this person, and comes back.
    pub(crate) async fn sign_in_at(&mut self, address: &str, person: &str) -> Answer {
        let authorize_url = self.begin(address).await;
        let callback = self.scan(&authorize_url, person).await;
        self.go(&callback).await
    }

    /// Signs in by QR code, and must succeed.
    pub(crate) async fn sign_in(&mut self, person: &str) {
        let answer = self.sign_in_at("/v1/login/web", person).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
    }

    /// The user that the session's cookie is of.
    pub(crate) async fn user(&mut self) -> Value {
        let answer = self.go("/v1/session").await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["user"].clone()
    }

    /// The token in the session's cookie, whatever its name.
    pub(crate) fn token(&self) -> Option<&str> {
        let names = ["wechat_login", "__Host-wechat_login", "__Secure-wechat_login"];
        names
            .into_iter()
            .find_map(|name| self.cookies.get(name))
            .map(String::as_str)
    }
}

/// Every `Set-Cookie` of an answer.
pub(crate) fn set_cookies(answer: &Answer) -> Vec<String> {
    answer
        .headers
        .get_all("set-cookie")
        .into_iter()
        .map(|value| value.to_str().expect("text").to_owned())
        .collect()
}

/// Where a redirect leads.
pub(crate) fn location(answer: &Answer) -> String {
    answer.header("location").expect("a redirect").to_owned()
}

/// A parameter of an address.
pub(crate) fn parameter(address: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(address).expect("an address");
    url.query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// The address that WeChat would call back with this code.
pub(crate) fn callback_of(authorize_url: &str, code: &str) -> String {
    let state = parameter(authorize_url, "state").expect("a state");
    let redirect_uri = parameter(authorize_url, "redirect_uri").expect("an address");
    format!("{redirect_uri}?code={code}&state={state}")
}
