//! Faults: how they are arranged, and what each of them puts on the wire.

mod answers;
mod changes;
mod control;

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::wechat::{Answer, WeChat, login_path, mini};
use serde_json::{Value, json};

pub(super) const LOGIN: &str = "/sns/jscode2session";

/// All bytes until the connection's end, and whether that was a reset.
pub(super) struct Wire {
    pub(super) bytes: Vec<u8>,
    pub(super) is_reset: bool,
}

impl Wire {
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub(super) fn body(&self) -> &[u8] {
        let end_of_head = self.bytes.windows(4).position(|four| four == b"\r\n\r\n");
        &self.bytes[end_of_head.expect("a head") + 4..]
    }

    pub(super) fn length(&self) -> usize {
        let text = self.text().to_ascii_lowercase();
        let length = text.split("content-length: ").nth(1).unwrap();
        length.split("\r\n").next().unwrap().parse().unwrap()
    }
}

pub(super) fn begin(wechat: &WeChat, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(wechat.simulator().address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

pub(super) fn wire(wechat: &WeChat, path: &str) -> Wire {
    let mut bytes = Vec::new();
    let is_reset = match begin(wechat, path).read_to_end(&mut bytes) {
        Ok(_) => false,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::ConnectionReset);
            true
        }
    };
    Wire { bytes, is_reset }
}

/// Arranges a fault for one call.
pub(super) fn once(wechat: &WeChat, fault: &Value) {
    let mut wanted = json!({"endpoint": LOGIN, "times": 1});
    for (name, value) in fault.as_object().unwrap() {
        wanted[name] = value.clone();
    }
    wechat.control("/simulator/faults", &wanted);
}

pub(super) fn log_in(wechat: &WeChat) -> Answer {
    wechat.log_in(&mini(), &wechat.code("张三"))
}

pub(super) fn log_in_with(wechat: &WeChat, fault: &Value) -> Answer {
    once(wechat, fault);
    log_in(wechat)
}

pub(super) fn wire_with(wechat: &WeChat, fault: &Value) -> Wire {
    once(wechat, fault);
    wire(wechat, &login_path(&mini(), &wechat.code("张三")))
}
