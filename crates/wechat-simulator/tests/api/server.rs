//! Starting and stopping.

use std::io::{ErrorKind, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use crate::wechat::WeChat;
use wechat_login_simulator::{Options, Simulator};

#[tokio::test(flavor = "multi_thread")]
async fn it_refuses_to_listen_where_others_reach_it() {
    let anywhere = || TcpListener::bind("0.0.0.0:0").unwrap();
    let refused = Simulator::start(anywhere(), Options::default()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::PermissionDenied);
    let asked_for = Options {
        allow_non_loopback: true,
        ..Options::default()
    };
    Simulator::start(anywhere(), asked_for).unwrap().stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_stops_within_a_second_also_when_a_client_dawdles() {
    let wechat = WeChat::start();
    assert_eq!(wechat.get("/simulator/apps").status, 200);
    let address = wechat.simulator().address();
    let mut dawdler = TcpStream::connect(address).unwrap();
    dawdler
        .write_all(b"POST /simulator/reset HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n")
        .unwrap();
    let begin = Instant::now();
    wechat.stop().await;
    assert!(
        begin.elapsed() < Duration::from_millis(1_200),
        "{:?}",
        begin.elapsed()
    );
    // The port is free again, at the latest once the workers have let go.
    let free = (0..50).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        TcpStream::connect(address).is_err()
    });
    assert!(free, "still listening");
}
