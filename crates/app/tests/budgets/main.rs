//! What a request may cost, counted: calls to WeChat and statements, BEGIN and COMMIT among them.
//!
//! A program of its own, since the counter sits in every database connection of the process.

#[path = "../api/answer.rs"]
#[expect(dead_code, reason = "shared with the black-box tests, which use all of it")]
mod answer;
#[path = "../api/stores.rs"]
#[expect(dead_code, reason = "shared with the black-box tests, which use all of it")]
mod stores;
#[path = "../api/test_app.rs"]
#[expect(dead_code, reason = "shared with the black-box tests, which use all of it")]
mod test_app;
#[path = "../api/wechat_stub.rs"]
#[expect(dead_code, reason = "shared with the black-box tests, which use all of it")]
mod wechat_stub;

use std::sync::Mutex;

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use serde_json::json;
use test_app::TestApp;
use wechat_stub::{Behaviour, WeChatStub};

static STATEMENTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Counter;

impl Instrumentation for Counter {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        let statement = match event {
            InstrumentationEvent::StartQuery { query, .. } => query.to_string(),
            _ => return,
        };
        // What goes on beside the requests: following the record of revocations, and clearing away.
        let is_background = (statement.contains("SELECT") && statement.contains("revocations"))
            || statement.starts_with("DELETE")
            || statement.to_ascii_lowercase().contains("pragma")
            || statement.contains("unixepoch");
        if !is_background {
            STATEMENTS
                .lock()
                .expect("no panic while counting")
                .push(statement);
        }
    }
}

/// What was said to the database since the last time.
fn statements() -> Vec<String> {
    std::mem::take(&mut *STATEMENTS.lock().expect("no panic while counting"))
}

const KNOWN: &str = r#"{"session_key":"AAECAwQFBgcICQoLDA0ODw==","openid":"oGZUI0egBJY1zhBYw2KhdUfwVJJE","unionid":"ocMvos6NjeKLIBqg5Mr9QjxrP1FA","access_token":"a-token","nickname":"小明"}"#;

#[tokio::test(flavor = "multi_thread")]
async fn logins_and_checks_stay_within_their_budgets() {
    set_default_instrumentation(|| Some(Box::new(Counter))).expect("nothing else instruments");
    let stub = WeChatStub::start(Behaviour::Body(KNOWN)).await;
    let app = stub.app().await;
    let sign_in = async |code: &str| {
        let before = stub.calls();
        statements();
        let answer = app.log_in_with(json!({"code": code})).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        (answer.json(), stub.calls() - before, statements())
    };

    let (login, calls, said) = sign_in("first").await;
    assert_eq!((&login["is_new_user"], calls), (&json!(true), 1));
    assert!(
        said.len() <= 6 + 4,
        "a first login said {}: {said:#?}",
        said.len()
    );
    assert!(
        said.iter().any(|statement| statement.contains("INSERT")),
        "nothing was counted: {said:?}"
    );

    let (login, calls, said) = sign_in("second").await;
    assert_eq!((&login["is_new_user"], calls), (&json!(false), 1));
    assert!(
        said.len() <= 2 + 4,
        "a known user's login said {}: {said:#?}",
        said.len()
    );

    web_logins_stay_within_their_budgets(&stub, &app).await;

    // The answer of /v1/session also shows the user: one statement for the check, one for that.
    let token = login["token"].as_str().expect("a token");
    statements();
    let answer = answer::Answer::of(answer::http().get(app.url("/v1/session")).bearer_auth(token)).await;
    let said = statements();
    assert_eq!(answer.status, 200);
    let checks = said
        .iter()
        .filter(|statement| statement.contains("sessions"))
        .count();
    assert_eq!((checks, said.len()), (1, 2), "a check said {said:#?}");

    // A gateway asks with every request: whose token it is costs a look-up where there was none for a second, and then nothing.
    let verify = async || {
        statements();
        let request = answer::http().get(app.url("/v1/auth/verify")).bearer_auth(token);
        assert_eq!(answer::Answer::of(request).await.status, 200);
        statements()
    };
    let first = verify().await;
    let of_users = |said: &[String]| {
        said.iter()
            .filter(|statement| !statement.contains("sessions"))
            .count()
    };
    assert_eq!(of_users(&first), 1, "a look-up said {first:#?}");
    let warm = verify().await;
    assert_eq!(of_users(&warm), 0, "a warm check said {warm:#?}");
    assert!(warm.len() <= 1, "sessions are embedded: {warm:#?}");

    // Garbage costs nothing.
    for token in ["garbage", &token.replace("wl_", "wl_0")] {
        let answer = answer::Answer::of(answer::http().get(app.url("/v1/session")).bearer_auth(token)).await;
        assert_eq!(answer.status, 401);
    }
    assert_eq!(statements(), Vec::<String>::new());
}

/// Two calls to WeChat: who it is, and what they are called. The first login through the website links its openid, and takes over what the
/// person is called; the second one hears nothing new.
async fn web_logins_stay_within_their_budgets(stub: &WeChatStub, app: &TestApp) {
    for (code, most) in [("web-first", 6 + 4), ("web-second", 2 + 4)] {
        let begun = app.get("/v1/login/web").await;
        let cookie = begun.header("set-cookie").expect("a cookie").split(';').next();
        let (_, state) = begun
            .header("location")
            .and_then(|to| to.trim_end_matches("#wechat_redirect").rsplit_once("state="))
            .expect("a state");
        let before = stub.calls();
        statements();
        let callback = app.url(&format!("/v1/login/web/callback?code={code}&state={state}"));
        let request = answer::http()
            .get(callback)
            .header("cookie", cookie.expect("a pair"));
        let answer = answer::Answer::of(request).await;
        let said = statements();
        assert_eq!(answer.status, 303, "{}", answer.text);
        assert_eq!(stub.calls() - before, 2);
        assert!(said.len() <= most, "{code} said {}: {said:#?}", said.len());
    }
}
