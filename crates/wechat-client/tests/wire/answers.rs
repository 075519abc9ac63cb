//! Answers as they come over the wire.

use crate::client::{OPENID, SESSION_KEY, UNIONID};

/// What WeChat says to a good code, in its own spelling.
pub(crate) fn good_body() -> String {
    let key = SESSION_KEY.replace('/', "\\/");
    format!(r#"{{"session_key":"{key}","openid":"{OPENID}","unionid":"{UNIONID}"}}"#)
}

pub(crate) fn refusal_body(errcode: &str) -> String {
    format!(r#"{{"errcode":{errcode},"errmsg":"CANARYerrmsg {OPENID}, rid: 65a13fa1-50a5ffef-30645fdc"}}"#)
}

/// A whole answer with this body, after which the connection closes.
pub(crate) fn ok(body: impl AsRef<[u8]>) -> Vec<u8> {
    with_head(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close",
        body,
    )
}

/// A whole answer that keeps the connection.
pub(crate) fn ok_and_stay(body: impl AsRef<[u8]>) -> Vec<u8> {
    with_head("HTTP/1.1 200 OK\r\nContent-Type: text/plain", body)
}

/// This head, the length, and the body.
pub(crate) fn with_head(head: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!("{head}\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// This head, no length, and the body.
pub(crate) fn raw(head: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    [head.as_bytes(), b"\r\n\r\n", body.as_ref()].concat()
}
