//! No secret reaches the log or the disk, at any level.

#![expect(clippy::unwrap_used, reason = "in the helpers too, what fails is the test")]

use std::{fs, path::Path};

use crate::program::{Program, exchange, request};

const PHONE: &str = "13912345678";

/// Every file below a folder.
fn contents(folder: &Path, all: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            contents(&path, all);
        } else {
            all.push((path.display().to_string(), fs::read(&path).expect("a file")));
        }
    }
}

/// Binds the phone number in both forms, and gives what must be seen nowhere.
fn bind_phones(program: &Program, header: &str, of_person: &str) -> Vec<String> {
    let phone = request(program.simulator, "POST", "/simulator/phone-data", "", of_person).1;
    let phone_code = "{\"app_id\":\"shop_mini\",\"person\":\"小明\",\"kind\":\"phone\"}";
    let phone_code = request(program.simulator, "POST", "/simulator/codes", "", phone_code).1;
    let mut secrets = vec![PHONE.to_owned()];
    for value in [&phone["encrypted_data"], &phone["iv"], &phone_code["code"]] {
        secrets.push(value.as_str().unwrap().to_owned());
    }
    let phone_code = serde_json::json!({"code": phone_code["code"]});
    for (body, wanted) in [(&phone, 200), (&phone_code, 200), (&phone_code, 400)] {
        let (path, body) = ("/v1/me/phone", body.to_string());
        let (status, user) = request(program.address, "POST", path, header, &body);
        assert_eq!(status, wanted, "{user}");
        assert!(!user.to_string().contains(PHONE), "{user}");
    }
    secrets
}

/// Signs in at the website, and gives what must be seen nowhere, and the state, which the store keeps.
fn sign_in_at_the_website(program: &Program) -> (Vec<String>, String) {
    let of_person = "{\"app_id\":\"shop_web\",\"person\":\"小明\"}";
    let code = request(program.simulator, "POST", "/simulator/codes", "", of_person).1;
    let code = code["code"].as_str().unwrap();
    let begun = exchange(program.address, "GET", "/v1/login/web", "", "");
    let (_, state) = begun.header("location").unwrap().split_once("state=").unwrap();
    let state = state.split(['&', '#']).next().unwrap().to_owned();
    let cookie = begun.header("set-cookie").unwrap().split(';').next().unwrap();
    let back = format!("/v1/login/web/callback?code={code}&state={state}");
    let header = format!("Cookie: {cookie}\r\n");
    let status = format!("/v1/login/web/{state}");
    for path in [&status, &back, &status, &back] {
        exchange(program.address, "GET", path, &header, "");
    }
    let signed_in = exchange(program.address, "GET", &back, &header, "");
    assert_eq!(signed_in.status, 303);
    let session = signed_in.header("set-cookie").unwrap();
    let value = |cookie: &str| cookie.split(['=', ';']).nth(1).unwrap().to_owned();
    (vec![code.to_owned(), value(cookie), value(session)], state)
}

#[test]
fn no_secret_reaches_the_log_or_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        ("clients.shop_api.secret", "CANARY-client-secret"),
        ("clients.shop_api.claims", "openid,unionid"),
    ];
    let program = Program::start(folder.path(), &settings, &[("RUST_LOG", "trace")]);
    let mut secrets = vec!["CANARY-client-secret".to_owned()];
    let mut note = |value: &serde_json::Value| secrets.push(value.as_str().unwrap().to_owned());

    let apps = request(program.simulator, "GET", "/simulator/apps", "", "").1;
    for app in apps.as_array().unwrap() {
        note(&app["secret"]);
    }
    let person = request(
        program.simulator,
        "POST",
        "/simulator/people",
        "",
        &format!("{{\"name\":\"小明\",\"phone\":\"{PHONE}\"}}"),
    )
    .1;
    let app_id = apps[0]["app_id"].as_str().unwrap();
    let openid = person["openids"][app_id].as_str().unwrap().to_owned();
    let unionid = person["unionids"]["default"].as_str().unwrap().to_owned();
    let of_person = "{\"app_id\":\"shop_mini\",\"person\":\"小明\"}";
    let code = request(program.simulator, "POST", "/simulator/codes", "", of_person).1;
    let data = request(program.simulator, "POST", "/simulator/user-info", "", of_person).1;
    for value in [&code["code"], &data["encrypted_data"], &data["iv"]] {
        note(value);
    }
    let body = serde_json::json!({
        "code": code["code"], "user_info": {"encrypted_data": data["encrypted_data"], "iv": data["iv"]},
    })
    .to_string();
    let idempotency = "Idempotency-Key: CANARY-idempotency\r\n";
    secrets.push("CANARY-idempotency".to_owned());
    let (status, login) = request(
        program.address,
        "POST",
        "/v1/login/mini-program",
        idempotency,
        &body,
    );
    assert_eq!(status, 200, "{login}");
    let token = login["token"].as_str().unwrap();
    secrets.push(token.to_owned());
    let header = format!("Authorization: Bearer {token}\r\n");
    for (method, path) in [
        ("GET", "/v1/session"),
        ("GET", "/v1/me"),
        ("GET", "/v1/session?check=wechat"),
    ] {
        request(program.address, method, path, &header, "");
    }
    secrets.extend(bind_phones(&program, &header, of_person));
    let (of_website, state) = sign_in_at_the_website(&program);
    secrets.extend(of_website);
    request(program.address, "GET", "/v1/me/login-methods", &header, "");
    request(program.address, "DELETE", "/v1/session", &header, "");
    request(program.address, "GET", "/v1/me", &header, "");
    let twice = format!("{{\"code\":{}}}", code["code"]);
    request(program.address, "POST", "/v1/login/mini-program", "", &twice);
    let garbage = "{\"code\":\"CANARY code with blanks\",\"openid\":\"CANARY-openid\"}";
    request(program.address, "POST", "/v1/login/mini-program", "", garbage);
    request(
        program.address,
        "GET",
        "/CANARY-path?code=CANARY-query",
        "Authorization: Bearer CANARY-token\r\n",
        "",
    );
    secrets.extend(["CANARY".to_owned()]);

    program.signal("TERM");
    drop(program);
    let mut files = Vec::new();
    contents(folder.path(), &mut files);
    let log = files
        .iter()
        .find(|(name, _)| name.ends_with("/log"))
        .expect("a log");
    let text = String::from_utf8(log.1.clone()).expect("a log is text");
    assert!(text.contains("request served"), "{text}");
    for personal in [&openid, &unionid, &state] {
        assert!(!text.contains(personal.as_str()), "{personal} is in the log");
    }
    for (name, bytes) in &files {
        for secret in &secrets {
            let is_there = bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes());
            assert!(!is_there, "{secret} is in {name}");
        }
    }
}
