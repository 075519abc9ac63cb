//! `wechat-login users` where Redis is away: what ends a session, and all that is known of users, is in the database.

use std::{
    fs,
    process::Output,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    program::{Program, output},
    redis::OwnRedis,
};

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

fn succeeded(done: &Output) -> Value {
    assert!(done.status.success(), "{}", text(&done.stderr));
    serde_json::from_slice(&done.stdout).expect("it is JSON")
}

#[test]
fn users_are_looked_after_while_redis_is_away() {
    let folder = tempfile::tempdir().unwrap();
    let mut redis = OwnRedis::start(&[]);
    let url = redis.url();
    let settings = [("sessions.url", url.as_str())];
    let users = |arguments: &[&str]| {
        output(
            folder.path(),
            &settings,
            &[&["users", "--json"], arguments].concat(),
        )
    };
    let program = Program::start(folder.path(), &settings, &[]);
    let (ming, hong) = (program.log_in("小明"), program.log_in("小红"));
    let id = |login: &Value| login["user"]["id"].as_str().expect("an id").to_owned();
    let (ming, hong) = (id(&ming), id(&hong));
    redis.kill();

    assert_eq!(succeeded(&users(&["show", &ming]))["users"][0]["id"], ming);
    let disabled = succeeded(&users(&["disable", &ming]));
    assert_eq!(disabled["users"][0]["state"], "disabled");
    assert_eq!(
        succeeded(&users(&["enable", &ming]))["users"][0]["state"],
        "active"
    );
    let changed = succeeded(&users(&["scopes", &ming, "set", "vip"]));
    assert_eq!(changed["users"][0]["scopes"], json!(["vip"]));
    let changed = succeeded(&users(&["external-id", &ming, "42"]));
    assert_eq!(changed["users"][0]["external_id"], "42");
    assert_eq!(succeeded(&users(&["conflicts"])), json!({"conflicts": []}));
    succeeded(&users(&["merge", &ming, &hong]));
    succeeded(&users(&["undo-merge", &hong]));
    fs::write(folder.path().join("people"), r#"{"external_id": 43}"#).unwrap();
    let imported = succeeded(&users(&["import", "people"]));
    assert_eq!(imported, json!({"imported": 1, "unchanged": 0, "refused": 0}));

    let listed = users(&["sessions", &ming]);
    let errors = text(&listed.stderr);
    assert_eq!((listed.status.code(), errors.lines().count()), (Some(1), 1));
    assert!(errors.contains("the redis is unavailable"), "{errors}");
}

#[test]
fn sessions_are_revoked_while_redis_is_away() {
    let folder = tempfile::tempdir().unwrap();
    let redis = OwnRedis::start(&[]);
    let url = redis.url();
    let settings = [("sessions.url", url.as_str())];
    let program = Program::start(folder.path(), &settings, &[]);
    let (login, other) = (program.log_in("小明"), program.log_in("小红"));
    let token = |login: &Value| login["token"].as_str().expect("a token").to_owned();
    let id = login["user"]["id"].as_str().expect("an id");

    redis.hang();
    let arguments = ["users", "--json", "revoke-sessions", id];
    let revoked = output(folder.path(), &settings, &arguments);
    redis.go_on();
    assert_eq!(succeeded(&revoked), json!({"revoked": null}));
    let errors = text(&revoked.stderr);
    assert!(
        errors.lines().count() == 1 && errors.contains("they open nothing"),
        "{errors}"
    );

    let began = Instant::now();
    while program.session(&token(&login)).0 != 401 {
        assert!(
            began.elapsed() < Duration::from_secs(5),
            "the token still opens something"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    let (_, refused) = program.session(&token(&login));
    assert_eq!(
        (&refused["code"], &refused["reason"]),
        (&json!("session_revoked"), &json!("kicked"))
    );
    assert_eq!(program.session(&token(&other)).0, 200);
    let again = output(folder.path(), &settings, &arguments);
    assert_eq!(succeeded(&again), json!({"revoked": 0}));
}
