//! A Redis that is not what `sessions.url` says.

use crate::{
    program::{Program, output},
    redis::{OwnRedis, free_port},
    refusal::{self, PASSWORD},
};

fn refusal_of(url: &str, cause: &str, cure: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let line = refusal::of(folder.path(), "sessions.url", url, &[]);
    assert!(line.contains(cause) && line.contains(cure), "{line}");
}

#[test]
fn a_url_that_leads_to_no_redis_is_told_in_one_line_with_the_cure() {
    let silent = refusal::somebody_who_says("");
    let talkative = refusal::somebody_who_says("SSH-2.0-OpenSSH_9.2\r\n");
    let url = |port| format!("redis://:{PASSWORD}@127.0.0.1:{port}");
    let away = "check host, port, TLS and firewall, and that the server runs";
    refusal_of(&format!("http://{PASSWORD}@127.0.0.1"), "must be", "redis://");
    refusal_of(&url(free_port()), "Redis cannot be reached", away);
    refusal_of(
        &format!("redis://:{PASSWORD}@nobody.invalid"),
        "Redis cannot be reached",
        away,
    );
    refusal_of(&url(silent), "Redis cannot be reached", away);
    refusal_of(
        &url(talkative),
        "does not speak as Redis does",
        "check host and port",
    );
}

#[test]
fn a_server_that_wants_a_password_or_another_one_says_so() {
    let server = OwnRedis::start(&["--requirepass", "right"]);
    refusal_of(&server.url(), "Redis wants a password", "put it into the URL");
    refusal_of(
        &format!("redis://:{PASSWORD}@127.0.0.1:{}", server.port),
        "does not take the user or password",
        "check both",
    );
}

#[test]
fn a_server_that_takes_no_writes_says_so() {
    let replica = OwnRedis::start(&["--replicaof", &format!("127.0.0.1 {}", free_port())]);
    refusal_of(
        &replica.url(),
        "read-only replica",
        "use the address of the master",
    );
    let full = OwnRedis::start(&["--maxmemory", "1", "--maxmemory-policy", "noeviction"]);
    refusal_of(&full.url(), "out of memory", "raise maxmemory");
    let forgetful = OwnRedis::start(&["--maxmemory-policy", "allkeys-lru"]);
    refusal_of(
        &forgetful.url(),
        "maxmemory-policy allkeys-lru",
        "set maxmemory-policy noeviction",
    );
}

#[test]
fn a_cluster_and_a_single_server_are_told_apart() {
    let single = OwnRedis::start(&[]);
    let as_cluster = format!("redis+cluster://127.0.0.1:{}", single.port);
    refusal_of(&as_cluster, "does not run as a cluster", "write redis://");
}

#[test]
fn what_could_not_be_opened_is_opened_once_the_cause_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let server = OwnRedis::start(&["--maxmemory", "1"]);
    let url = server.url();
    let settings = [("sessions.url", url.as_str())];
    let free_ports = [
        ("server.listen", "127.0.0.1:0"),
        ("simulator.listen", "127.0.0.1:0"),
    ];
    let refused = output(folder.path(), &[free_ports.as_slice(), &settings].concat(), &[]);
    assert_eq!(refused.status.code(), Some(78));
    server.tell("CONFIG SET maxmemory 0");
    let program = Program::start(folder.path(), &settings, &[]);
    program.log_in("小明");
}
