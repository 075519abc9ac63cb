//! A database that is not what `database.url` says.

use std::fs;

use diesel::{Connection, SqliteConnection, connection::SimpleConnection};

use crate::{
    mariadb::{Database, Server},
    program::output,
    redis::free_port,
    refusal::{self, PASSWORD},
};

/// Every command that opens it says the same.
const COMMANDS: [&[&str]; 3] = [&[], &["migrate"], &["users", "conflicts"]];

#[test]
fn a_server_that_is_not_what_the_url_says_is_told_in_one_line_with_the_cure() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::of_all_tests();
    let database = Database::empty(&server);
    let (place, name) = (server.place(), &database.name);
    let talkative = refusal::somebody_who_says("SSH-2.0-OpenSSH_9.2\r\n");
    for (url, cause, cure) in [
        (
            format!("postgres://root:{PASSWORD}@{place}/{name}"),
            "must be",
            "mysql://",
        ),
        (
            format!("mysql://root:{PASSWORD}@{place}"),
            "names no database",
            "it must end in /DATABASE",
        ),
        (
            format!("mysql://root:{PASSWORD}@127.0.0.1:{}/{name}", free_port()),
            "cannot reach the database at 127.0.0.1:",
            "are host and port of the URL right",
        ),
        (
            format!("mysql://root:{PASSWORD}@nobody.invalid/{name}"),
            "cannot reach the database at nobody.invalid:3306",
            "are host and port of the URL right",
        ),
        (
            format!("mysql://root:{PASSWORD}@127.0.0.1:{talkative}/{name}"),
            "cannot reach the database at 127.0.0.1:",
            "are host and port of the URL right",
        ),
        (
            format!("mysql://nobody:{PASSWORD}@{place}/{name}"),
            "refuses the user nobody",
            "check user and password",
        ),
        (
            format!("{}_not_there", database.url()),
            "there is no database",
            "CREATE DATABASE, GRANT, or correct the URL",
        ),
    ] {
        for arguments in COMMANDS {
            let line = refusal::of(folder.path(), "database.url", &url, arguments);
            assert!(line.contains(cause) && line.contains(cure), "{line}");
        }
    }
}

#[test]
fn a_server_that_says_nothing_is_not_waited_for_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let silent = refusal::somebody_who_says("");
    let url = format!("mysql://root:{PASSWORD}@127.0.0.1:{silent}/login");
    let line = refusal::of(folder.path(), "database.url", &url, &[]);
    assert!(line.contains("did not answer within 5 s"), "{line}");
    assert!(line.contains("is something else listening there"), "{line}");
}

#[test]
fn a_schema_that_is_missing_old_or_newer_is_told_in_one_line_with_the_cure() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::of_all_tests();
    let database = Database::empty(&server);
    let line = || refusal::of(folder.path(), "database.url", &database.url(), &[]);
    let missing = line();
    assert!(missing.contains("lacks migration 20261121000001"), "{missing}");
    assert!(missing.contains("run `wechat-login migrate`"), "{missing}");

    let settings = [
        ("database.url", database.url()),
        ("sessions.single_instance", "true".to_owned()),
    ];
    let settings = settings.each_ref().map(|(key, value)| (*key, value.as_str()));
    assert!(output(folder.path(), &settings, &["migrate"]).status.success());
    database.run("DELETE FROM __diesel_schema_migrations WHERE version > '20261121000001'");
    let old = line();
    assert!(old.contains("lacks migration 20261121000002"), "{old}");
    assert!(old.contains("run `wechat-login migrate`"), "{old}");

    database.run("INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231000001')");
    for arguments in COMMANDS {
        let newer = refusal::of(folder.path(), "database.url", &database.url(), arguments);
        assert!(newer.contains("made by a newer version"), "{newer}");
        assert!(newer.contains("run that version or a later one"), "{newer}");
    }
}

#[test]
fn what_it_may_not_write_and_what_is_not_there_is_told_in_one_line_with_the_cure() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::of_all_tests();
    let database = Database::migrated(&server);
    let (name, place) = (&database.name, server.place());
    database.run(&format!("CREATE USER {name}@'%' IDENTIFIED BY '{PASSWORD}'"));
    database.run(&format!("GRANT SELECT ON {name}.* TO {name}@'%'"));
    let url = format!("mysql://{name}:{PASSWORD}@{place}/{name}");
    let line = refusal::of(folder.path(), "database.url", &url, &[]);
    database.run(&format!("DROP USER {name}@'%'"));
    assert!(line.contains("may not INSERT into the table users"), "{line}");
    let cure = format!("GRANT SELECT, INSERT, UPDATE, DELETE ON `{name}`.* TO '{name}'@'%'");
    assert!(line.contains(&cure), "{line}");

    database.run("DROP TABLE revocations");
    let line = refusal::of(folder.path(), "database.url", &database.url(), &[]);
    assert!(line.contains("damaged: it has no table revocations"), "{line}");
    assert!(line.contains("restore it from a backup"), "{line}");
}

#[test]
fn a_file_that_is_no_database_of_ours_is_told_in_one_line_with_the_cure() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::write(path("notes.txt"), "Bring milk. ".repeat(1000)).unwrap();
    let mut newer = SqliteConnection::establish(&path("newer.db")).unwrap();
    newer
        .batch_execute(
            "CREATE TABLE __diesel_schema_migrations (version TEXT PRIMARY KEY NOT NULL, run_on TEXT);
             INSERT INTO __diesel_schema_migrations VALUES ('29991231000001', '')",
        )
        .unwrap();
    for (file, cause) in [
        (path("notes.txt"), "is it a database"),
        (
            folder.path().display().to_string(),
            "is it a file, and may this user write it",
        ),
        (
            path("notes.txt/data/login.db"),
            "name a folder that this user can read",
        ),
        (path("newer.db"), "run that version or a later one"),
    ] {
        let line = refusal::of(folder.path(), "database.url", &format!("sqlite://{file}"), &[]);
        let names_the_place = line.contains(&folder.path().display().to_string());
        assert!(line.contains(cause) && names_the_place, "{line}");
    }
}
