use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha1::{Digest as _, Sha1};
use sha2::Sha256;
use url::Url;

use crate::app::{App, Channel};
use crate::person::PersonId;
use crate::random;

/// What WeChat tells an app's server about one of its people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Event {
    /// They took back what they had allowed.
    UserAuthorizationRevoke,
    /// They closed their account.
    UserAuthorizationCancellation,
}

/// A message as WeChat pushes it in JSON and in the clear (明文模式), with its fields in the documents' order.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Message {
    to_user_name: String,
    from_user_name: String,
    create_time: u64,
    msg_type: &'static str,
    event: Event,
    #[serde(rename = "OpenID")]
    openid: String,
    #[serde(rename = "UnionID", skip_serializing_if = "Option::is_none")]
    unionid: Option<String>,
    #[serde(rename = "AppID")]
    app_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoke_info: Option<String>,
}

impl Message {
    pub(crate) fn new(
        event: Event,
        app: &App,
        person: &PersonId,
        revoke_info: Option<String>,
        now: Duration,
    ) -> Self {
        let revoke_info = match event {
            Event::UserAuthorizationRevoke => {
                Some(revoke_info.unwrap_or_else(|| all_of(app.channel).to_owned()))
            }
            Event::UserAuthorizationCancellation => None,
        };
        // The documents list it for every channel but the mini-program.
        let unionid = (app.channel != Channel::MiniProgram)
            .then(|| person.unionid(app))
            .flatten();
        Self {
            to_user_name: original_id(&app.app_id),
            // The push service's own, and not the person's: code that takes it for the openid must fail here.
            from_user_name: PersonId::of("the push service").openid(&app.app_id),
            create_time: now.as_secs(),
            msg_type: "event",
            event,
            openid: person.openid(&app.app_id),
            unionid,
            app_id: app.app_id.clone(),
            revoke_info,
        }
    }
}

/// The address with the parameters that prove who pushes.
pub(crate) fn signed(url: &Url, token: &str, now: Duration) -> Url {
    let timestamp = now.as_secs().to_string();
    let nonce = random::text(b"0123456789", 10);
    let mut url = url.clone();
    url.query_pairs_mut()
        .append_pair("signature", &signature(token, &timestamp, &nonce))
        .append_pair("timestamp", &timestamp)
        .append_pair("nonce", &nonce);
    url
}

fn signature(token: &str, timestamp: &str, nonce: &str) -> String {
    let mut parts = [token, timestamp, nonce];
    parts.sort_unstable();
    random::hex(&Sha1::digest(parts.concat()))
}

/// What stands for everything that the channel can take back, or for nickname and portrait where nothing does.
fn all_of(channel: Channel) -> &'static str {
    match channel {
        Channel::Web | Channel::MobileApp => "301",
        Channel::OfficialAccount => "205",
        Channel::MiniProgram => "6",
    }
}

/// `gh_` and twelve hexadecimal digits: the app's name among WeChat's users.
fn original_id(app_id: &str) -> String {
    let digest = Sha256::new()
        .chain_update("original id:")
        .chain_update(app_id)
        .finalize();
    format!("gh_{}", random::hex(&digest[..6]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::demo_apps;

    #[test]
    fn a_signature_is_that_of_wechats_document() {
        assert_eq!(
            signature("AAAAA", "1714036504", "1514711492"),
            "f464b24fc39322e44b38aa78f5edd27bd1441696"
        );
    }

    #[test]
    fn the_parameters_join_what_the_address_has() {
        let url = Url::parse("http://shop.test/events?a=1").unwrap();
        let signed = signed(&url, "AAAAA", Duration::from_secs(1_714_036_504));
        let mut pairs = signed.query_pairs();
        let names: Vec<_> = pairs.map(|(name, _)| name.into_owned()).collect();
        assert_eq!(names, ["a", "signature", "timestamp", "nonce"]);
        let nonce = pairs.nth(3).unwrap().1;
        let expected = signature("AAAAA", "1714036504", &nonce);
        assert!(signed.query().unwrap().contains(&expected));
    }

    #[test]
    fn a_message_names_the_person_by_openid_and_says_what_is_taken_back() {
        let alice = PersonId::of("alice");
        let message = |app: &App, event| {
            serde_json::to_value(Message::new(event, app, &alice, None, Duration::from_secs(7))).unwrap()
        };
        for (app, revoke_info) in demo_apps().iter().zip(["6", "301", "301", "205"]) {
            let revoked = message(app, Event::UserAuthorizationRevoke);
            assert_eq!(revoked["RevokeInfo"], revoke_info);
            assert_eq!(revoked["OpenID"], alice.openid(&app.app_id));
            assert_ne!(revoked["FromUserName"], revoked["OpenID"]);
            assert_eq!(
                revoked.get("UnionID").is_some(),
                app.channel != Channel::MiniProgram
            );
            assert_eq!(
                (
                    revoked["ToUserName"].as_str().unwrap().len(),
                    &revoked["CreateTime"]
                ),
                (15, &7.into())
            );
            let closed = message(app, Event::UserAuthorizationCancellation);
            assert_eq!(
                (&closed["Event"], closed.get("RevokeInfo")),
                (&"user_authorization_cancellation".into(), None)
            );
        }
    }
}
