use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    time::Duration,
};

use super::delay::UNDER_WAY;
use crate::redis::OwnRedis;

/// What Redis tells of every command that it runs.
pub(super) struct Monitor<'a> {
    server: &'a OwnRedis,
    lines: BufReader<TcpStream>,
    marks: u32,
}

/// Asked without waiting for an answer, all of it is in the time that an answer is under way.
const WAVE: Duration = UNDER_WAY.checked_div(2).expect("two is not zero");

impl<'a> Monitor<'a> {
    pub(super) fn of(server: &'a OwnRedis) -> Self {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port)).expect("it listens");
        stream.write_all(b"MONITOR\r\n").expect("it reads");
        let mut lines = BufReader::new(stream);
        let mut ok = String::new();
        lines.read_line(&mut ok).expect("it answers");
        assert_eq!(ok.trim(), "+OK");
        Self {
            server,
            lines,
            marks: 0,
        }
    }

    /// Commands that went out together are one round trip, be it in a pipeline or over two connections: nobody waited for the one to send
    /// the other. What a script does inside of the server is none.
    ///
    /// Beside the requests goes on what asks whether the server is there, and what a pool does with a connection that it lends.
    pub(super) fn since_last(&mut self) -> Vec<Vec<String>> {
        self.marks += 1;
        let mark = format!("mark-{}", self.marks);
        self.server.ask(&format!("ECHO {mark}"));
        let mut waves: Vec<Vec<String>> = Vec::new();
        let mut began = f64::MIN;
        loop {
            let mut line = String::new();
            self.lines.read_line(&mut line).expect("it tells");
            if line.contains(&mark) {
                return waves;
            }
            let Some((time, command)) = command(&line) else {
                continue;
            };
            match waves.last_mut() {
                Some(wave) if time - began < WAVE.as_secs_f64() => wave.push(command),
                _ => {
                    began = time;
                    waves.push(vec![command]);
                }
            }
        }
    }
}

/// `+1700000000.123456 [0 127.0.0.1:50000] "GET" "key"`: when, and what.
fn command(line: &str) -> Option<(f64, String)> {
    let (time, rest) = line.trim().strip_prefix('+')?.split_once(' ')?;
    let (from, command) = rest.split_once("] ")?;
    let is_beside = [
        "PING", "ECHO", "QUIT", "HELLO", "CLIENT", "SELECT", "COMMAND", "UNWATCH",
    ]
    .iter()
    .any(|name| command[1..].to_ascii_uppercase().starts_with(name));
    let is_inside = from.ends_with("lua");
    (!is_beside && !is_inside).then(|| (time.parse().expect("seconds"), command.to_owned()))
}
