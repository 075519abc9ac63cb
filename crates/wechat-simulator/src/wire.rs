//! How WeChat writes its answers.

use std::time::Duration;

use serde::Serialize;

use crate::random;

/// Why WeChat refuses a call: the `errcode`, and how its `errmsg` begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) errcode: i32,
    pub(crate) errmsg: &'static str,
}

impl Refusal {
    pub(crate) const INVALID_GRANT_TYPE: Self = Self::new(40002, "invalid grant_type");
    pub(crate) const INVALID_APPID: Self = Self::new(40013, "invalid appid");
    pub(crate) const INVALID_CODE: Self = Self::new(40029, "invalid code");
    pub(crate) const INVALID_APPSECRET: Self = Self::new(40125, "invalid appsecret");
    pub(crate) const CODE_BEEN_USED: Self = Self::new(40163, "code been used");
    pub(crate) const CODE_BLOCKED: Self = Self::new(40226, "code blocked");
    pub(crate) const APPID_MISSING: Self = Self::new(41002, "appid missing");
    pub(crate) const APPSECRET_MISSING: Self = Self::new(41004, "appsecret missing");
    pub(crate) const MISSING_CODE: Self = Self::new(41008, "missing code");
    pub(crate) const REQUIRE_GET: Self = Self::new(43001, "require GET method");
    pub(crate) const REQUIRE_POST: Self = Self::new(43002, "require POST method");
    pub(crate) const EMPTY_POST_DATA: Self = Self::new(44002, "empty post data");
    pub(crate) const DATA_FORMAT_ERROR: Self = Self::new(47001, "data format error");

    const fn new(errcode: i32, errmsg: &'static str) -> Self {
        Self { errcode, errmsg }
    }
}

/// The calls that write alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// `/sns/*`: text without a charset, and a comma before the `rid`.
    Sns,
    /// `/cgi-bin/*`, and the image calls of `/wxa`: no comma.
    Cgi,
    /// The other calls of `/wxa`: a hint too.
    Wxa,
}

impl Family {
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Sns => "text/plain",
            // `encoding`, and not `charset`: as WeChat has it.
            Self::Cgi | Self::Wxa => "application/json; encoding=utf-8",
        }
    }

    /// The body of a refusal.
    pub(crate) fn refusal(self, refusal: Refusal, now: Duration) -> String {
        self.failure(refusal.errcode, refusal.errmsg, now)
    }

    /// The same, in words that are not WeChat's own.
    pub(crate) fn failure(self, errcode: i32, errmsg: &str, now: Duration) -> String {
        let rid = rid(now);
        let errmsg = match self {
            Self::Sns => format!("{errmsg}, rid: {rid}"),
            Self::Cgi => format!("{errmsg} rid: {rid}"),
            Self::Wxa => format!("{errmsg} hint: [{}] rid: {rid}", hint()),
        };
        json(&serde_json::json!({ "errcode": errcode, "errmsg": errmsg }))
    }
}

/// JSON with `/` written as `\/`. Outside of strings JSON has no slash, so every one may be escaped.
pub(crate) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value)
        .expect("answers are plain structs of strings and numbers")
        .replace('/', r"\/")
}

/// The id of a call: three groups of hex digits, the first of them the Unix time.
fn rid(now: Duration) -> String {
    let [second, third] = [
        random::hex(&random::bytes::<4>()),
        random::hex(&random::bytes::<4>()),
    ];
    format!("{:08x}-{second}-{third}", now.as_secs())
}

/// What stands before the `rid` in some answers, such as `qigBTVNre-vXl5ra`.
fn hint() -> String {
    const LETTERS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    format!("{}-{}", random::text(LETTERS, 9), random::text(LETTERS, 6))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rid_begins_with_the_time() {
        // The one in WeChat's documents is printed beside its time.
        let rid = rid(Duration::from_secs(1_635_156_704));
        assert!(rid.starts_with("617682e0-"), "{rid}");
        assert!(
            rid.split('-').all(|group| group.len() == 8) && rid.split('-').count() == 3,
            "{rid}"
        );
    }

    #[test]
    fn each_family_writes_a_refusal_in_its_own_way() {
        for (family, head) in [
            (
                Family::Sns,
                r#"{"errcode":40029,"errmsg":"invalid code, rid: 65a13fa1-"#,
            ),
            (
                Family::Cgi,
                r#"{"errcode":40029,"errmsg":"invalid code rid: 65a13fa1-"#,
            ),
            (Family::Wxa, r#"{"errcode":40029,"errmsg":"invalid code hint: ["#),
        ] {
            let body = family.refusal(Refusal::INVALID_CODE, Duration::from_secs(0x65a1_3fa1));
            assert!(body.starts_with(head), "{body}");
            assert!(
                body.contains(" rid: 65a13fa1-") && body.ends_with(r#""}"#),
                "{body}"
            );
        }
    }

    #[test]
    fn slashes_are_escaped_and_mean_the_same() {
        let text = json(&["AAEC/wQF", r"a\/b"]);
        assert_eq!(text, r#"["AAEC\/wQF","a\\\/b"]"#);
        assert_eq!(
            serde_json::from_str::<Vec<String>>(&text).unwrap(),
            ["AAEC/wQF", r"a\/b"]
        );
    }
}
