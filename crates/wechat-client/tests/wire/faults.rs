//! The network between WeChat and us.

use wechat_login_domain::ports::WeChatError::{NotReached, Unavailable};

use crate::{
    answers::{good_body, ok, ok_and_stay},
    client::{PATIENT, ask_impatiently, exchange, wechat},
    server::{ClosedPort, Server, Step},
};

type Fault = (&'static str, Vec<Step>);

/// What goes wrong after the connection stands: the code may be spent then.
pub(crate) fn faults() -> Vec<Fault> {
    let no_answer = [
        ("accepts, then silence", vec![Step::Silence]),
        ("reads, then silence", vec![Step::Read, Step::Silence]),
        ("closes at once", vec![]),
        ("resets at once", vec![Step::Reset]),
        ("reads, then closes", vec![Step::Read]),
        ("reads, then resets", vec![Step::Read, Step::Reset]),
        ("is no HTTP", vec![Step::Read, Step::Write(vec![0x15; 1000])]),
        (
            "greets as SMTP does",
            vec![Step::Write(b"220 mail ESMTP\r\n".to_vec()), Step::Read],
        ),
        ("drips the head", vec![Step::Read, Step::Drip(ok(good_body()))]),
        (
            "resets within the head",
            vec![Step::Read, Step::Write(b"HTTP/1.1 200 O".to_vec()), Step::Reset],
        ),
        (
            "never ends the head",
            vec![
                Step::Read,
                Step::Write(b"HTTP/1.1 200 OK\r\n".to_vec()),
                Step::WriteForever(b"a: b\r\n".to_vec()),
            ],
        ),
    ];
    no_answer.into_iter().chain(half_answers()).collect()
}

fn half_answers() -> Vec<Fault> {
    let good = || Step::Write(good_body().into_bytes());
    let after_head = |field: &str, rest: &[Step]| {
        let head = Step::Write(format!("HTTP/1.1 200 OK\r\n{field}\r\n\r\n").into_bytes());
        [&[Step::Read, head], rest].concat()
    };
    let spaces = vec![b' '; 16 * 1024];
    let chunk = [b"4000\r\n", spaces.as_slice(), b"\r\n"].concat();
    vec![
        (
            "resets within the body",
            after_head("Content-Length: 200", &[good(), Step::Reset]),
        ),
        (
            "closes within the body",
            after_head("Content-Length: 200", &[good()]),
        ),
        (
            "goes silent within the body",
            after_head("Content-Length: 200", &[good(), Step::Silence]),
        ),
        (
            "drips the body",
            after_head("Content-Length: 200", &[Step::Drip(good_body().into_bytes())]),
        ),
        (
            "goes silent before the chunks",
            after_head("Transfer-Encoding: chunked", &[Step::Silence]),
        ),
        (
            "never ends the body",
            after_head("Connection: close", &[Step::WriteForever(spaces.clone())]),
        ),
        (
            "sends a gigabyte",
            after_head("Content-Length: 1073741824", &[Step::WriteForever(spaces)]),
        ),
        (
            "never ends the chunks",
            after_head("Transfer-Encoding: chunked", &[Step::WriteForever(chunk)]),
        ),
    ]
}

#[tokio::test]
async fn each_fault_is_no_login_and_no_second_request() {
    for (fault, script) in faults() {
        let server = Server::start(vec![script]).await;
        assert_eq!(ask_impatiently(&server.url()).await, Err(Unavailable), "{fault}");
        assert!(server.requests().len() <= 1, "{fault}");
        assert_eq!(server.connections(), 1, "{fault}");
    }
}

#[tokio::test]
async fn what_cannot_be_reached_leaves_the_code_unspent() {
    let port = ClosedPort::reserve();
    let refused = format!("http://{}", port.address());
    assert_eq!(ask_impatiently(&refused).await, Err(NotReached));
    assert_eq!(ask_impatiently("http://wechat.invalid").await, Err(NotReached));
}

#[tokio::test]
async fn tls_that_does_not_come_about_leaves_the_code_unspent() {
    for (fault, script) in [
        ("takes too long", vec![Step::Silence]),
        ("closes", vec![]),
        ("resets", vec![Step::Reset]),
        ("speaks HTTP", vec![Step::Write(ok(good_body()))]),
        ("sends an alert", vec![Step::Write(vec![21, 3, 3, 0, 2, 2, 40])]),
    ] {
        let server = Server::start(vec![script]).await;
        let url = format!("https://{}", server.address);
        assert_eq!(ask_impatiently(&url).await, Err(NotReached), "{fault}");
        assert_eq!(server.connections(), 1, "{fault}");
    }
}

#[tokio::test]
async fn a_warm_connection_that_wechat_closed_costs_no_login() {
    let answer = Step::Write(ok_and_stay(good_body()));
    let server = Server::start(vec![vec![Step::Read, answer]]).await;
    let wechat = wechat(&server.url());
    for _ in 0..3 {
        exchange(&wechat, PATIENT).await.unwrap();
        tokio::task::yield_now().await;
    }
    assert_eq!((server.requests().len(), server.connections()), (3, 3));
}

#[tokio::test]
async fn a_request_on_a_warm_connection_is_not_sent_again() {
    for end in [vec![], vec![Step::Reset]] {
        let mut script = vec![Step::Read, Step::Write(ok_and_stay(good_body())), Step::Read];
        script.extend(end);
        let server = Server::start(vec![script]).await;
        let wechat = wechat(&server.url());
        exchange(&wechat, PATIENT).await.unwrap();
        assert_eq!(exchange(&wechat, PATIENT).await, Err(Unavailable));
        assert_eq!((server.requests().len(), server.connections()), (2, 1));
    }
}
