//! Nothing secret reaches a log, at any level, from any library.

use url::Url;
use wechat_login_client::HttpWeChat;
use wechat_login_domain::{Error, ports::WeChatError};

use crate::{
    answers::{good_body, ok, ok_and_stay, refusal_body},
    client::{IMPATIENT, NICKNAME, PHONE, SESSION_KEY, ask, secrets, settings, wechat},
    faults::faults,
    log::Log,
    malformed::malformed,
    question::Question,
    refusals::refusals,
    server::{ClosedPort, Server, Step},
};

/// What tells WeChat that we know the `session_key`.
const SIGNATURE: &str = "eacc36ccc714449249746d457a348612597a28a632486fcf5ed5b45238c02864";

/// Every way in which a call ends, good or bad. What the answers look like in an error text or in `Debug` comes back.
async fn every_outcome() -> (String, usize) {
    let mut shown = Vec::new();
    let mut failed = 0;
    let port = ClosedPort::reserve();
    let tls = Server::start(vec![vec![Step::Write(ok(good_body()))]]).await;
    for question in Question::ALL {
        let mut scripts: Vec<_> = faults().into_iter().map(|(_, script)| script).collect();
        let refused = refusals()
            .into_iter()
            .map(|(errcode, _)| ok(refusal_body(errcode)));
        let good = ok(question.good_body());
        for answer in malformed(question).into_iter().chain(refused).chain([good]) {
            scripts.push(vec![Step::Read, Step::Write(answer)]);
        }
        let mut urls = vec![
            format!("http://{}", port.address()),
            format!("https://{}", tls.address),
            "http://wechat.invalid".to_owned(),
        ];
        let mut servers = Vec::new();
        for script in scripts {
            servers.push(Server::start(vec![script]).await);
        }
        urls.extend(servers.iter().map(Server::url));
        for answer in ask_all(question, urls).await {
            shown.push(format!("{answer:?}\n"));
            let Err(error) = answer else { continue };
            failed += 1;
            shown.push(format!(
                "{error} {:?} {}\n",
                Error::from(error),
                Error::from(error)
            ));
        }
    }
    (shown.concat(), failed)
}

/// A few at a time: most of the faults are waited for.
async fn ask_all(question: Question, urls: Vec<String>) -> Vec<Result<String, WeChatError>> {
    let mut answers = Vec::new();
    for some in urls.chunks(8) {
        let asked: Vec<_> = some
            .iter()
            .cloned()
            .map(|url| tokio::spawn(async move { question.ask_impatiently(&url).await }))
            .collect();
        for answer in asked {
            answers.push(answer.await.unwrap());
        }
    }
    answers
}

async fn through_a_proxy() -> String {
    let proxy = Server::answering(ok_and_stay(good_body())).await;
    let port = ClosedPort::reserve();
    let mut shown = Vec::new();
    for address in [proxy.address, port.address()] {
        for scheme in ["http", "https"] {
            let mut settings = settings(&format!("{scheme}://wechat.invalid"));
            let url = format!("http://CANARYuser:CANARYpassword@{address}");
            settings.proxy = Some(Url::parse(&url).unwrap());
            shown.push(format!("{settings:?}\n"));
            let wechat = HttpWeChat::new(settings, secrets()).unwrap();
            shown.push(format!("{wechat:?}\n"));
            for question in Question::ALL {
                shown.push(format!("{:?}\n", question.ask_of(&wechat, IMPATIENT).await));
            }
        }
    }
    shown.concat()
}

#[tokio::test]
async fn nothing_secret_is_logged_or_shown() {
    let log = Log::default();
    let (shown, failed) = {
        let _captured = log.capture();
        every_outcome().await
    };
    let text = log.text();
    assert_eq!(
        text.matches("wechat.path=").count(),
        failed,
        "one event per failed call"
    );
    let (proxied, shown) = {
        let _captured = log.capture();
        let proxied = through_a_proxy().await;
        (
            proxied,
            format!("{shown}{:?}", wechat("http://127.0.0.1:1/CANARYpath")),
        )
    };
    let everything = format!("{}{shown}{proxied}", log.text());
    // The base64 of `CANARYuser` and `CANARYpassword`, as far as it does not depend on what stands before.
    for secret in [
        "CANARY",
        SESSION_KEY,
        SIGNATURE,
        PHONE,
        "Q0FOQVJZ",
        "NBTkFSW",
        "DQU5BUl",
        "43414e415259",
    ] {
        let found = everything
            .find(secret)
            .map(|at| everything[at.saturating_sub(300)..].to_owned());
        assert!(found.is_none(), "{secret}: {:.600}", found.unwrap_or_default());
    }
    let text = log.text();
    assert!(!text.contains(NICKNAME));
    // All of it was captured, what libraries say too.
    for said in [
        " hyper_util::",
        " reqwest::",
        "wechat.jscode2session",
        "wechat.oauth2_access_token",
        "wechat.userinfo",
        "wechat.getuserphonenumber",
        "wechat.checksession",
        "wechat.stable_token",
        "wechat.app_id=wx0000000000000001",
        "wechat.errcode=40125",
        "wechat.rid=\"65a13fa1-50a5ffef-30645fdc\"",
        "duration_ms=",
        "HTTP status 502",
        "an answer of more than 64 KiB",
        "no whole answer in time",
        "cause=\"the AppSecret is not this app's\"",
        "Connection refused",
    ] {
        assert!(everything.contains(said), "{said}");
    }
}

#[tokio::test]
async fn what_the_operator_must_act_on_is_an_error_with_cause_and_cure() {
    for (errcode, expected) in [
        (
            "40125",
            [
                "ERROR",
                "WeChat refuses the app: the AppSecret is not this app's. Copy it",
            ],
        ),
        ("40164", ["ERROR", "Add it to the app's IP allow-list"]),
        (
            "77777",
            ["ERROR", "does not know the errcode. Look it up at https://"],
        ),
        ("40029", [" INFO", "WeChat does not accept the code"]),
        ("40226", [" WARN", "WeChat blocks the login"]),
        ("-1", [" WARN", "WeChat is busy"]),
    ] {
        let log = Log::default();
        let server = Server::answering(ok(refusal_body(errcode))).await;
        {
            let _captured = log.capture();
            ask(&server.url()).await.unwrap_err();
        }
        let text = log.text();
        let line = text.lines().find(|line| line.contains("wechat.path=")).unwrap();
        for part in expected {
            assert!(line.contains(part), "{part}: {line}");
        }
    }
}
