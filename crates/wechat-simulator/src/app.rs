use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// What signs pushed messages where an app has no token of its own.
pub(crate) const DEFAULT_EVENT_TOKEN: &str = "simulator";

/// An application that is registered with the pretend WeChat.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct App {
    /// Its public id: `wx` and 16 hexadecimal digits at WeChat, any short word here.
    pub app_id: String,
    /// The secret that its server shows.
    pub secret: String,
    /// Which kind of application it is.
    pub channel: Channel,
    /// What people call it; the control API takes it in place of the id.
    pub name: String,
    /// The Open Platform account it is bound to. Without one its people have no unionid.
    pub open_platform: Option<String>,
    /// The host that its users may be sent back to (授权回调域), without scheme and port; any where it is `None`.
    pub callback_domain: Option<String>,
    /// Whether those addresses are `http` or `https`; either where it is `None`. Only official accounts' are compared.
    pub callback_scheme: Option<String>,
    /// The addresses that its server may call from (IP白名单); any where it is empty.
    pub ip_allowlist: Vec<IpAddr>,
    /// Whether it may ask for phone numbers: at WeChat, where a company owns it.
    pub phone_enabled: bool,
    /// The pages of its published version, such as `pages/index/index`; any where it is empty.
    pub published_pages: Vec<String>,
    /// Where WeChat pushes messages about its people (消息推送).
    pub event_url: Option<String>,
    /// The token (Token令牌) that pushed messages are signed with.
    pub event_token: String,
}

impl App {
    /// An app named after its id, bound to the Open Platform account `default`, with nothing forbidden to it.
    #[must_use]
    pub fn new(app_id: impl Into<String>, secret: impl Into<String>, channel: Channel) -> Self {
        let app_id = app_id.into();
        Self {
            name: app_id.clone(),
            app_id,
            secret: secret.into(),
            channel,
            open_platform: Some("default".to_owned()),
            callback_domain: None,
            callback_scheme: None,
            ip_allowlist: Vec::new(),
            phone_enabled: true,
            published_pages: Vec::new(),
            event_url: None,
            event_token: DEFAULT_EVENT_TOKEN.to_owned(),
        }
    }
}

/// The kinds of application that sign people in through WeChat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A mini-program (小程序).
    MiniProgram,
    /// A website that shows a QR code (网站应用).
    Web,
    /// An iOS or Android app (移动应用).
    MobileApp,
    /// A page inside WeChat, of an official account (公众号).
    OfficialAccount,
}

impl Channel {
    /// The word for it in JSON.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::MiniProgram => "mini_program",
            Self::Web => "web",
            Self::MobileApp => "mobile_app",
            Self::OfficialAccount => "official_account",
        }
    }
}

/// The secret may be a real one, when a developer points a configured service here.
impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("app_id", &self.app_id)
            .field("channel", &self.channel)
            .field("name", &self.name)
            .field("open_platform", &self.open_platform)
            .finish_non_exhaustive()
    }
}

/// The apps that every simulator starts with: one a channel, all bound to the Open Platform account `default`.
///
/// Their ids and secrets never change, so they may be written into a development configuration.
#[must_use]
pub fn demo_apps() -> Vec<App> {
    [
        ("wxdec0000000000001", "shop_mini", Channel::MiniProgram),
        ("wxdec0000000000002", "shop_web", Channel::Web),
        ("wxdec0000000000003", "shop_app", Channel::MobileApp),
        ("wxdec0000000000004", "shop_h5", Channel::OfficialAccount),
    ]
    .into_iter()
    .zip(1..)
    .map(|((app_id, name, channel), number)| App {
        name: name.to_owned(),
        ..App::new(
            app_id,
            format!("dec0dec0dec0dec0dec0dec0dec0{number:04}"),
            channel,
        )
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn demo_apps_look_like_wechats_and_cover_every_channel() {
        let apps = demo_apps();
        let channels: std::collections::HashSet<_> = apps.iter().map(|app| app.channel).collect();
        assert_eq!((apps.len(), channels.len()), (4, 4));
        for app in apps {
            let hex = app.app_id.strip_prefix("wx").unwrap();
            assert!(
                hex.len() == 16 && hex.bytes().all(|b| b.is_ascii_hexdigit()),
                "{}",
                app.app_id
            );
            assert!(app.secret.len() == 32 && app.secret.bytes().all(|b| b.is_ascii_hexdigit()));
        }
    }

    #[test]
    fn debug_hides_the_secret() {
        let app = demo_apps().remove(0);
        assert!(!format!("{app:?}").contains(&app.secret));
    }

    #[test]
    fn the_word_for_a_channel_is_the_one_in_json() {
        for app in demo_apps() {
            assert_eq!(serde_json::to_value(app.channel).unwrap(), app.channel.as_str());
        }
    }
}
