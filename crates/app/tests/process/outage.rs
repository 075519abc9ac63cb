//! What people see while a dependency is down, hangs, or takes no writes, and how soon all is well again.

use std::time::{Duration, Instant};

use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use serde_json::Value;

use crate::{
    mariadb::{Database, OwnMariaDb},
    program::{Answer, Program, exchange},
    redis::{OwnRedis, free_port},
};

/// Whatever fails, a login ends within this.
const LOGIN: Duration = Duration::from_secs(4);
/// And a check within this.
const CHECK: Duration = Duration::from_millis(500);
/// How soon all is well again, on a machine that has other things to do.
const RECOVERY: Duration = Duration::from_secs(5);

/// Asks a few times: each answer is that nobody knows, and most come in time however busy the machine is.
fn is_unavailable(within: Duration, ask: impl Fn() -> Answer) {
    let mut answers: Vec<_> = (0..3).map(|_| ask()).collect();
    for answer in &answers {
        assert_eq!(answer.status, 503, "{answer:?}");
        assert_eq!(answer.json["code"], "dependency_unavailable", "{answer:?}");
        assert_eq!(answer.json["retry"], "later", "{answer:?}");
        assert!(answer.header("retry-after").is_some(), "{answer:?}");
    }
    answers.sort_by_key(|answer| answer.took);
    assert!(answers[1].took < within, "{answers:?}");
}

impl Program {
    fn get(&self, path: &str, token: &str) -> Answer {
        let header = format!("Authorization: Bearer {token}\r\n");
        exchange(self.address, "GET", path, &header, "")
    }

    /// A check of this token and nothing else: what it is asked to do cannot be done.
    fn check(&self, token: &str) -> Answer {
        let header = format!("Authorization: Bearer {token}\r\n");
        exchange(self.address, "PATCH", "/v1/me", &header, "[]")
    }

    fn log_out(&self, token: &str) -> Answer {
        let header = format!("Authorization: Bearer {token}\r\n");
        exchange(self.address, "DELETE", "/v1/session", &header, "")
    }

    /// The dependencies that are degraded, as everybody who may ask is told. What was known a second ago is not asked again.
    fn degraded(&self) -> Vec<String> {
        std::thread::sleep(Duration::from_millis(1100));
        let ready = exchange(self.address, "GET", "/readyz", "", "");
        assert_eq!(ready.status, 200, "{ready:?}");
        assert!(ready.took < Duration::from_secs(1), "{ready:?}");
        let strict = exchange(self.address, "GET", "/readyz?strict=1", "", "");
        let dependencies = ready.json["dependencies"].as_object().expect("an object");
        let degraded = dependencies.iter().filter(|(_, state)| **state != "ok");
        let degraded: Vec<_> = degraded.map(|(name, _)| name.clone()).collect();
        let status = if degraded.is_empty() { 200 } else { 503 };
        assert_eq!(strict.status, status, "{strict:?}");
        assert_eq!(strict.json["dependencies"], ready.json["dependencies"]);
        degraded
    }

    /// Waits until this person can sign in, by itself and soon.
    fn recovers(&self, person: &str) -> Value {
        let began = Instant::now();
        loop {
            let login = self.try_log_in(person);
            if login.status == 200 {
                assert_eq!(self.degraded(), [""; 0]);
                return login.json;
            }
            assert!(began.elapsed() < RECOVERY, "{login:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn token(login: &Value) -> &str {
    login["token"].as_str().expect("a token")
}

#[test]
fn a_redis_that_takes_no_writes_lets_sessions_be_checked_and_ended_and_none_be_opened() {
    let folder = tempfile::tempdir().unwrap();
    let redis = OwnRedis::start(&[]);
    let program = Program::start(folder.path(), &[("sessions.url", &redis.url())], &[]);
    assert_eq!(program.degraded(), [""; 0]);
    let nobody = free_port();
    for (n, (broken, mended)) in [
        ("CONFIG SET maxmemory 1".to_owned(), "CONFIG SET maxmemory 0"),
        (format!("REPLICAOF 127.0.0.1 {nobody}"), "REPLICAOF NO ONE"),
        // Too few replicas: NOREPLICAS.
        (
            "CONFIG SET min-replicas-to-write 1".to_owned(),
            "CONFIG SET min-replicas-to-write 0",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let stays = program.log_in("stays");
        let leaves = program.log_in("leaves");
        redis.tell(&broken);
        let name = format!("new {n}");
        assert_eq!(program.degraded(), ["redis"], "{broken}");
        is_unavailable(LOGIN, || program.try_log_in(&name));
        assert_eq!(program.get("/v1/session", token(&stays)).status, 200, "{broken}");
        assert_eq!(program.log_out(token(&leaves)).status, 204, "{broken}");
        let ended = program.check(token(&leaves));
        assert_eq!(
            (ended.status, &ended.json["code"]),
            (401, &"session_revoked".into()),
            "{ended:?}"
        );

        redis.tell(mended);
        let login = program.recovers(&name);
        assert_eq!(
            login["is_new_user"], true,
            "nothing of the login that failed was kept"
        );
        assert_eq!(program.get("/v1/session", token(&login)).status, 200);
        assert_eq!(program.check(token(&leaves)).status, 401);
        assert_eq!(program.get("/v1/session", token(&stays)).status, 200);
    }
}

#[test]
fn without_a_redis_that_answers_nobody_is_taken_for_signed_in_or_signed_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut redis = OwnRedis::start(&[]);
    let program = Program::start(folder.path(), &[("sessions.url", &redis.url())], &[]);
    let login = program.log_in("小明");
    let fails = || {
        is_unavailable(CHECK, || program.check(token(&login)));
        is_unavailable(LOGIN, || program.log_out(token(&login)));
        is_unavailable(LOGIN, || program.try_log_in("somebody new"));
        assert_eq!(program.degraded(), ["redis"]);
    };
    redis.hang();
    fails();
    redis.go_on();
    let began = Instant::now();
    while program.get("/v1/session", token(&login)).status != 200 {
        assert!(began.elapsed() < RECOVERY);
    }
    assert_eq!(program.recovers("somebody new")["is_new_user"], true);

    redis.kill();
    fails();
    redis.restart();
    program.recovers("小明");
    // It kept nothing, and says so.
    assert_eq!(program.check(token(&login)).status, 401);
}

/// A way to break a server, and how it is mended.
type Fault = (fn(&mut OwnMariaDb, &Database), fn(&mut OwnMariaDb, &Database));

const FAULTS: [Fault; 3] = [
    (|server, _| server.hang(), |server, _| server.go_on()),
    (|server, _| server.kill(), |server, _| server.restart()),
    (
        |_, database| drop(database.run("RENAME TABLE users TO elsewhere")),
        |_, database| drop(database.run("RENAME TABLE elsewhere TO users")),
    ),
];

#[test]
fn without_a_database_that_answers_sessions_are_checked_and_none_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let redis = OwnRedis::start(&[]);
    let mut mariadb = OwnMariaDb::start();
    let database = Database::migrated(&mariadb.server);
    let settings = [
        ("database.url", database.url_of_service()),
        ("sessions.url", redis.url()),
    ];
    let settings = settings.each_ref().map(|(key, value)| (*key, value.as_str()));
    let program = Program::start(folder.path(), &settings, &[]);
    for (n, (breaks, mends)) in FAULTS.into_iter().enumerate() {
        let login = program.log_in("小明");
        let (sessions, somebody) = (redis.count("session:"), format!("new {n}"));
        breaks(&mut mariadb, &database);
        assert_eq!(program.degraded(), ["database"]);
        for _ in 0..5 {
            // Past the check, where a body without fields is refused.
            let checked = program.check(token(&login));
            assert_eq!(
                (checked.status, &checked.json["code"]),
                (400, &"invalid_request".into())
            );
        }
        is_unavailable(CHECK, || program.get("/v1/session", token(&login)));
        is_unavailable(LOGIN, || program.try_log_in(&somebody));
        assert_eq!(redis.count("session:"), sessions, "a session without a user");

        mends(&mut mariadb, &database);
        assert_eq!(program.recovers(&somebody)["is_new_user"], true);
        assert_eq!(program.get("/v1/session", token(&login)).status, 200);
        assert_eq!(database.count("login_methods"), 2 * database.count("users"));
    }

    // A logout needs the record, and nothing else in the database.
    let login = program.log_in("小明");
    database.run("RENAME TABLE revocations TO elsewhere");
    is_unavailable(LOGIN, || program.log_out(token(&login)));
    database.run("RENAME TABLE elsewhere TO revocations");
    assert_eq!(program.log_out(token(&login)).status, 204);

    // What a failover leaves behind: the server is there, and a copy of another.
    let login = program.log_in("小明");
    database.run("SET GLOBAL read_only = 1");
    assert_eq!(program.degraded(), ["database"]);
    is_unavailable(LOGIN, || program.try_log_in("new at last"));
    assert_eq!(program.get("/v1/session", token(&login)).status, 200);
    database.run("SET GLOBAL read_only = 0");
    assert_eq!(program.recovers("new at last")["is_new_user"], true);
}

#[test]
fn while_somebody_else_holds_the_file_sessions_are_checked_and_none_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &[], &[]);
    let login = program.log_in("小明");
    let file = folder.path().join("data/wechat-login.db");
    let mut somebody = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    somebody.batch_execute("BEGIN IMMEDIATE").unwrap();
    is_unavailable(LOGIN, || program.try_log_in("somebody new"));
    assert_eq!(program.get("/v1/session", token(&login)).status, 200);
    assert_eq!(program.degraded(), ["database"]);
    somebody.batch_execute("COMMIT").unwrap();
    assert_eq!(program.recovers("somebody new")["is_new_user"], true);
}

#[test]
fn on_a_disk_that_takes_no_more_sessions_are_checked_and_none_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start_on_small_disk(folder.path());
    let login = program.log_in("小明");
    let began = Instant::now();
    let is_full = (0..1000).any(|n| program.try_log_in(&format!("somebody {n}")).status != 200);
    assert!(is_full, "the disk is never full");
    assert!(began.elapsed() < Duration::from_mins(1));
    is_unavailable(LOGIN, || program.try_log_in("somebody new"));
    assert_eq!(program.get("/v1/session", token(&login)).status, 200);
    assert_eq!(program.degraded(), ["database"]);
    program.gets_a_larger_disk();
    assert_eq!(program.recovers("somebody new")["is_new_user"], true);
}
