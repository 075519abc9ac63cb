//! How the program says that it cannot start.

use std::{io::Write, net::TcpListener, path::Path};

use crate::program::output;

/// Stands for every password; it must never be seen again.
pub(crate) const PASSWORD: &str = "CANARY";

/// Runs a command that must refuse, and gives the one line that says why: which setting it is about, and nothing secret.
pub(crate) fn of(folder: &Path, key: &str, url: &str, arguments: &[&str]) -> String {
    let mut settings = vec![
        ("server.listen", "127.0.0.1:0"),
        ("simulator.listen", "127.0.0.1:0"),
        ("sessions.single_instance", "true"),
    ];
    settings.push((key, url));
    let refused = output(folder, &settings, arguments);
    let line = String::from_utf8(refused.stderr).expect("text");
    assert_eq!(refused.status.code(), Some(78), "{line}");
    let lines: Vec<_> = line.lines().collect();
    assert_eq!(lines.len(), 1, "{line}");
    assert!(line.starts_with("wechat-login: ") && line.contains(key), "{line}");
    let log = String::from_utf8(refused.stdout).expect("text");
    for text in [&line, &log] {
        assert!(!text.contains(PASSWORD) && !text.contains(url), "{text}");
    }
    line
}

/// Somebody who takes connections and says this and nothing else. Gives the port.
pub(crate) fn somebody_who_says(words: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("some port is free");
    let port = listener.local_addr().expect("it is bound").port();
    std::thread::spawn(move || {
        let mut connections = Vec::new();
        for mut connection in listener.incoming().map_while(Result::ok) {
            let _it_may_be_gone = connection.write_all(words.as_bytes());
            connections.push(connection);
        }
    });
    port
}
