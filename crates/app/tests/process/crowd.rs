//! Everybody at once.
//!
//! A debug build is ten times as slow, the machine has other tests to run, and a login still has to end within four seconds: so a few at a
//! time, but all of them where `WECHAT_LOGIN_TEST_CROWD=1000` says so, as it should for a build to deploy (`WECHAT_LOGIN_TEST_PROGRAM`).

use std::{
    collections::BTreeSet,
    env,
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream};
use reqwest::Client;
use serde_json::{Value, json};

use crate::{
    mariadb::{Database, Server},
    program::Program,
    redis::OwnRedis,
};

const LOGINS: usize = 1000;

/// How many of them come at the same moment.
fn at_once() -> usize {
    let at_once = env::var("WECHAT_LOGIN_TEST_CROWD");
    at_once.map_or(LOGINS / 20, |number| number.parse().expect("a number"))
}

/// What became of a login.
struct Login {
    status: u16,
    json: Value,
    took: Duration,
}

async fn codes(client: &Client, simulator: &str, person: &str) -> Vec<Value> {
    let body = json!({"app_id": "shop_mini", "person": person});
    let asked = (0..LOGINS).map(|_| async {
        let answer = client
            .post(format!("{simulator}/simulator/codes"))
            .json(&body)
            .send()
            .await;
        let code: Value = answer.expect("the simulator answers").json().await.expect("JSON");
        code["code"].clone()
    });
    stream::iter(asked).buffer_unordered(20).collect().await
}

async fn log_in(client: Client, url: String, code: Value) -> Login {
    let began = Instant::now();
    let answer = client
        .post(url)
        .json(&json!({"code": code}))
        .send()
        .await
        .expect("it answers");
    let status = answer.status().as_u16();
    Login {
        status,
        json: answer.json().await.expect("JSON"),
        took: began.elapsed(),
    }
}

/// Half of them at each process.
async fn everybody_logs_in(wechat: &str, processes: [String; 2]) -> Vec<Login> {
    #[expect(
        clippy::disallowed_methods,
        reason = "these are the people at the other end, not our way to WeChat"
    )]
    let client = Client::builder()
        .no_proxy()
        .timeout(Duration::from_mins(1))
        .build();
    let client = client.expect("nothing is special about it");
    let codes = codes(&client, wechat, "小明").await;
    let logins = codes.into_iter().enumerate().map(|(n, code)| {
        let url = format!("{}/v1/login/mini-program", processes[n % 2]);
        let login = log_in(client.clone(), url, code);
        async { tokio::spawn(login).await.expect("no panic") }
    });
    stream::iter(logins).buffer_unordered(at_once()).collect().await
}

#[test]
fn a_thousand_first_logins_of_one_person_over_two_processes_make_one_user_and_none_fails() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let redis = OwnRedis::start(&[]);
    let database = Database::migrated(&Server::of_all_tests());
    let settings = [
        ("database.url", database.url()),
        ("sessions.url", redis.url()),
        (
            "security.encryption_key",
            "d2VjaGF0LWxvZ2luIHRlc3RzOiAzMiBieXRlcyBrZXk=".to_owned(),
        ),
    ];
    let settings = settings.each_ref().map(|(key, value)| (*key, value.as_str()));
    let first = Program::start(folders[0].path(), &settings, &[("RUST_LOG", "warn")]);
    let wechat = format!("http://{}", first.simulator);
    let same_wechat = [settings.as_slice(), &[("wechat.api_url", &wechat)]].concat();
    let second = Program::start(folders[1].path(), &same_wechat, &[("RUST_LOG", "warn")]);
    let processes = [&first, &second].map(|process| format!("http://{}", process.address));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let logins = runtime.block_on(everybody_logs_in(&wechat, processes));

    let mut took: Vec<_> = logins.iter().map(|login| login.took).collect();
    took.sort_unstable();
    println!(
        "p50 {:?}, p99 {:?}, max {:?}",
        took[LOGINS / 2],
        took[LOGINS * 99 / 100],
        took[LOGINS - 1]
    );
    let failed: Vec<_> = logins.iter().filter(|login| login.status != 200).collect();
    let reasons: BTreeSet<_> = failed
        .iter()
        .map(|login| login.json["code"].to_string())
        .collect();
    assert!(failed.is_empty(), "{} failed: {reasons:?}", failed.len());
    let users: BTreeSet<_> = logins
        .iter()
        .map(|login| login.json["user"]["id"].to_string())
        .collect();
    let new = logins
        .iter()
        .filter(|login| login.json["is_new_user"] == true)
        .count();
    assert_eq!((users.len(), new), (1, 1));
    assert_eq!((database.count("users"), database.count("login_methods")), (1, 2));
    assert_eq!(redis.count(":session:"), LOGINS);
}
