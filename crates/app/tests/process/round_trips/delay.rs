//! A server as if it were far away.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

/// How long an answer is under way.
pub(super) const UNDER_WAY: Duration = Duration::from_millis(80);

/// Somebody who passes everything on, and answers late: what is asked only after an answer stands apart in time.
pub(super) struct Delay {
    port: u16,
}

impl Delay {
    pub(super) fn in_front_of(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("some port is free");
        let port = listener.local_addr().expect("it is bound").port();
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = TcpStream::connect(("127.0.0.1", server)).expect("the server listens");
                for stream in [&client, &server] {
                    stream.set_nodelay(true).expect("an option that every socket has");
                }
                let (from_client, to_server) = (copy(&client), copy(&server));
                thread::spawn(move || pass_on(from_client, to_server, Duration::ZERO));
                thread::spawn(move || pass_on(server, client, UNDER_WAY));
            }
        });
        Self { port }
    }

    pub(super) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

fn copy(stream: &TcpStream) -> TcpStream {
    stream.try_clone().expect("a second handle")
}

fn pass_on(mut from: TcpStream, mut to: TcpStream, later: Duration) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut bytes) {
        thread::sleep(later);
        if to.write_all(&bytes[..length]).is_err() {
            break;
        }
    }
    let _it_may_be_closed = to.shutdown(std::net::Shutdown::Both);
}
