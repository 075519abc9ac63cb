//! The WeChat apps that this service serves, as the configuration names them.

use std::{collections::BTreeMap, fmt, sync::Arc};

use crate::AppId;

/// How a person reaches us: the kind of a WeChat app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// A mini-program (小程序).
    MiniProgram,
    /// A website app (网站应用): QR login in a browser.
    Web,
    /// A mobile app (移动应用) with WeChat's open SDK.
    MobileApp,
    /// An official account (服务号): pages inside WeChat.
    OfficialAccount,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 4] = [
        Self::MiniProgram,
        Self::Web,
        Self::MobileApp,
        Self::OfficialAccount,
    ];

    /// The name in JSON, configuration and stores.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MiniProgram => "mini_program",
            Self::Web => "web",
            Self::MobileApp => "mobile_app",
            Self::OfficialAccount => "official_account",
        }
    }

    /// The channel of that name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == name)
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Our name of an app: `[a-z][a-z0-9]*(_[a-z0-9]+)*`, so that it can stand in an environment variable.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AppName(Arc<str>);

/// The text is not a name of the form `[a-z][a-z0-9]*(_[a-z0-9]+)*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be lower-case letters, digits and single underscores, beginning with a letter")]
pub struct InvalidAppName;

impl AppName {
    /// Reads a name.
    ///
    /// # Errors
    /// [`InvalidAppName`] where the form is another one.
    pub fn parse(text: &str) -> Result<Self, InvalidAppName> {
        let mut words = text.split('_');
        let begins_with_letter = text.starts_with(|c: char| c.is_ascii_lowercase());
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        if begins_with_letter && text.len() <= 64 && words.all(is_word) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidAppName)
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AppName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name that the configuration gives a WeChat Open Platform account (微信开放平台账号). A unionid means something only within one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpenPlatform(Arc<str>);

impl OpenPlatform {
    /// Reads a name; the same form as an app's.
    ///
    /// # Errors
    /// [`InvalidAppName`] where the form is another one.
    pub fn parse(text: &str) -> Result<Self, InvalidAppName> {
        AppName::parse(text).map(|name| Self(name.0))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A WeChat app that people sign in through. Its secret stays with the client that talks to WeChat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// Our name.
    pub name: AppName,
    /// The kind of app.
    pub channel: Channel,
    /// WeChat's name.
    pub app_id: AppId,
    /// The Open Platform account that it belongs to.
    pub open_platform: OpenPlatform,
    /// Whether it is the one meant where a request names none.
    pub is_default: bool,
}

/// All apps of this service.
#[derive(Clone, Debug, Default)]
pub struct Apps {
    by_name: BTreeMap<AppName, Arc<App>>,
}

impl Apps {
    /// The apps to serve. That names and AppIDs are unique and each channel has one default is the configuration's to check.
    #[must_use]
    pub fn new(apps: impl IntoIterator<Item = App>) -> Self {
        Self {
            by_name: apps
                .into_iter()
                .map(|app| (app.name.clone(), Arc::new(app)))
                .collect(),
        }
    }

    /// The app that a request of this channel means: by our name or by AppID, and where it says nothing, the channel's default or its only one.
    #[must_use]
    pub fn choose(&self, channel: Channel, named: Option<&str>) -> Option<Arc<App>> {
        let mut of_channel = self.by_name.values().filter(|app| app.channel == channel);
        if let Some(named) = named {
            return of_channel
                .find(|app| app.name.as_str() == named || app.app_id.as_str() == named)
                .cloned();
        }
        let all: Vec<_> = of_channel.collect();
        match all.as_slice() {
            [only] => Some(Arc::clone(only)),
            several => several.iter().find(|app| app.is_default).copied().cloned(),
        }
    }

    /// The app with this AppID.
    #[must_use]
    pub fn by_app_id(&self, app_id: &AppId) -> Option<&Arc<App>> {
        self.by_name.values().find(|app| app.app_id == *app_id)
    }

    /// The app with this name.
    #[must_use]
    pub fn by_name(&self, name: &AppName) -> Option<&Arc<App>> {
        self.by_name.get(name)
    }

    /// Every app, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<App>> {
        self.by_name.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_stand_in_an_environment_variable() {
        for good in ["a", "shop_mini", "shop2", "a_1"] {
            assert!(AppName::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "1a", "_a", "a_", "a__b", "Shop", "shop-mini", "店", "a.b"] {
            assert_eq!(AppName::parse(bad), Err(InvalidAppName), "{bad}");
        }
    }

    #[test]
    fn a_request_that_names_no_app_means_the_only_one_or_the_default() {
        let app = |name: &str, id: &str, is_default| App {
            name: AppName::parse(name).unwrap(),
            channel: Channel::MiniProgram,
            app_id: AppId::parse(id).unwrap(),
            open_platform: OpenPlatform::parse("default").unwrap(),
            is_default,
        };
        let one = Apps::new([app("one", "wx1", false)]);
        assert_eq!(
            one.choose(Channel::MiniProgram, None).unwrap().name.as_str(),
            "one"
        );
        assert!(one.choose(Channel::Web, None).is_none());
        assert!(one.choose(Channel::Web, Some("one")).is_none());

        let two = Apps::new([app("one", "wx1", false), app("two", "wx2", true)]);
        assert_eq!(
            two.choose(Channel::MiniProgram, None).unwrap().name.as_str(),
            "two"
        );
        assert_eq!(
            two.choose(Channel::MiniProgram, Some("wx1"))
                .unwrap()
                .name
                .as_str(),
            "one"
        );
        assert!(two.choose(Channel::MiniProgram, Some("three")).is_none());
    }
}
