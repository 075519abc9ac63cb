use std::{borrow::Cow, error::Error, time::Duration};

use serde_json::{Map, Value};
use tracing::{error, info, warn};
use wechat_login_domain::ports::WeChatError;

use crate::{
    call::Call,
    errcode::{self, Advice},
};

/// A call that failed: what it means, and what the log may know about it. None of WeChat's own text is in here.
pub(crate) struct Failure {
    error: WeChatError,
    reason: Cow<'static, str>,
    errcode: Option<i64>,
    rid: Option<String>,
}

impl Failure {
    /// No answer, or one that means nothing.
    pub(crate) fn unusable(reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            error: WeChatError::Unavailable,
            reason: reason.into(),
            errcode: None,
            rid: None,
        }
    }

    /// An answer with an errcode.
    pub(crate) fn refused(errcode: i64, call: &Call<'_>, answer: &Map<String, Value>) -> Self {
        Self {
            error: call.meaning(errcode),
            reason: Cow::Borrowed("refused"),
            errcode: Some(errcode),
            rid: answer.get("errmsg").and_then(Value::as_str).and_then(find_rid),
        }
    }

    /// Writes the one event that a failed call leaves.
    pub(crate) fn log(self, call: &Call<'_>, took: Duration) -> WeChatError {
        // One list of fields, and a level for each that it may have.
        macro_rules! event {
            ($level:ident, $($message:tt)+) => {
                $level!(
                    wechat.path = call.path,
                    wechat.app_id = %call.app_id,
                    wechat.errcode = self.errcode,
                    wechat.rid = self.rid,
                    duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                    reason = %self.reason,
                    $($message)+
                )
            };
        }
        match self.error {
            WeChatError::Misconfigured { errcode } => {
                let Advice { cause, cure } = errcode::advice(errcode);
                event!(error, cause, cure, "WeChat refuses the app: {cause}. {cure}.");
            }
            WeChatError::AccessTokenRejected => {
                event!(warn, "WeChat does not accept the app's access_token");
            }
            WeChatError::CodeRejected => event!(info, "WeChat does not accept the code"),
            WeChatError::LoginBlocked => event!(warn, "WeChat blocks the login"),
            WeChatError::RateLimited => event!(warn, "WeChat's rate limit is reached"),
            WeChatError::Busy => event!(warn, "WeChat is busy"),
            WeChatError::NotReached => event!(warn, "WeChat cannot be reached: {}", self.reason),
            WeChatError::Unavailable => event!(warn, "WeChat gave no usable answer: {}", self.reason),
        }
        self.error
    }
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        // The URL has the AppSecret and the code in it.
        let error = error.without_url();
        let mut reason = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            reason = format!("{reason}: {cause}");
            source = cause.source();
        }
        Self {
            // Only a connection that did not come about proves that nothing was sent.
            error: if error.is_connect() {
                WeChatError::NotReached
            } else {
                WeChatError::Unavailable
            },
            ..Self::unusable(reason)
        }
    }
}

/// The request's id in WeChat's own logs, `rid: 65a13fa1-50a5ffef-30645fdc`. Taken only in exactly this form, since the
/// text around it is not to be logged.
fn find_rid(errmsg: &str) -> Option<String> {
    let (_, after) = errmsg.rsplit_once("rid: ")?;
    let rid = after.get(..26)?;
    let is_group = |group: &str| group.len() == 8 && group.bytes().all(|b| b.is_ascii_hexdigit());
    (rid.split('-').count() == 3 && rid.split('-').all(is_group)).then(|| rid.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rid_is_found_in_every_form_that_wechat_writes() {
        let rid = Some("65a13fa1-50a5ffef-30645fdc".to_owned());
        for errmsg in [
            "invalid code, rid: 65a13fa1-50a5ffef-30645fdc",
            "invalid appsecret rid: 65a13fa1-50a5ffef-30645fdc",
            "invalid code hint: [qigBTVNre-vXl5ra] rid: 65a13fa1-50a5ffef-30645fdc",
            "rid: 65a13fa1-50a5ffef-30645fdc ",
        ] {
            assert_eq!(find_rid(errmsg), rid, "{errmsg}");
        }
    }

    #[test]
    fn nothing_else_is_taken_for_a_rid() {
        for errmsg in [
            "",
            "rid: ",
            "rid: 65a13fa1",
            "rid: 65a13fa1-50a5ffef-30645fd",
            "rid: 65a13fa1-50a5ffef-3064\r\n{}",
            "rid: 65a13fa150a5ffef30645fdc00",
            "rid: \u{1f600}\u{1f600}\u{1f600}\u{1f600}\u{1f600}\u{1f600}\u{1f600}",
            "code been used, hints: [ req_id: tWZH6a0160th19 ]",
        ] {
            assert_eq!(find_rid(errmsg), None, "{errmsg}");
        }
    }
}
