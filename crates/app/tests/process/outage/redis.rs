use std::time::Instant;

use super::{CHECK, LOGIN, RECOVERY, is_unavailable, token};
use crate::{
    program::Program,
    redis::{OwnRedis, free_port},
};

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
