use std::time::{Duration, Instant};

use diesel::{Connection, SqliteConnection, connection::SimpleConnection};

use super::{LOGIN, is_unavailable, token};
use crate::program::Program;

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
