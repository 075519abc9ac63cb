//! What a browser does with the pages: it reads them, and fills in their forms.

use crate::wechat::{Answer, WeChat};
use serde_json::Value;

const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";

/// The login page of a website; `extra` begins with `&`.
pub(crate) fn login_page(redirect_uri: &str, extra: &str) -> String {
    let redirect_uri: String = url::form_urlencoded::byte_serialize(redirect_uri.as_bytes()).collect();
    format!(
        "/connect/qrconnect?appid=wxdec0000000000002&redirect_uri={redirect_uri}&response_type=code&scope=snsapi_login{extra}"
    )
}

/// What stands between the two, first.
pub(crate) fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text
        .split_once(before)
        .unwrap_or_else(|| panic!("{before} in {text}"));
    rest.split_once(after).unwrap().0
}

/// Opens a login page, and reads which QR code it shows.
pub(crate) fn shown_uuid(wechat: &WeChat, redirect_uri: &str) -> String {
    let page = wechat.get(&login_page(redirect_uri, "&state=S1&lang=en"));
    assert_eq!(page.status, 200);
    between(&page.body, r#"src="/connect/qrcode/"#, "\"").to_owned()
}

pub(crate) fn poll(wechat: &WeChat, uuid: &str, last: &str) -> Value {
    wechat
        .get(&format!("/connect/l/qrconnect?uuid={uuid}&f=json{last}&_=1"))
        .json()
}

pub(crate) fn submit(wechat: &WeChat, path: &str, headers: &str, form: &str) -> Answer {
    wechat.call("POST", path, &format!("{FORM}{headers}"), form)
}

impl Answer {
    /// A header of the answer, in lower case.
    pub(crate) fn header(&self, name: &str) -> &str {
        between(&self.head, &format!("\r\n{name}: "), "\r\n")
    }

    /// Where a redirect leads, as it was sent.
    pub(crate) fn location(&self) -> &str {
        assert!(matches!(self.status, 302 | 303), "{} {}", self.status, self.body);
        &self.location
    }
}
