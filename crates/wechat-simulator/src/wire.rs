//! How WeChat writes its answers.

use std::borrow::Cow;
use std::net::IpAddr;
use std::time::Duration;

use serde::Serialize;

use crate::random;

/// Why WeChat refuses a call: the `errcode`, and how its `errmsg` begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) errcode: i32,
    pub(crate) errmsg: Cow<'static, str>,
}

impl Refusal {
    pub(crate) const INVALID_CREDENTIAL: Self = Self::new(
        40001,
        "invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r",
    );
    pub(crate) const INVALID_GRANT_TYPE: Self = Self::new(40002, "invalid grant_type");
    pub(crate) const INVALID_OPENID: Self = Self::new(40003, "invalid openid");
    pub(crate) const INVALID_APPID: Self = Self::new(40013, "invalid appid");
    pub(crate) const INVALID_CODE: Self = Self::new(40029, "invalid code");
    pub(crate) const INVALID_REFRESH_TOKEN: Self = Self::new(40030, "invalid refresh_token");
    pub(crate) const INVALID_ARGS: Self = Self::new(40097, "invalid args");
    pub(crate) const INVALID_APPSECRET: Self = Self::new(40125, "invalid appsecret");
    pub(crate) const INVALID_SCENE: Self = Self::new(40129, "invalid scene");
    pub(crate) const CODE_BEEN_USED: Self = Self::new(40163, "code been used");
    pub(crate) const SCENE_LENGTH: Self =
        Self::new(40169, "invalid length for scene, or the data is not json string");
    pub(crate) const CODE_BLOCKED: Self = Self::new(40226, "code blocked");
    pub(crate) const ACCESS_TOKEN_MISSING: Self = Self::new(41001, "access_token missing");
    pub(crate) const APPID_MISSING: Self = Self::new(41002, "appid missing");
    pub(crate) const REFRESH_TOKEN_MISSING: Self = Self::new(41003, "refresh_token missing");
    pub(crate) const APPSECRET_MISSING: Self = Self::new(41004, "appsecret missing");
    pub(crate) const MISSING_CODE: Self = Self::new(41008, "missing code");
    pub(crate) const OPENID_MISSING: Self = Self::new(41009, "missing openid");
    pub(crate) const INVALID_PAGE: Self = Self::new(41030, "invalid page");
    pub(crate) const ACCESS_TOKEN_EXPIRED: Self = Self::new(42001, "access_token expired");
    pub(crate) const REFRESH_TOKEN_EXPIRED: Self = Self::new(42002, "refresh_token expired");
    pub(crate) const TOKENS_WITHDRAWN: Self = Self::new(
        42007,
        "access_token and refresh_token exception, please reauthorize",
    );
    pub(crate) const REQUIRE_GET: Self = Self::new(43001, "require GET method");
    pub(crate) const REQUIRE_POST: Self = Self::new(43002, "require POST method");
    pub(crate) const EMPTY_POST_DATA: Self = Self::new(44002, "empty post data");
    pub(crate) const DAILY_QUOTA: Self = Self::new(
        45009,
        "reach max api daily quota limit, could get access_token by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r",
    );
    pub(crate) const MINUTE_QUOTA: Self = Self::new(
        45011,
        "api minute-quota reach limit, must slower, retry next minute",
    );
    pub(crate) const DATA_FORMAT_ERROR: Self = Self::new(47001, "data format error");
    pub(crate) const API_UNAUTHORIZED: Self = Self::new(48001, "api unauthorized");
    pub(crate) const CLEARED_TOO_OFTEN: Self =
        Self::new(48006, "forbid to clear quota because of reaching the limit");
    pub(crate) const RESERVED_PAGE: Self = Self::new(85096, "not allow include scancode_time field");
    pub(crate) const NO_SESSION_KEY: Self = Self::new(87007, "session_key is not existd or expired");
    pub(crate) const INVALID_SIG_METHOD: Self = Self::new(87008, "invalid sig_method");
    pub(crate) const INVALID_SIGNATURE: Self = Self::new(87009, "invalid signature");

    /// How the `errmsg` of an errcode begins, as far as the login paths show it.
    pub(crate) fn usual(errcode: i32) -> Self {
        let known = [
            Self::INVALID_CREDENTIAL,
            Self::INVALID_GRANT_TYPE,
            Self::INVALID_OPENID,
            Self::INVALID_APPID,
            Self::INVALID_CODE,
            Self::INVALID_REFRESH_TOKEN,
            Self::INVALID_ARGS,
            Self::INVALID_APPSECRET,
            Self::INVALID_SCENE,
            Self::CODE_BEEN_USED,
            Self::SCENE_LENGTH,
            Self::CODE_BLOCKED,
            Self::ACCESS_TOKEN_MISSING,
            Self::APPID_MISSING,
            Self::REFRESH_TOKEN_MISSING,
            Self::APPSECRET_MISSING,
            Self::MISSING_CODE,
            Self::OPENID_MISSING,
            Self::INVALID_PAGE,
            Self::ACCESS_TOKEN_EXPIRED,
            Self::REFRESH_TOKEN_EXPIRED,
            Self::TOKENS_WITHDRAWN,
            Self::REQUIRE_GET,
            Self::REQUIRE_POST,
            Self::EMPTY_POST_DATA,
            Self::DAILY_QUOTA,
            Self::MINUTE_QUOTA,
            Self::DATA_FORMAT_ERROR,
            Self::API_UNAUTHORIZED,
            Self::CLEARED_TOO_OFTEN,
            Self::RESERVED_PAGE,
            Self::NO_SESSION_KEY,
            Self::INVALID_SIG_METHOD,
            Self::INVALID_SIGNATURE,
            Self::unknown_token(40014),
            Self::invalid_ip(IpAddr::from([203, 0, 113, 7])),
            Self::new(0, "ok"),
            Self::new(-1, "system error"),
            Self::new(42003, "oauth_code expired"),
            Self::new(44990, "reach max api second frequence limit"),
            Self::new(44993, "reach max api day frequence limit"),
            Self::new(48004, "api forbidden"),
            Self::new(50001, "user unauthorized"),
            Self::new(50002, "user limited"),
        ];
        known
            .into_iter()
            .find(|refusal| refusal.errcode == errcode)
            .unwrap_or(Self::new(errcode, "error"))
    }

    /// In somebody's own words.
    pub(crate) fn in_words(errcode: i32, errmsg: String) -> Self {
        Self {
            errcode,
            errmsg: errmsg.into(),
        }
    }

    const fn new(errcode: i32, errmsg: &'static str) -> Self {
        Self {
            errcode,
            errmsg: Cow::Borrowed(errmsg),
        }
    }

    /// The caller's address is not on the app's list; the answer says which one WeChat saw.
    pub(crate) fn invalid_ip(ip: IpAddr) -> Self {
        let mapped = match ip {
            IpAddr::V4(ip) => ip.to_ipv6_mapped(),
            IpAddr::V6(ip) => ip,
        };
        Self {
            errcode: 40164,
            errmsg: format!("invalid ip {ip} ipv6 {mapped}, not in whitelist").into(),
        }
    }

    /// The `access_token` never was one.
    pub(crate) fn unknown_token(errcode: i32) -> Self {
        if errcode == 40014 {
            Self::new(40014, "invalid access_token")
        } else {
            Self::INVALID_CREDENTIAL
        }
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

    /// The body of a refusal. Of 0, which is none, the words stand alone.
    pub(crate) fn refusal(self, refusal: &Refusal, now: Duration) -> String {
        let Refusal { errcode, errmsg } = refusal;
        let rid = rid(now);
        let errmsg = match self {
            _ if *errcode == 0 => errmsg.to_string(),
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
    let text = |length| random::text(random::ALPHANUMERIC, length);
    format!("{}-{}", text(9), text(6))
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
            let body = family.refusal(&Refusal::INVALID_CODE, Duration::from_secs(0x65a1_3fa1));
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
