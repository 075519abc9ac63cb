use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::random;

/// Who signs in with `the code is a mock one`.
pub(crate) const DEMO_PERSON: &str = "张三";

const PREFIX: &str = "person_";

/// A person's id. It follows from the name, so that people keep their openids over resets and restarts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub(crate) struct PersonId(Arc<str>);

impl PersonId {
    pub(crate) fn of(name: &str) -> Self {
        let digest = Sha256::new()
            .chain_update("person:")
            .chain_update(name)
            .finalize();
        Self(format!("{PREFIX}{}", random::hex(&digest[..8])).into())
    }

    /// An id, where the text is one. Nobody may be called that.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix(PREFIX)?;
        (hex.len() == 16 && hex.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| Self(text.into()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The person's id at one app.
    pub(crate) fn openid(&self, app_id: &str) -> String {
        self.derive("openid", app_id)
    }

    /// The person's id at all apps of one Open Platform account, where the app is bound to one.
    pub(crate) fn unionid(&self, app: &App) -> Option<String> {
        app.open_platform
            .as_deref()
            .map(|account| self.derive("unionid", account))
    }

    /// A phone number for who has none. Nobody has one that begins with 12.
    pub(crate) fn phone(&self) -> String {
        let digest = Sha256::new().chain_update(format!("phone:{}", self.0)).finalize();
        let number = digest
            .iter()
            .take(8)
            .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        format!("12{:09}", number % 1_000_000_000)
    }

    /// `o` and 27 more letters, as at WeChat.
    fn derive(&self, kind: &str, realm: &str) -> String {
        let digest = Sha256::new()
            .chain_update(format!("{kind}:{}:{realm}", self.0))
            .finalize();
        let mut id = URL_SAFE_NO_PAD.encode(digest);
        id.insert(0, 'o');
        id.truncate(28);
        id
    }
}

/// Somebody with a WeChat account.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: PersonId,
    pub(crate) name: String,
    pub(crate) phone: Option<String>,
    pub(crate) nickname: Option<String>,
    /// Whether WeChat takes them for a risk, and lets them sign in nowhere.
    pub(crate) blocked: bool,
}

impl Person {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            id: PersonId::of(name),
            name: name.to_owned(),
            phone: None,
            nickname: None,
            blocked: false,
        }
    }
}

/// Who is there from the start. The phone numbers belong to nobody: the second is one that WeChat's own
/// cloud tests use.
pub(crate) fn demo_people() -> [Person; 3] {
    [
        (DEMO_PERSON, Some("13800138000")),
        ("李四", None),
        ("王五", Some("12066600001")),
    ]
    .map(|(name, phone)| Person {
        phone: phone.map(str::to_owned),
        nickname: Some(name.to_owned()),
        ..Person::new(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::demo_apps;

    #[test]
    fn ids_follow_from_the_name_and_never_change() {
        let id = PersonId::of("张三");
        assert_eq!(id.as_str(), "person_d4128e7f09e58469");
        assert_eq!(id.openid("wxdec0000000000001"), "owtlPxgiTqufBqT_loONjHazjRIP");
        assert_eq!(PersonId::parse(id.as_str()), Some(id));
        assert!(PersonId::parse("person_zhang").is_none() && PersonId::parse("张三").is_none());
    }

    #[test]
    fn openids_have_wechats_shape_and_differ_by_person_and_app() {
        let (zhang, li) = (PersonId::of("张三"), PersonId::of("李四"));
        let openid = zhang.openid("wx1");
        assert!(openid.len() == 28 && openid.starts_with('o'), "{openid}");
        assert!(
            openid
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-'),
            "{openid}"
        );
        assert_ne!(openid, zhang.openid("wx2"));
        assert_ne!(openid, li.openid("wx1"));
    }

    #[test]
    fn a_unionid_is_shared_by_the_apps_of_one_account_and_absent_without() {
        let [mini, web, mut app, _] = <[App; 4]>::try_from(demo_apps()).unwrap();
        let person = PersonId::of("张三");
        assert_eq!(person.unionid(&mini).unwrap().len(), 28);
        assert_eq!(person.unionid(&mini), person.unionid(&web));
        app.open_platform = Some("another".to_owned());
        assert_ne!(person.unionid(&mini), person.unionid(&app));
        app.open_platform = None;
        assert_eq!(person.unionid(&app), None);
    }
}
