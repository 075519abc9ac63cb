//! `/v1/auth/verify`

use std::time::{Duration, Instant};

use wechat_login_domain::{ExternalId, Scope, ScopeChange, UserReference};

use crate::{
    TestApp,
    answer::{Answer, http},
    test_app::Member,
};

const HEADERS: [&str; 6] = [
    "x-login-user-id",
    "x-login-external-id",
    "x-login-scope",
    "x-login-session-id",
    "x-login-app",
    "x-login-channel",
];

fn who(member: &Member) -> Vec<UserReference> {
    UserReference::parse(member.user_id())
}

fn scopes(words: &[&str]) -> ScopeChange {
    ScopeChange::Set(
        words
            .iter()
            .map(|word| Scope::parse(word).expect("a scope"))
            .collect(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_learns_whose_token_it_is() {
    let app = TestApp::spawn().await;
    let member = app.log_in("小明").await;
    let operator = app.operator().await;
    let external_id = ExternalId::parse("客户 7%").expect("an id");
    operator
        .set_external_id
        .run(&who(&member), Some(&external_id))
        .await
        .expect("it is done");
    operator
        .change_scopes
        .run(&who(&member), &scopes(&["orders:read", "admin"]))
        .await
        .expect("it is done");

    let answer = member.get("/v1/auth/verify").await;
    assert_eq!((answer.status, answer.text.as_str()), (200, ""));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let session = &member.login["session"];
    let expected = [
        member.user_id(),
        "%E5%AE%A2%E6%88%B7%207%25",
        "orders:read admin",
        session["id"].as_str().expect("an id"),
        "shop_mini",
        "mini_program",
    ];
    for (name, value) in HEADERS.into_iter().zip(expected) {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_known_is_said_to_be_empty() {
    let app = TestApp::spawn().await;
    let member = app.log_in("小明").await;
    let answer = Answer::of(
        http()
            .get(app.url("/v1/auth/verify"))
            .bearer_auth(&member.token)
            .header("x-login-external-id", "admin")
            .header("x-login-scope", "everything")
            .header("x-forwarded-uri", "/public"),
    )
    .await;
    assert_eq!(answer.status, 200);
    for name in ["x-login-external-id", "x-login-scope"] {
        assert_eq!(answer.header(name), Some(""), "{name}");
        assert_eq!(answer.headers.get_all(name).iter().count(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_no_good_is_told_why_and_nothing_else() {
    let app = TestApp::spawn().await;
    let (out, expired) = (app.log_in("小明").await, app.log_in("小红").await);
    assert_eq!(out.delete("/v1/session").await.status, 204);
    let invalid = |why: &str| {
        Some(format!(
            "Bearer error=\"invalid_token\", error_description=\"{why}\""
        ))
    };
    let verify = |token: String| Answer::of(http().get(app.url("/v1/auth/verify")).bearer_auth(token));
    let mut answers = vec![
        (
            verify(out.token.clone()).await,
            "session_revoked",
            invalid("session_revoked:logged_out"),
        ),
        (
            verify("wl_x".to_owned()).await,
            "unauthenticated",
            invalid("unauthenticated"),
        ),
        (
            app.get("/v1/auth/verify").await,
            "unauthenticated",
            Some("Bearer realm=\"wechat-login\"".to_owned()),
        ),
    ];
    app.clock.advance(Duration::from_hours(24 * 8));
    answers.push((
        verify(expired.token.clone()).await,
        "session_expired",
        invalid("session_expired"),
    ));
    for (answer, code, challenge) in answers {
        answer.problem(401, code);
        assert_eq!(answer.header("www-authenticate"), challenge.as_deref(), "{code}");
        for name in HEADERS {
            assert_eq!(answer.header(name), None, "{code}: {name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_goes_on_by_being_verified() {
    let app = TestApp::spawn().await;
    let member = app.log_in("小明").await;
    for _ in 0..3 {
        app.clock.advance(Duration::from_hours(24 * 6));
        assert_eq!(member.get("/v1/auth/verify").await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_operator_changes_counts_within_a_second() {
    let app = TestApp::spawn().await;
    let member = app.log_in("小明").await;
    let operator = app.operator().await;
    for word in ["one", "two"] {
        assert_eq!(member.get("/v1/auth/verify").await.status, 200, "it is at hand");
        operator
            .change_scopes
            .run(&who(&member), &scopes(&[word]))
            .await
            .expect("it is done");
        let changed = Instant::now();
        loop {
            let asked_after = changed.elapsed();
            if member.get("/v1/auth/verify").await.header("x-login-scope") == Some(word) {
                break;
            }
            // A second, and another one for a look-up that a busy machine did not answer in time.
            assert!(asked_after < Duration::from_secs(2), "{word}");
        }
    }
}
