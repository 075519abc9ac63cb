use std::time::Duration;

use serde_json::{Map, Value, json};
use wechat_login_domain::{
    AppAccessToken, AppId,
    ports::{FetchedAppToken, WeChatError},
};

use crate::{HttpWeChat, answer, call::Call, errcode::Credential};

const PATH: &str = "/cgi-bin/stable_token";

impl HttpWeChat {
    /// Asks for the app's `access_token`. Never by force: that voids the token that other instances hold, and WeChat allows
    /// it 20 times a day.
    ///
    /// <https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-access-token/getStableAccessToken.html>
    #[tracing::instrument(name = "wechat.stable_token", skip_all)]
    pub(crate) async fn stable_token(
        &self,
        app_id: &AppId,
        within: Duration,
    ) -> Result<FetchedAppToken, WeChatError> {
        let secret = self.secret(PATH, app_id)?;
        let body = json!({
            "grant_type": "client_credential",
            "appid": app_id.as_str(),
            "secret": secret.expose(),
            "force_refresh": false,
        });
        let call = Call::get(PATH, app_id, Credential::AppSecret, &[]).post(&body);
        self.call(&call, within, read).await
    }
}

fn read(answer: &Map<String, Value>) -> Result<FetchedAppToken, &'static str> {
    let token = AppAccessToken::parse(answer::text(answer, "access_token"));
    let seconds = match answer.get("expires_in") {
        Some(Value::Number(number)) => number.as_u64(),
        Some(Value::String(text)) => text.parse().ok(),
        _ => None,
    };
    Ok(FetchedAppToken {
        token: token.map_err(|_invalid| "no valid access_token")?,
        // Two hours are the most that WeChat documents; what says more than a day is no time.
        expires_in: seconds
            .filter(|seconds| (1..=86_400).contains(seconds))
            .map(Duration::from_secs)
            .ok_or("no valid expires_in")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_with_the_time_that_is_left_of_it() {
        for (expires_in, expected) in [(json!(7200), 7200), (json!("345"), 345), (json!(1), 1)] {
            let answer = json!({"access_token": "a", "expires_in": expires_in});
            let fetched = read(answer.as_object().unwrap()).unwrap();
            assert_eq!(fetched.expires_in, Duration::from_secs(expected));
        }
        for bad in [
            json!(0),
            json!(-1),
            json!(1.5),
            json!(null),
            json!(""),
            json!(86_401),
            json!(u64::MAX),
        ] {
            let answer = json!({"access_token": "a", "expires_in": bad});
            assert!(read(answer.as_object().unwrap()).is_err(), "{answer}");
        }
    }
}
