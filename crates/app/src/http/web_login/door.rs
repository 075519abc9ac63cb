//! `GET /v1/login`: the door that fits whoever asks.

use actix_web::{HttpRequest, HttpResponse, http::header};
use wechat_login_domain::{Channel, LoginPurpose, use_case::WebLoginRequest};

use super::{AppState, Problem, Query, send_to_wechat};
use crate::http::problem::ProblemBody;

/// Send a browser to the login that fits it.
///
/// Inside WeChat that is the official account's consent, on a computer the QR code. A browser on a phone cannot scan its own screen: it is told
/// how to go on.
#[utoipa::path(
    get, path = "/v1/login", tag = "web login",
    params(("return_to" = Option<String>, Query, description = "As for /v1/login/web.")),
    responses(
        (status = 303, description = "To WeChat's page. Sets the cookie that binds the login to this browser."),
        (status = 400, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn choose(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let state = AppState::of(&request);
    let query = Query::of(&request);
    let user_agent = request
        .headers()
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let channel = match Device::of(user_agent) {
        Device::WeChat => Channel::OfficialAccount,
        Device::Computer => Channel::Web,
        Device::Phone => return Err(Problem::of("login_not_here")),
    };
    // Where there is no such app, the person is told as on a phone: no other door would open for them.
    if state.apps.choose(channel, None).is_none() {
        return Err(Problem::of("login_not_here"));
    }
    let asked = WebLoginRequest {
        channel,
        purpose: LoginPurpose::Login,
        app: None,
        return_to: query.get("return_to")?.map(str::to_owned),
        redirect_uri: None,
        is_silent: false,
    };
    send_to_wechat(&state, asked).await
}

/// What somebody looks at us with, as far as its name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Device {
    /// WeChat's own browser, on a phone or a computer.
    WeChat,
    /// A browser on a phone or a tablet.
    Phone,
    /// Anything else.
    Computer,
}

impl Device {
    /// WeCom (企业微信) names WeChat too, and knows nothing of its people.
    fn of(user_agent: &str) -> Self {
        let names = |word: &str| user_agent.contains(word);
        if names("MicroMessenger") && !names("wxwork") {
            Self::WeChat
        } else if ["Mobile", "Android", "iPhone", "iPad", "HarmonyOS"]
            .into_iter()
            .any(names)
        {
            Self::Phone
        } else {
            Self::Computer
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_known_by_its_name() {
        for (user_agent, device) in [
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.55(0x18003733) NetType/WIFI Language/zh_CN",
                Device::WeChat,
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 Chrome/116.0 Safari/537.36 NetType/WIFI MicroMessenger/7.0.20.1781(0x6700143B) WindowsWechat(0x63090a13) XWEB/8555",
                Device::WeChat,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148 wxwork/4.1.20 MicroMessenger/7.0.1 Language/zh",
                Device::Phone,
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36",
                Device::Phone,
            ),
            (
                "Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 Chrome/114.0 Safari/537.36 ArkWeb/4.1 Mobile HuaweiBrowser/5.0",
                Device::Phone,
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.5 Safari/605.1.15",
                Device::Computer,
            ),
            ("curl/8.5.0", Device::Computer),
            ("", Device::Computer),
        ] {
            assert_eq!(Device::of(user_agent), device, "{user_agent}");
        }
    }
}
