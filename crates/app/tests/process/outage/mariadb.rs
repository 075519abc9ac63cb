use std::{thread::sleep, time::Duration};

use super::{CHECK, LOGIN, is_unavailable, token};
use crate::{
    mariadb::{Database, OwnMariaDb},
    program::{Answer, Program, exchange},
    redis::OwnRedis,
};

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
        // Redis is believed once the record was read since it was connected to, which a check sees to.
        assert_eq!(program.get("/v1/session", token(&login)).status, 200);
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

/// For so long a check waits for the database. Nobody else does once one has.
const PATIENCE: Duration = Duration::from_millis(200);

#[test]
fn while_the_database_hangs_whoever_signed_in_is_told_of_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let redis = OwnRedis::start(&[]);
    let mariadb = OwnMariaDb::start();
    let database = Database::migrated(&mariadb.server);
    let settings = [
        ("database.url", database.url_of_service()),
        ("sessions.url", redis.url()),
        ("clients.shop_api.secret", "shop-secret".to_owned()),
    ];
    let settings = settings.each_ref().map(|(key, value)| (*key, value.as_str()));
    let program = Program::start(folder.path(), &settings, &[]);
    let login = program.log_in("小明");
    assert_eq!(program.check(token(&login)).status, 400, "Redis is believed");
    sleep(Duration::from_millis(1500));
    mariadb.hang();
    let verify = || program.get("/v1/auth/verify", token(&login));
    let first = verify();
    assert_eq!(first.status, 200, "{first:?}");
    assert!(first.took < CHECK, "{first:?}");
    // A client that may see nothing of the ways in needs none of them.
    let known = introspect(&program, token(&login));
    assert_eq!(
        (known.status, &known.json["sub"]),
        (200, &login["user"]["id"]),
        "{known:?}"
    );
    let answers = (0..300).map(|_| {
        sleep(Duration::from_millis(10));
        verify()
    });
    let answers: Vec<_> = answers.collect();
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    let waited = answers.iter().filter(|answer| answer.took >= PATIENCE).count();
    assert!(waited <= 2, "{waited} of 300 waited");
    mariadb.go_on();
    program.recovers("somebody new");
}

fn introspect(program: &Program, token: &str) -> Answer {
    // shop_api:shop-secret
    let headers = "Authorization: Basic c2hvcF9hcGk6c2hvcC1zZWNyZXQ=\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    let form = format!("token={token}");
    exchange(program.address, "POST", "/oauth2/introspect", headers, &form)
}
