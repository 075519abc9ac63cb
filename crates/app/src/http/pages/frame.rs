//! The page of WeChat's that our page shows in a frame.

use url::Url;

use crate::config::Language;

/// WeChat's page in the form that its own script gives a frame. It is told to take the whole window when somebody has agreed: a frame of
/// another site brings no cookies along, and would not know who began.
pub(super) fn framed(authorize_url: &str, language: Language) -> String {
    let Ok(mut url) = Url::parse(authorize_url) else {
        return authorize_url.to_owned();
    };
    url.query_pairs_mut()
        .append_pair("login_type", "jssdk")
        .append_pair("self_redirect", "false")
        .append_pair("style", "black")
        .append_pair(
            "lang",
            match language {
                Language::Chinese => "cn",
                Language::English => "en",
            },
        );
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_frame_needs_stands_before_the_fragment() {
        assert_eq!(
            framed(
                "https://open.weixin.qq.com/connect/qrconnect?appid=wx1&redirect_uri=https%3A%2F%2Fa.example%2Fb&state=s#wechat_redirect",
                Language::English
            ),
            "https://open.weixin.qq.com/connect/qrconnect?appid=wx1&redirect_uri=https%3A%2F%2Fa.example%2Fb&state=s\
             &login_type=jssdk&self_redirect=false&style=black&lang=en#wechat_redirect"
        );
    }
}
