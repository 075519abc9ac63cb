//! Answers that are none.

use wechat_login_domain::ports::WeChatError;

use crate::{
    answers::{good_body, ok, raw, with_head},
    client::{OPENID, ask},
    fields::without_a_meaning,
    question::Question,
    server::Server,
};

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close";

/// What is no JSON object that could be an answer; it comes with 200 and the right length.
fn bodies(good: &str) -> Vec<Vec<u8>> {
    let with_more = |more: &str| format!("{}{more}}}", good.strip_suffix('}').unwrap());
    let deep = format!(",\"a\":{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let utf16: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let texts = [
        String::new(),
        " ".to_owned(),
        format!("<!DOCTYPE html><html><body>{OPENID}</body></html>"),
        format!("<xml><openid>{OPENID}</openid></xml>"),
        "null".to_owned(),
        "true".to_owned(),
        "1".to_owned(),
        format!("\"{OPENID}\""),
        "[]".to_owned(),
        "{}".to_owned(),
        format!("[{good}]"),
        format!(r#"{{"data":{good}}}"#),
        format!("callback({good})"),
        good[..good.len() - 1].to_owned(),
        good[..good.len() / 2].to_owned(),
        good[1..].to_owned(),
        format!("{good}{good}"),
        format!("{good}x"),
        format!("x{good}"),
        good.replace('"', "'"),
        good.replace('"', ""),
        with_more(","),
        with_more(&deep),
        with_more(",\"errcode\":null"),
        with_more(",\"errcode\":true"),
        with_more(",\"errcode\":0.5"),
        with_more(",\"errcode\":[0]"),
        with_more(",\"errcode\":{}"),
        with_more(",\"errcode\":\"\""),
        with_more(",\"errcode\":\"ok\""),
        with_more(",\"errcode\":1e400"),
        with_more(",\"errcode\":99999999999999999999"),
        with_more(",\"errcode\":0,\"errcode\":0"),
        with_more(",\"new\":[{\"a\":0,\"a\":0}]"),
    ];
    let mut bodies: Vec<_> = texts.into_iter().map(String::into_bytes).collect();
    bodies.extend([
        utf16,
        vec![0; 100],
        vec![0xff; 100],
        vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0],
        [good.as_bytes(), &vec![b' '; 64 * 1024]].concat(),
    ]);
    bodies
}

/// Whole answers with something wrong around a body that would do.
fn answers(good: &str) -> Vec<Vec<u8>> {
    let mut answers: Vec<_> = [
        "204 No Content",
        "300 x",
        "304 Not Modified",
        "400 x",
        "401 x",
        "403 x",
        "404 x",
        "407 x",
        "412 Precondition Failed",
        "429 x",
        "500 x",
        "502 Bad Gateway",
        "503 x",
        "504 x",
        "520 x",
        "599 x",
    ]
    .into_iter()
    .map(|status| with_head(&format!("HTTP/1.1 {status}\r\nConnection: close"), good))
    .collect();
    let length = good.len();
    answers.extend([
        // the length
        raw(&format!("{HEAD}\r\nContent-Length: {}", length + 1), good),
        raw(&format!("{HEAD}\r\nContent-Length: {}", length - 1), good),
        raw(&format!("{HEAD}\r\nContent-Length: x"), good),
        raw(&format!("{HEAD}\r\nContent-Length: -1"), good),
        raw(
            &format!("{HEAD}\r\nContent-Length: 1\r\nContent-Length: {length}"),
            good,
        ),
        raw(
            &format!("{HEAD}\r\nContent-Length: 99999999999999999999999"),
            good,
        ),
        // the chunks
        raw(&format!("{HEAD}\r\nTransfer-Encoding: chunked"), good),
        raw(
            &format!("{HEAD}\r\nTransfer-Encoding: chunked"),
            format!("{length:x}\r\n{good}"),
        ),
        raw(
            &format!("{HEAD}\r\nTransfer-Encoding: chunked"),
            format!("{length:x}\r\n{good}\r\n"),
        ),
        raw(
            &format!("{HEAD}\r\nTransfer-Encoding: chunked"),
            format!("fffffffffffffffff\r\n{good}\r\n0\r\n\r\n"),
        ),
        raw(
            &format!("{HEAD}\r\nTransfer-Encoding: chunked"),
            format!("-1\r\n{good}\r\n0\r\n\r\n"),
        ),
        // the head
        raw("HTTP/9.9 200 OK\r\nConnection: close", good),
        raw("HTTP/1.1 abc OK", good),
        raw("HTTP/1.1 2000 OK", good),
        raw("FTP/1.1 200 OK", good),
        raw("200 OK", good),
        raw(&format!("HTTP/1.1 200 OK\r\na: {}", "b".repeat(1_000_000)), good),
        raw(&format!("HTTP/1.1 200 OK{}", "\r\na: b".repeat(1_000)), good),
        raw("HTTP/1.1 200 OK\r\n\0: b", good),
        raw("HTTP/1.1 100 Continue", ""),
        raw(
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: a",
            good,
        ),
        good.as_bytes().to_owned(),
    ]);
    answers
}

/// Everything that is no answer to this question.
pub(crate) fn malformed(question: Question) -> Vec<Vec<u8>> {
    let good = question.good_body();
    bodies(&good)
        .into_iter()
        .chain(without_a_meaning(question))
        .map(ok)
        .chain(answers(&good))
        .collect()
}

#[tokio::test]
async fn what_means_nothing_is_no_answer() {
    for question in Question::ALL {
        let malformed = malformed(question);
        assert!(malformed.len() > 75, "{}", malformed.len());
        for answer in malformed {
            let server = Server::answering(answer.clone()).await;
            let text = String::from_utf8_lossy(&answer);
            assert_eq!(
                question.ask(&server.url()).await,
                Err(WeChatError::Unavailable),
                "{question:?} {text:.300}"
            );
            assert_eq!(server.connections(), 1, "{question:?} {text:.300}");
        }
    }
}

#[tokio::test]
async fn what_means_something_in_spite_of_its_form_is_a_login() {
    let good = good_body();
    let longest = format!("{good}{}", " ".repeat(64 * 1024 - good.len()));
    let more = good.replace(
        '{',
        "{\"errcode\":\"0\",\"errmsg\":\"ok\",\"expires_in\":7200,\"new\":{\"a\":[null]},",
    );
    let lines = good.replace(',', ",\r\n\t");
    let chunks = format!(
        "1;a=b\r\n{{\r\n{:x}\r\n{}\r\n0\r\na: b\r\n\r\n",
        good.len() - 1,
        &good[1..]
    );
    for answer in [
        ok(&good),
        ok(longest),
        ok(more),
        ok(lines),
        ok(format!("\u{feff}{good}")),
        ok(format!("\r\n{good}\r\n")),
        with_head("HTTP/1.1 200\r\nConnection: close", &good),
        with_head(
            "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nConnection: close",
            &good,
        ),
        with_head(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json; encoding=utf-8\r\nConnection: close",
            &good,
        ),
        raw("HTTP/1.1 200 OK\r\nConnection: close", &good),
        raw("HTTP/1.0 200 OK", &good),
        raw(&format!("{HEAD}\r\nTransfer-Encoding: chunked"), chunks),
        raw("HTTP/1.1 100 Continue", ok(&good)),
    ] {
        let server = Server::answering(answer.clone()).await;
        let exchange = ask(&server.url()).await;
        let text = String::from_utf8_lossy(&answer);
        assert_eq!(exchange.unwrap().openid.as_str(), OPENID, "{text:.300}");
    }
}
