//! Two instances of the service that share their stores are one service.

use std::{collections::BTreeSet, time::Duration};

use futures_util::{StreamExt, future::join_all, stream};
use serde_json::{Value, json};

use crate::{TestApp, answer::Answer};

/// What is promised of a logout on the other instances, and what a busy machine may add.
const EVERYWHERE_WITHIN: Duration = Duration::from_secs(5);
/// As many as a busy machine's two cores serve in time without optimisation, with the client in the same program.
const AT_ONCE: usize = 50;

#[tokio::test(flavor = "multi_thread")]
async fn a_login_on_one_is_a_session_on_the_other_and_so_is_a_logout() {
    let here = TestApp::spawn().await;
    let there = here.twin().await;
    let member = here.log_in("小明").await;
    let seen_there = member.at(&there).get("/v1/session").await;
    assert_eq!(seen_there.status, 200, "{}", seen_there.text);
    assert_eq!(seen_there.json()["session"]["id"], member.login["session"]["id"]);

    assert_eq!(member.at(&there).delete("/v1/session").await.status, 204);
    member
        .at(&there)
        .get("/v1/session")
        .await
        .problem(401, "session_revoked");
    let ended = async {
        while member.get("/v1/session").await.status == 200 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(EVERYWHERE_WITHIN, ended)
        .await
        .expect("the other instance hears of it");
    assert_eq!(member.get("/v1/session").await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_spent_everywhere() {
    let here = TestApp::spawn().await;
    let there = here.twin().await;
    let code = here.login_code("小明").await;
    let answers = join_all((0..20).map(|n| {
        let app = if n % 2 == 0 { &here } else { &there };
        app.log_in_with(json!({"code": code}))
    }))
    .await;
    let signed_in = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(signed_in, 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.problem(400, "login_code_rejected");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hundreds_of_first_logins_on_both_make_one_user_and_none_fails() {
    let here = TestApp::spawn().await;
    let there = here.twin().await;
    let codes = join_all((0..300).map(|_| here.login_code("小明"))).await;
    let logins = codes.into_iter().enumerate().map(|(n, code)| {
        let app = if n % 2 == 0 { &here } else { &there };
        app.log_in_with(json!({"code": code}))
    });
    let answers: Vec<_> = stream::iter(logins).buffer_unordered(AT_ONCE).collect().await;
    let failed: Vec<_> = answers.iter().filter(|answer| answer.status != 200).collect();
    assert!(
        failed.is_empty(),
        "{} failed, such as {:?}",
        failed.len(),
        failed[0]
    );
    let logins: Vec<Value> = answers.iter().map(Answer::json).collect();
    let users: BTreeSet<_> = logins
        .iter()
        .map(|login| login["user"]["id"].to_string())
        .collect();
    assert_eq!(users.len(), 1);
    let new = logins.iter().filter(|login| login["is_new_user"] == true).count();
    assert_eq!(new, 1);
}
