//! The addresses of a web login: where WeChat asks the person, and where it sends them back.

use std::collections::BTreeMap;

use url::form_urlencoded::byte_serialize;

use crate::{App, AppName, Channel, Error, State};

/// The addresses of web logins, all of them from the configuration: nothing of a request becomes part of one.
#[derive(Clone, Debug)]
pub struct WebAddresses {
    /// How people reach the service, without a slash at the end.
    pub public_url: String,
    /// Where WeChat shows its pages, without a slash at the end.
    pub open_url: String,
    /// The pages of front ends that are called back themselves, by app.
    pub redirect_uris: BTreeMap<AppName, Vec<String>>,
}

impl WebAddresses {
    /// The address that WeChat is told to call back: the one that was asked for where it is one of the app's, or ours.
    ///
    /// # Errors
    /// [`Error::InvalidRequest`] where it is none of the app's.
    pub(crate) fn redirect_uri(&self, app: &App, asked: Option<&str>) -> Result<String, Error> {
        let Some(asked) = asked else {
            let door = match app.channel {
                Channel::OfficialAccount => "official-account",
                _ => "web",
            };
            return Ok(format!("{}/v1/login/{door}/callback", self.public_url));
        };
        let registered = self.redirect_uris.get(&app.name);
        if registered.is_some_and(|uris| uris.iter().any(|uri| uri == asked)) {
            Ok(asked.to_owned())
        } else {
            let message = "is none of the redirect_uris of this app in the configuration";
            Err(Error::invalid("/redirect_uri", message))
        }
    }

    /// The page of WeChat's on which the person signs in. The order of the parameters matters to WeChat.
    ///
    /// <https://developers.weixin.qq.com/doc/oplatform/Website_App/WeChat_Login/Wechat_Login.html>
    /// <https://developers.weixin.qq.com/doc/service/guide/h5/auth.html>
    pub(crate) fn authorize_url(&self, app: &App, redirect_uri: &str, scope: &str, state: &State) -> String {
        let page = match app.channel {
            Channel::OfficialAccount => "oauth2/authorize",
            _ => "qrconnect",
        };
        let redirect_uri: String = byte_serialize(redirect_uri.as_bytes()).collect();
        format!(
            "{}/connect/{page}?appid={}&redirect_uri={redirect_uri}&response_type=code&scope={scope}&state={}#wechat_redirect",
            self.open_url,
            app.app_id,
            state.expose()
        )
    }
}

/// What a login asks WeChat for.
pub(crate) const fn scope(channel: Channel, is_silent: bool) -> &'static str {
    match channel {
        Channel::OfficialAccount if is_silent => "snsapi_base",
        Channel::OfficialAccount => "snsapi_userinfo",
        _ => "snsapi_login",
    }
}
