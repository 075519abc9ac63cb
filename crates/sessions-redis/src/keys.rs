//! The name of every key. Braces in the design's names are placeholders: none of these is a hash tag, so that keys spread over a cluster.

use std::fmt::Write;

use wechat_login_domain::{AppId, CodeDigest, OpenId, State, TokenDigest, UserId, ports::RequestDigest};

/// What names begin with.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    prefix: Box<str>,
}

impl Keys {
    pub(crate) fn new(prefix: &str) -> Self {
        Self {
            prefix: prefix.into(),
        }
    }

    /// One session.
    pub(crate) fn session(&self, digest: &TokenDigest) -> String {
        self.named("session", &hex(digest.as_bytes()))
    }

    /// What the names of all sessions begin with.
    pub(crate) fn all_sessions(&self) -> String {
        self.named("session", "")
    }

    /// The digest in the name of a session.
    pub(crate) fn digest_of(&self, name: &[u8]) -> Option<TokenDigest> {
        let digits = name.strip_prefix(self.all_sessions().as_bytes())?;
        let digit = |b: u8| char::from(b).to_digit(16).and_then(|n| u8::try_from(n).ok());
        let (pairs, rest) = digits.as_chunks::<2>();
        let bytes: Option<Vec<u8>> = pairs
            .iter()
            .map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?))
            .collect();
        let bytes: [u8; 32] = bytes.filter(|_| rest.is_empty())?.try_into().ok()?;
        Some(TokenDigest::from_bytes(bytes))
    }

    /// What is written when there is something new on the record of revocations.
    pub(crate) fn revocation_news(&self) -> String {
        self.named("revocation", "news")
    }

    /// The digests of a user's sessions, sorted by their ends.
    pub(crate) fn user_sessions(&self, user_id: UserId) -> String {
        self.named("user_sessions", &hex(user_id.as_bytes()))
    }

    /// A web login that waits for WeChat.
    pub(crate) fn pending(&self, state: &State) -> String {
        self.named("pending", state.expose())
    }

    /// The session_keys of a person at an app.
    pub(crate) fn session_key(&self, app_id: &AppId, openid: &OpenId) -> String {
        self.named("session_key", &format!("{app_id}:{}", openid.as_str()))
    }

    /// The `access_token` of an app, and who fetches the next one.
    pub(crate) fn app_token(&self, app_id: &AppId) -> String {
        self.named("app_token", app_id.as_str())
    }

    /// A code in flight or spent.
    pub(crate) fn exchanged_code(&self, code: &CodeDigest) -> String {
        self.named("exchange:code", &hex(code.as_bytes()))
    }

    /// The answer to an Idempotency-Key.
    pub(crate) fn kept_answer(&self, key: &RequestDigest) -> String {
        self.named("exchange:answer", &hex(key))
    }

    /// What is written to see whether it can be.
    pub(crate) fn probe(&self, random: &[u8], n: u32) -> String {
        self.named("probe", &format!("{}-{n}", hex(random)))
    }

    fn named(&self, kind: &str, name: &str) -> String {
        format!("{}{kind}:{name}", self.prefix)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
            let _never_fails = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use wechat_login_testkit::sample::{alice, code_digest, shop_mini, state};

    use super::*;

    #[test]
    fn a_digest_is_read_from_the_name_that_holds_it() {
        let keys = Keys::new("wl:");
        let digest = TokenDigest::from_bytes(std::array::from_fn(|n| u8::try_from(n * 7).unwrap()));
        assert_eq!(keys.digest_of(keys.session(&digest).as_bytes()), Some(digest));
        let long = format!("{}0", keys.session(&digest));
        for other in ["wl:session:", "wl:session:zz", "wl:pending:00", "", &long] {
            assert_eq!(keys.digest_of(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn names_are_those_of_the_design() {
        let keys = Keys::new("wl:");
        let app = shop_mini();
        let names = [
            keys.session(&TokenDigest::from_bytes([0xab; 32])),
            keys.revocation_news(),
            keys.user_sessions(UserId::from_bytes([1; 16])),
            keys.pending(&state(1)),
            keys.session_key(&app.app_id, &alice().openid(&app)),
            keys.app_token(&app.app_id),
            keys.exchanged_code(&code_digest("a")),
            keys.kept_answer(&[2; 32]),
        ];
        let begins = [
            "wl:session:abab",
            "wl:revocation:news",
            "wl:user_sessions:0101",
            "wl:pending:",
            "wl:session_key:wx1111111111111111:oAlice-wx1111111111111111",
            "wl:app_token:wx1111111111111111",
            "wl:exchange:code:",
            "wl:exchange:answer:0202",
        ];
        for (name, begin) in names.iter().zip(begins) {
            assert!(name.starts_with(begin), "{name}");
            assert!(!name.contains(['{', '}']), "{name}");
        }
    }
}
