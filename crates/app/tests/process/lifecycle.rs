//! Start, stop, kill.

use std::time::{Duration, Instant};

use crate::program::{Program, output, request};

#[test]
fn it_starts_with_nothing_configured_and_stops_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start(folder.path(), &[], &[]);
    let login = program.log_in("小明");
    let token = login["token"].as_str().unwrap();
    assert_eq!(program.session(token).0, 200);
    let began = Instant::now();
    program.signal("TERM");
    assert!(program.child.wait().unwrap().success());
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[test]
fn it_says_that_it_is_going_before_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start(folder.path(), &[("server.shutdown_delay", "2s")], &[]);
    assert_eq!(request(program.address, "GET", "/readyz", "", "").0, 200);
    program.signal("TERM");
    let began = Instant::now();
    let (status, ready) = loop {
        let answer = request(program.address, "GET", "/readyz", "", "");
        if answer.0 != 200 || began.elapsed() > Duration::from_secs(1) {
            break answer;
        }
    };
    assert_eq!((status, ready["status"].as_str()), (503, Some("draining")));
    // Whoever has not heard yet is still served.
    program.log_in("小明");
    assert!(program.child.wait().unwrap().success());
}

#[test]
fn sessions_survive_being_killed_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let mut tokens: Vec<String> = Vec::new();
    for round in 0..5 {
        let mut program = Program::start(folder.path(), &[], &[]);
        for token in &tokens {
            assert_eq!(program.session(token).0, 200, "round {round}");
        }
        // Whoever got an answer must find their session again; others keep the database busy until the end.
        let busy = (0..4).map(|person| {
            let (address, simulator) = (program.address, program.simulator);
            std::thread::spawn(move || {
                let body = format!("{{\"app_id\":\"shop_mini\",\"person\":\"busy {person}\"}}");
                while let Ok(true) = std::panic::catch_unwind(|| {
                    let (_, code) = request(simulator, "POST", "/simulator/codes", "", &body);
                    let body = format!("{{\"code\":{}}}", code["code"]);
                    request(address, "POST", "/v1/login/mini-program", "", &body).0 == 200
                }) {}
            })
        });
        let busy: Vec<_> = busy.collect();
        for person in 0..3 {
            tokens.push(
                program.log_in(&format!("person {round} {person}"))["token"]
                    .as_str()
                    .unwrap()
                    .to_owned(),
            );
        }
        program.child.kill().unwrap();
        program.child.wait().unwrap();
        for thread in busy {
            let _ = thread.join();
        }
    }
    let program = Program::start(folder.path(), &[], &[]);
    for token in &tokens {
        assert_eq!(program.session(token).0, 200);
    }
}

#[test]
fn a_stalled_body_is_cut_off_and_does_not_keep_it_from_stopping() {
    use std::io::{Read, Write};
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start(folder.path(), &[], &[]);
    let mut stalled = std::net::TcpStream::connect(program.address).unwrap();
    let head = "POST /v1/login/mini-program HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{";
    stalled.write_all(head.as_bytes()).unwrap();
    let began = Instant::now();
    let mut answer = String::new();
    stalled.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("\"code\":\"request_timeout\""), "{answer}");
    assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());

    let mut stalled = std::net::TcpStream::connect(program.address).unwrap();
    stalled.write_all(head.as_bytes()).unwrap();
    program.signal("TERM");
    let began = Instant::now();
    assert!(program.child.wait().unwrap().success());
    assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
}

#[test]
fn a_port_that_is_taken_is_told_by_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let refused = output(
        folder.path(),
        &[("server.listen", &address), ("simulator.listen", "127.0.0.1:0")],
        &[],
    );
    assert_eq!(refused.status.code(), Some(78));
    let message = String::from_utf8(refused.stderr).unwrap();
    assert!(message.contains("server.listen"), "{message}");
}
