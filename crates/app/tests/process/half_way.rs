//! A dependency that fails in the middle of a login: a user without a session is fine, a session without a user is not.

use std::{
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crate::{
    mariadb::{Database, OwnMariaDb},
    program::{Answer, Program, exchange, request},
    redis::OwnRedis,
};

/// Begins a login that WeChat takes a second for, and returns as soon as WeChat was asked.
fn log_in_slowly(program: &Program, person: &str) -> JoinHandle<Answer> {
    let latency = "{\"endpoint\":\"/sns/jscode2session\",\"kind\":\"latency\",\"ms\":1000,\"times\":1}";
    program.simulate("/simulator/faults", latency);
    let body = format!("{{\"app_id\":\"shop_mini\",\"person\":\"{person}\"}}");
    let code = program.simulate("/simulator/codes", &body);
    let body = format!("{{\"code\":{}}}", code["code"]);
    let address = program.address;
    let login = thread::spawn(move || exchange(address, "POST", "/v1/login/mini-program", "", &body));
    let began = Instant::now();
    loop {
        let (_, faults) = request(program.simulator, "GET", "/simulator/faults", "", "");
        if faults["active"].as_array().is_some_and(Vec::is_empty) {
            return login;
        }
        assert!(began.elapsed() < Duration::from_secs(5), "WeChat is not asked");
        thread::sleep(Duration::from_millis(5));
    }
}

fn is_unavailable(login: JoinHandle<Answer>) {
    let answer = login.join().expect("no panic");
    assert_eq!(answer.status, 503, "{answer:?}");
    assert_eq!(answer.json["code"], "dependency_unavailable", "{answer:?}");
}

#[test]
fn a_failure_between_the_two_leaves_a_user_without_a_session_and_never_the_reverse() {
    let folder = tempfile::tempdir().unwrap();
    let redis = OwnRedis::start(&[]);
    let mariadb = OwnMariaDb::start();
    let database = Database::migrated(&mariadb.server);
    let settings = [("database.url", database.url()), ("sessions.url", redis.url())];
    let settings = settings.each_ref().map(|(key, value)| (*key, value.as_str()));
    let program = Program::start(folder.path(), &settings, &[]);
    let kept = |words| redis.count(words);

    let login = log_in_slowly(&program, "小明");
    redis.tell("CONFIG SET maxmemory 1");
    is_unavailable(login);
    redis.tell("CONFIG SET maxmemory 0");
    assert_eq!((database.count("users"), database.count("login_methods")), (1, 2));
    assert_eq!(
        (kept(":session:"), kept("user_sessions"), kept("session_key")),
        (0, 0, 0)
    );
    // Whoever tries again is who they were, and signed in.
    assert_eq!(program.log_in("小明")["is_new_user"], false);
    assert_eq!(
        (kept(":session:"), kept("user_sessions"), kept("session_key")),
        (1, 1, 1)
    );

    let login = log_in_slowly(&program, "小红");
    database.run("RENAME TABLE users TO elsewhere");
    is_unavailable(login);
    database.run("RENAME TABLE elsewhere TO users");
    assert_eq!((database.count("users"), database.count("login_methods")), (1, 2));
    // WeChat encrypts with the new session_key from now on, whoever was signed in.
    assert_eq!(
        (kept(":session:"), kept("user_sessions"), kept("session_key")),
        (1, 1, 2)
    );
    assert_eq!(program.log_in("小红")["is_new_user"], true);
}
