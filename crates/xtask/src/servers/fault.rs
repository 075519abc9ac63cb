//! Why a process is not what it should be.

use std::fmt::Write as _;

/// How many lines of a log say what went wrong.
const TAIL: usize = 20;
/// With so many ports something else is wrong.
const TRIES: usize = 5;

#[derive(Debug)]
pub(super) struct Fault {
    pub(super) message: String,
    /// Whether somebody else had its port first: with another one it may work.
    pub(super) is_port_taken: bool,
}

impl Fault {
    /// What that process did, and how its log ends.
    pub(super) fn of(name: &str, what: &str, log: &str) -> Self {
        Self {
            message: format!("{name} {what}. The end of its log:\n{}", tail(log)),
            is_port_taken: says_port_is_taken(log),
        }
    }
}

impl From<String> for Fault {
    fn from(message: String) -> Self {
        Self {
            message,
            is_port_taken: false,
        }
    }
}

/// Tries again where somebody else had the port first.
///
/// # Errors
/// What went wrong, or did so time and again.
pub(super) fn retry<T>(mut start: impl FnMut() -> Result<T, Fault>) -> Result<T, String> {
    let mut tries = 0;
    loop {
        tries += 1;
        match start() {
            Ok(started) => return Ok(started),
            Err(fault) if fault.is_port_taken && tries < TRIES => {}
            Err(fault) => return Err(fault.message),
        }
    }
}

/// As MariaDB, MySQL, Redis and Valkey say it; the last is of a cluster's bus too.
fn says_port_is_taken(log: &str) -> bool {
    ["Address already in use", "Failed listening on port"]
        .iter()
        .any(|words| log.contains(words))
}

fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    let mut tail = String::new();
    for line in &lines[lines.len().saturating_sub(TAIL)..] {
        writeln!(tail, "  {line}").expect("a String takes everything");
    }
    tail
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken() -> Fault {
        Fault::of(
            "redis",
            "ended",
            "Failed listening on port 36400 (cluster), aborting.",
        )
    }

    #[test]
    fn a_taken_port_is_tried_again_a_few_times() {
        let mut tries = 0;
        let second = retry(|| {
            tries += 1;
            if tries == 2 { Ok(()) } else { Err(taken()) }
        });
        assert_eq!((second, tries), (Ok(()), 2));

        let mut tries = 0;
        let never = retry(|| {
            tries += 1;
            Err::<(), _>(taken())
        });
        assert_eq!((never, tries), (Err(taken().message), TRIES));
    }

    #[test]
    fn another_fault_is_not_tried_again() {
        let mut tries = 0;
        let fault = retry(|| {
            tries += 1;
            Err::<(), _>(Fault::from("no".to_owned()))
        });
        assert_eq!((fault, tries), (Err("no".to_owned()), 1));
    }

    #[test]
    fn every_server_s_words_for_a_taken_port_are_known() {
        for log in [
            "[ERROR] Can't start server: Bind on TCP/IP port. Got error: 98: Address already in use",
            "# Warning: Could not create server TCP listening socket 127.0.0.1:6379: bind: Address already in use",
            "# Failed listening on port 16379 (cluster), aborting.",
        ] {
            assert!(says_port_is_taken(log), "{log}");
        }
        assert!(!says_port_is_taken("Ready to accept connections"));
    }

    #[test]
    fn of_a_long_log_its_end_is_told() {
        let log: String = (1..=100).fold(String::new(), |log, n| format!("{log}{n}\n"));
        let tail = tail(&log);
        assert_eq!(tail.lines().count(), TAIL);
        assert!(tail.starts_with("  81\n") && tail.ends_with("  100\n"));
    }
}
