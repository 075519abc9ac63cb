//! What kind of window somebody looks through, as Chromium's developer tools make it.

use fantoccini::wd::WebDriverCompatibleCommand;
use reqwest::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

/// A window.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    /// `Accept-Language`.
    pub(crate) language: &'static str,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) user_agent: &'static str,
    pub(crate) is_dark: bool,
}

/// A computer's browser.
pub(crate) const COMPUTER: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
/// A phone's.
pub(crate) const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";
/// WeChat's own, on the same phone.
pub(crate) const WECHAT: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.54(0x18003632) NetType/WIFI Language/zh_CN";

impl Window {
    /// A computer's, in Chinese.
    pub(crate) const WIDE: Self = Self {
        language: "zh-CN",
        width: 1280,
        height: 860,
        user_agent: COMPUTER,
        is_dark: false,
    };
    /// As wide as small phones are, in Chinese.
    pub(crate) const NARROW: Self = Self {
        width: 360,
        height: 740,
        ..Self::WIDE
    };

    /// What makes it.
    pub(crate) fn commands(&self) -> [DevTools; 3] {
        let scheme = if self.is_dark { "dark" } else { "light" };
        [
            DevTools::new(
                "Emulation.setDeviceMetricsOverride",
                &json!({"width": self.width, "height": self.height, "deviceScaleFactor": 1, "mobile": self.width < 500}),
            ),
            DevTools::new(
                "Network.setUserAgentOverride",
                &json!({"userAgent": self.user_agent, "acceptLanguage": self.language}),
            ),
            DevTools::new(
                "Emulation.setEmulatedMedia",
                &json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]}),
            ),
        ]
    }
}

/// A command of the developer tools' protocol, which the driver passes on.
#[derive(Clone, Debug)]
pub(crate) struct DevTools(Value);

impl DevTools {
    pub(crate) fn new(command: &str, parameters: &Value) -> Self {
        Self(json!({"cmd": command, "params": parameters}))
    }
}

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!(
            "session/{}/goog/cdp/execute",
            session.unwrap_or_default()
        ))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.0.to_string()))
    }
}
