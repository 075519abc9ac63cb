use std::{fmt::Write, time::Duration};

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value};
use sha2::Sha256;
use wechat_login_domain::{
    AppAccessToken, AppId, OpenId, SessionKey,
    ports::{SessionKeyState, WeChatError},
};

use crate::{
    HttpWeChat,
    call::Call,
    errcode::{self, Credential},
};

const PATH: &str = "/wxa/checksession";
/// There is no key any more, and it is another one.
const STALE: [i64; 2] = [87007, 87009];

impl HttpWeChat {
    /// Asks whether a `session_key` is the one that WeChat encrypts with.
    ///
    /// <https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/checkSessionKey.html>
    #[tracing::instrument(name = "wechat.checksession", skip_all)]
    pub(crate) async fn checksession(
        &self,
        app_id: &AppId,
        openid: &OpenId,
        key: &SessionKey,
        token: &AppAccessToken,
        within: Duration,
    ) -> Result<SessionKeyState, WeChatError> {
        let signature = signature(key);
        let query = [
            ("access_token", token.expose()),
            ("openid", openid.as_str()),
            ("signature", &signature),
            ("sig_method", "hmac_sha256"),
        ];
        let call = Call {
            answers: &STALE,
            ..Call::get(PATH, app_id, Credential::AppToken, &query)
        };
        self.call(&call, within, read).await
    }
}

fn read(answer: &Map<String, Value>) -> Result<SessionKeyState, &'static str> {
    match errcode::find(answer) {
        // A proxy may say `{}` to everything, and this call has nothing else in its answer.
        Some(0) if answer.contains_key("errcode") => Ok(SessionKeyState::Valid),
        Some(errcode) if STALE.contains(&errcode) => Ok(SessionKeyState::Stale),
        _ => Err("no errcode"),
    }
}

/// HMAC-SHA256 of nothing, in lower-case hexadecimal digits. The key is the base64 text as it is, not what it stands for.
fn signature(key: &SessionKey) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(key.expose().as_bytes()).expect("HMAC takes any key length");
    let mut digits = String::new();
    for byte in mac.finalize().into_bytes() {
        write!(digits, "{byte:02x}").expect("a text takes everything");
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_other_clients() {
        for (key, expected) in [
            (
                "tiihtNczf5v6AKRyjwEUhQ==",
                "7154f9f8b4b76b92f541cbf0e37d48840fa06e5e42da92a6f80168a1516a4735",
            ),
            (
                "AAECAwQFBgcICQoLDA0ODw==",
                "75c022993d64e3ac224c1c9d6f2b4c6eb53f22f6c7aa6be94428577d11d12fd5",
            ),
        ] {
            assert_eq!(signature(&SessionKey::parse(key).unwrap()), expected);
        }
    }
}
