//! `wechat-login users`, beside a service that runs.

mod answers;

use std::{
    fs,
    path::Path,
    process::Output,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::program::{Program, output, request};

const CLIENT: [(&str, &str); 2] = [
    ("clients.shop_api.secret", "shop-secret"),
    ("clients.shop_api.claims", "openid,unionid,phone"),
];

fn users(folder: &Path, arguments: &[&str]) -> Output {
    output(folder, &CLIENT, &[&["users"], arguments].concat())
}

/// What a script reads.
fn json(folder: &Path, arguments: &[&str]) -> Value {
    let done = users(folder, &[arguments, &["--json"]].concat());
    assert!(done.status.success(), "{arguments:?}: {}", errors(&done));
    serde_json::from_slice(&done.stdout).expect("it is JSON")
}

fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("text")
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

/// Asks until the answer is as wanted, which must be within a second.
fn within_a_second(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(1), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn person(program: &Program, name: &str) -> Value {
    let body = json!({"name": name}).to_string();
    let (status, person) = request(program.simulator, "POST", "/simulator/people", "", &body);
    assert_eq!(status, 200, "{person}");
    person
}

fn app_id(program: &Program) -> String {
    let apps = request(program.simulator, "GET", "/simulator/apps", "", "").1;
    apps[0]["app_id"].as_str().expect("an AppID").to_owned()
}

fn id(login: &Value) -> &str {
    login["user"]["id"].as_str().expect("an id")
}

fn token(login: &Value) -> &str {
    login["token"].as_str().expect("a token")
}

#[test]
fn a_disabled_user_is_out_of_a_running_service_within_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &CLIENT, &[]);
    let (login, other) = (program.log_in("小明"), program.log_in("小红"));
    assert_eq!(program.session(token(&login)).0, 200);

    let disabled = json(folder.path(), &["disable", id(&login)]);
    assert_eq!(disabled["users"][0]["state"], "disabled");
    within_a_second("the token still opens something", || {
        program.session(token(&login)).0 == 401
    });
    let (_, refused) = program.session(token(&login));
    assert_eq!(
        (&refused["code"], &refused["reason"]),
        (&json!("session_revoked"), &json!("user_disabled"))
    );
    assert_eq!(program.session(token(&other)).0, 200);
    let code = json!({"app_id": "shop_mini", "person": "小明"}).to_string();
    let code = request(program.simulator, "POST", "/simulator/codes", "", &code).1;
    let body = json!({"code": code["code"]}).to_string();
    let (status, refused) = request(program.address, "POST", "/v1/login/mini-program", "", &body);
    assert_eq!((status, &refused["code"]), (403, &json!("user_disabled")));

    assert_eq!(
        json(folder.path(), &["enable", id(&login)])["users"][0]["state"],
        "active"
    );
    let again = program.log_in("小明");
    assert_eq!(id(&again), id(&login));
    assert_eq!(program.session(token(&again)).0, 200);
    assert_eq!(program.session(token(&login)).0, 401, "no session comes back");
}

#[test]
fn revoked_sessions_are_over_within_a_second_and_in_no_list() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &CLIENT, &[]);
    let logins = [program.log_in("小明"), program.log_in("小明")];
    let listed = users(folder.path(), &["sessions", id(&logins[0]), "--json"]);
    for login in &logins {
        assert!(!text(&listed).contains(token(login)), "a token is in the list");
    }
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    let sessions = listed["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    assert_eq!(sessions[0]["id"], logins[1]["session"]["id"], "the latest first");
    assert_eq!(sessions[0]["app"], "shop_mini");
    assert_eq!(sessions[0]["created_at"], logins[1]["session"]["created_at"]);

    assert_eq!(
        json(folder.path(), &["revoke-sessions", id(&logins[0])]),
        json!({"revoked": 2})
    );
    for login in &logins {
        within_a_second("the token still opens something", || {
            program.session(token(login)).0 == 401
        });
        let (_, refused) = program.session(token(login));
        assert_eq!(refused["reason"], "kicked", "{refused}");
    }
    assert_eq!(
        json(folder.path(), &["sessions", id(&logins[0])]),
        json!({"sessions": []})
    );
    assert_eq!(
        json(folder.path(), &["revoke-sessions", id(&logins[0])]),
        json!({"revoked": 0})
    );
    assert_eq!(program.session(token(&program.log_in("小明"))).0, 200);
}

#[test]
fn a_merge_and_its_undoing_reach_a_running_service_within_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &CLIENT, &[]);
    let (older, younger) = (program.log_in("小明"), program.log_in("小红"));
    let merged = json(folder.path(), &["merge", id(&younger), id(&older)]);
    assert_eq!(merged["users"][0]["id"], older["user"]["id"]);
    assert_eq!(merged["users"][0]["former_ids"], json!([younger["user"]["id"]]));

    let who = |login: &Value| {
        let header = format!("Authorization: Bearer {}\r\n", token(login));
        request(program.address, "GET", "/v1/me", &header, "")
    };
    within_a_second("the merged user's token still means them", || {
        who(&younger).1["id"] == older["user"]["id"]
    });
    let credentials = STANDARD.encode("shop_api:shop-secret");
    let basic = format!("Authorization: Basic {credentials}\r\n");
    let path = format!("/v1/users/{}", id(&younger));
    let (_, account) = request(program.address, "GET", &path, &basic, "");
    assert_eq!(account["id"], older["user"]["id"]);
    assert_eq!(account["former_ids"], json!([younger["user"]["id"]]));
    assert_eq!(
        json(folder.path(), &["sessions", id(&older)])["sessions"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(id(&program.log_in("小红")), id(&older));

    let undone = json(folder.path(), &["undo-merge", id(&younger)]);
    assert_eq!(undone["users"][0]["id"], younger["user"]["id"]);
    assert_eq!(undone["users"][1]["id"], older["user"]["id"]);
    within_a_second("the survivor's sessions go on", || who(&older).0 == 401);
    within_a_second("the token of before the merge does not mean its own user", || {
        who(&younger).1["id"] == younger["user"]["id"]
    });
    assert_eq!(id(&program.log_in("小红")), id(&younger));
    assert_eq!(id(&program.log_in("小明")), id(&older));
}

#[test]
fn a_user_is_shown_by_whatever_is_known_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &CLIENT, &[]);
    let login = program.log_in("小明");
    let known = person(&program, "小明");
    let openid = known["openids"][app_id(&program)].as_str().unwrap();
    let unionid = known["unionids"]["default"].as_str().unwrap();
    json(folder.path(), &["external-id", id(&login), "顾客 42"]);
    for who in [id(&login), openid, unionid, "external:顾客 42"] {
        let shown = json(folder.path(), &["show", who]);
        let user = &shown["users"][0];
        assert_eq!(user["id"], login["user"]["id"], "{who}");
        assert_eq!(user["external_id"], "顾客 42");
        assert_eq!(user["created_at"], login["user"]["created_at"]);
        assert_eq!(user["login_methods"].as_array().unwrap().len(), 2);
        assert_eq!(user["wechat"][0]["openid"], openid);
    }
    let shown = users(folder.path(), &["show", openid]);
    for word in [id(&login), "active", "顾客 42", "shop_mini", openid, unionid] {
        assert!(
            text(&shown).contains(word),
            "{word} is missing in\n{}",
            text(&shown)
        );
    }
    assert_eq!(json(folder.path(), &["conflicts"]), json!({"conflicts": []}));
}

#[test]
fn scopes_are_in_the_answer_to_the_next_question() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &CLIENT, &[]);
    let login = program.log_in("小明");
    for (arguments, wanted) in [
        (
            ["add", "orders:read", "vip"].as_slice(),
            json!(["orders:read", "vip"]),
        ),
        (&["remove", "vip"], json!(["orders:read"])),
        (&["set", "a", "b"], json!(["a", "b"])),
        (&["set"], json!([])),
    ] {
        let changed = json(folder.path(), &[&["scopes", id(&login)], arguments].concat());
        assert_eq!(changed["users"][0]["scopes"], wanted);
        assert_eq!(program.session(token(&login)).1["user"]["scopes"], wanted);
    }
    let refused = users(folder.path(), &["scopes", id(&login), "add", "two words"]);
    assert!(!refused.status.success());
}

#[test]
fn what_cannot_be_done_is_said_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = users(folder.path(), &["conflicts"]);
    assert_eq!(nowhere.status.code(), Some(78));
    assert!(
        errors(&nowhere).contains("there is no database"),
        "{}",
        errors(&nowhere)
    );
    assert!(!folder.path().join("data").exists(), "nothing was made");
    let typo = output(folder.path(), &[("server.typo", "1")], &["users", "conflicts"]);
    assert_eq!(typo.status.code(), Some(78));

    let program = Program::start(folder.path(), &CLIENT, &[]);
    let login = program.log_in("小明");
    for (arguments, message) in [
        (["show", "oNobody"].as_slice(), "there is no such user"),
        (&["disable", "+86 138 0013 8000"], "there is no such user"),
        (&["show", "two words"], "this is no user id"),
        (&["merge", id(&login), id(&login)], "both are user"),
        (&["undo-merge", id(&login)], "was not merged"),
        (&["undo-merge", "external:42"], "give the former id"),
        (&["import", "nowhere.ndjson"], "cannot read nowhere.ndjson"),
    ] {
        let refused = users(folder.path(), arguments);
        assert_eq!(refused.status.code(), Some(1), "{arguments:?}");
        let said = errors(&refused);
        assert!(
            said.contains(message) && said.lines().count() == 1,
            "{arguments:?}: {said}"
        );
        assert!(!said.contains("8000"), "{said}");
    }
}

#[test]
fn an_imported_person_is_found_at_their_first_login() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &CLIENT, &[]);
    let (known, app_id) = (person(&program, "小明"), app_id(&program));
    let openid = known["openids"][&app_id].as_str().unwrap();
    let good = json!({
        "external_id": "42", "created_at": "2020-01-31T08:00:00+08:00", "nickname": "小明", "phone": "138 0013 8000",
        "scopes": ["vip"], "wechat": [{"app_id": app_id, "openid": openid, "unionid": known["unionids"]["default"]}],
    });
    let thief = json!({"external_id": "43", "wechat": [{"app_id": app_id, "openid": openid}]});
    let file = format!(
        "{good}\n\n{thief}\n{{\"phone\":\"13900139000\",\"typo\":1}}\n{{\"phone\":\"1390013900\"}}\n"
    );
    fs::write(folder.path().join("people.ndjson"), file).unwrap();
    for counts in [
        "imported 1, unchanged 0, refused 3\n",
        "imported 0, unchanged 1, refused 3\n",
    ] {
        let done = users(folder.path(), &["import", "people.ndjson"]);
        assert_eq!(done.status.code(), Some(1));
        assert_eq!(text(&done), counts);
        let said = errors(&done);
        for line in [
            "line 3: its openid belongs to user ",
            ", who has another external_id",
            "line 4: typo is no field of a person",
            "line 5: phone must be a phone number",
        ] {
            assert!(said.contains(line), "{line} is missing in\n{said}");
        }
        for personal in ["139001390", openid] {
            assert!(!said.contains(personal), "{said}");
        }
    }

    let login = program.log_in("小明");
    assert_eq!(login["is_new_user"], false);
    let user = &login["user"];
    assert_eq!(user["external_id"], "42");
    assert_eq!(user["created_at"], "2020-01-31T00:00:00.000000Z");
    assert_eq!(
        (&user["nickname"], &user["scopes"]),
        (&json!("小明"), &json!(["vip"]))
    );
    assert_eq!(user["phone"], "+86138****8000");
    let basic = format!(
        "Authorization: Basic {}\r\n",
        STANDARD.encode("shop_api:shop-secret")
    );
    let (status, account) = request(program.address, "GET", "/v1/users/external:42", &basic, "");
    assert_eq!((status, &account["id"]), (200, &user["id"]));
    assert_eq!(account["phone"], "+8613800138000");
    assert_eq!(account["wechat"][0]["openid"], openid);
    for phone in ["13800138000", "+86 138-0013-8000"] {
        let shown = json(folder.path(), &["show", phone]);
        assert_eq!(shown["users"][0]["id"], user["id"]);
    }
}

#[test]
fn an_import_that_was_broken_off_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    assert!(output(folder.path(), &[], &["migrate"]).status.success());
    let people: Vec<_> = (0..1_200)
        .map(|n| json!({"external_id": n, "phone": 13_900_000_000_u64 + n}).to_string())
        .collect();
    // What was done when it was killed: some batches and no part of one.
    fs::write(folder.path().join("some"), people[..500].join("\n")).unwrap();
    fs::write(folder.path().join("all"), people.join("\n")).unwrap();
    assert_eq!(
        text(&users(folder.path(), &["import", "some"])),
        "imported 500, unchanged 0, refused 0\n"
    );
    let all = users(folder.path(), &["import", "all", "--json"]);
    assert!(all.status.success(), "{}", errors(&all));
    let counts: Value = serde_json::from_slice(&all.stdout).unwrap();
    assert_eq!(counts, json!({"imported": 700, "unchanged": 500, "refused": 0}));
    assert_eq!(
        text(&users(folder.path(), &["import", "all"])),
        "imported 0, unchanged 1200, refused 0\n"
    );
}

#[test]
fn lines_that_share_something_are_taken_in_the_order_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    assert!(output(folder.path(), &[], &["migrate"]).status.success());
    // A phone is that of the first line that has it, however many batches lie between.
    let people: Vec<_> = (0..6_000)
        .map(|n| json!({"external_id": n, "phone": 13_900_000_000_u64 + n % 1_500}).to_string())
        .collect();
    fs::write(folder.path().join("people"), people.join("\n")).unwrap();
    let done = users(folder.path(), &["import", "people"]);
    assert_eq!(text(&done), "imported 1500, unchanged 0, refused 4500\n");
    let errors = errors(&done);
    let refused = errors.lines().filter_map(|line| line.strip_prefix("line "));
    let numbers: Vec<u32> = refused
        .map(|line| line.split(':').next().unwrap().parse().unwrap())
        .collect();
    assert_eq!(numbers, (1_501..=6_000).collect::<Vec<_>>());
}
