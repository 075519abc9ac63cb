//! What goes over the wire for each question, and what each refusal and each fault means to it.

use wechat_login_domain::{
    OauthCode,
    ports::{WeChat, WeChatError},
};

use crate::{
    answers::{ok, ok_and_stay, refusal_body},
    client::{APP_ID, CODE, NICKNAME, OPENID, PATIENT, SECRET, TOKEN, app, wechat},
    faults::faults,
    question::Question::{self, AppToken, CheckSession, OauthCode as Oauth, PhoneNumber, UserInfo},
    refusals::refusals,
    server::{ClosedPort, Server, Step},
};

/// What this refusal means where it is no answer.
fn meaning(question: Question, errcode: &str, in_general: WeChatError) -> WeChatError {
    match (errcode, question) {
        ("40001" | "40014" | "42001", PhoneNumber | CheckSession) => WeChatError::AccessTokenRejected,
        ("40003", PhoneNumber) | ("40001" | "40003" | "40014" | "42001", UserInfo) => {
            WeChatError::CodeRejected
        }
        _ => in_general,
    }
}

/// Asks everything at the same time, each of a server of its own.
async fn ask_everything<T, F>(ask: impl Fn(Question) -> F) -> Vec<(Question, T)>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let asked = Question::ALL.map(|question| (question, tokio::spawn(ask(question))));
    let mut answers = Vec::new();
    for (question, answer) in asked {
        answers.push((question, answer.await.unwrap()));
    }
    answers
}

#[tokio::test]
async fn each_question_is_one_plain_request() {
    // The key is base64 text, and the message is empty.
    let signature = "eacc36ccc714449249746d457a348612597a28a632486fcf5ed5b45238c02864";
    for (question, line, body) in [
        (
            Oauth,
            format!(
                "GET /sns/oauth2/access_token?appid={APP_ID}&secret={SECRET}&code={CODE}&grant_type=authorization_code HTTP/1.1"
            ),
            String::new(),
        ),
        (
            UserInfo,
            format!("GET /sns/userinfo?access_token={TOKEN}&openid={OPENID}&lang=zh_CN HTTP/1.1"),
            String::new(),
        ),
        (
            PhoneNumber,
            format!("POST /wxa/business/getuserphonenumber?access_token={TOKEN} HTTP/1.1"),
            format!(r#"{{"code":"{CODE}","openid":"{OPENID}"}}"#),
        ),
        (
            CheckSession,
            format!(
                "GET /wxa/checksession?access_token={TOKEN}&openid={OPENID}&signature={signature}&sig_method=hmac_sha256 HTTP/1.1"
            ),
            String::new(),
        ),
        (
            AppToken,
            "POST /cgi-bin/stable_token HTTP/1.1".to_owned(),
            format!(
                r#"{{"appid":"{APP_ID}","force_refresh":false,"grant_type":"client_credential","secret":"{SECRET}"}}"#
            ),
        ),
    ] {
        let server = Server::answering(ok(question.good_body())).await;
        question.ask(&server.url()).await.unwrap();
        let [request] = server.requests().try_into().unwrap();
        let (head, sent) = request.split_once("\r\n\r\n").unwrap();
        assert_eq!(head.lines().next(), Some(line.as_str()));
        assert_eq!(sent, body);
        let fields: Vec<_> = head.lines().skip(1).map(str::to_ascii_lowercase).collect();
        let names: Vec<_> = fields
            .iter()
            .filter_map(|field| field.split(':').next())
            .collect();
        if body.is_empty() {
            assert_eq!(names, ["accept", "host"]);
        } else {
            assert_eq!(names, ["content-type", "accept", "host", "content-length"]);
            assert!(fields.contains(&"content-type: application/json".to_owned()));
            assert!(fields.contains(&format!("content-length: {}", body.len())));
        }
    }
}

#[tokio::test]
async fn each_good_answer_is_understood() {
    let answer = async |question: Question, body: String| {
        let server = Server::answering(ok(body)).await;
        question.ask(&server.url()).await.unwrap()
    };
    for (question, more, expected) in [
        (Oauth, "", "is_snapshot_user: false"),
        (Oauth, ",\"is_snapshotuser\":1", "is_snapshot_user: true"),
        (Oauth, ",\"errcode\":0", "unionid: Some(UnionId(…))"),
        (UserInfo, ",\"errcode\":\"0\"", NICKNAME),
        (PhoneNumber, ",\"new\":[null]", "Phone(…)"),
        (CheckSession, ",\"new\":[null]", "Valid"),
        (AppToken, ",\"errcode\":0,\"errmsg\":\"ok\"", "expires_in: 7200s"),
    ] {
        let good = question.good_body();
        let body = format!("{}{more}}}", good.strip_suffix('}').unwrap());
        let shown = answer(question, body).await;
        assert!(shown.contains(expected), "{question:?}: {shown}");
    }
    let numeric = PhoneNumber.good_body().replace("\"86\"", "86");
    assert_eq!(answer(PhoneNumber, numeric).await, "Phone(…)");
}

#[tokio::test]
async fn a_nickname_costs_nobody_the_login() {
    let good = UserInfo.good_body();
    let (before, after) = good.split_once(NICKNAME).unwrap();
    for (nickname, expected) in [
        (&b"a\x14b"[..], "Some(\"a b\")"),
        (b"a\xff", "Some(\"a\u{fffd}\")"),
        (br"a\ud83d", "Some(\"a\u{fffd}\")"),
        (br"\ud83d\udc3c", "Some(\"🐼\")"),
        (b"", "None"),
        (b"\0", "None"),
    ] {
        let body = [before.as_bytes(), nickname, after.as_bytes()].concat();
        let server = Server::answering(ok(body)).await;
        let shown = UserInfo.ask(&server.url()).await.unwrap();
        assert!(shown.contains(&format!("nickname: {expected}")), "{shown}");
    }
}

#[tokio::test]
async fn a_session_key_that_wechat_has_no_more_is_stale_and_no_failure() {
    for errcode in ["87007", "87009", "\"87009\""] {
        let server = Server::answering(ok(refusal_body(errcode))).await;
        assert_eq!(
            CheckSession.ask(&server.url()).await.unwrap(),
            "Stale",
            "{errcode}"
        );
    }
}

#[tokio::test]
async fn what_says_of_a_session_key_that_it_is_stale_is_a_refusal_everywhere_else() {
    for errcode in ["87007", "87009"] {
        let answers = ask_everything(async move |question| {
            let server = Server::answering(ok(refusal_body(errcode))).await;
            question.ask(&server.url()).await
        });
        for (question, answer) in answers.await {
            if question == CheckSession {
                assert_eq!(answer.as_deref(), Ok("Stale"), "{errcode}");
            } else {
                assert_eq!(answer, Err(WeChatError::CodeRejected), "{errcode} {question:?}");
            }
        }
    }
}

#[tokio::test]
async fn each_refusal_of_each_question_says_what_it_means() {
    let more = ["40003", "40014", "41001", "42001"].map(|errcode| {
        let number = errcode.parse().unwrap();
        (errcode, WeChatError::Misconfigured { errcode: number })
    });
    for (errcode, in_general) in refusals().into_iter().chain(more) {
        let answers = ask_everything(async move |question| {
            let server = Server::answering(ok(refusal_body(errcode))).await;
            (question.ask(&server.url()).await, server.requests().len())
        });
        for (question, answer) in answers.await {
            let expected = meaning(question, errcode, in_general);
            assert_eq!(answer, (Err(expected), 1), "{errcode} {question:?}");
        }
    }
}

#[tokio::test]
async fn each_fault_ends_each_question_in_time_and_without_a_second_request() {
    for (fault, script) in faults() {
        let answers = ask_everything(|question| {
            let script = script.clone();
            async move {
                let server = Server::start(vec![script]).await;
                let answer = question.ask_impatiently(&server.url()).await;
                (answer, server.connections(), server.requests().len())
            }
        });
        for (question, (answer, connections, requests)) in answers.await {
            assert_eq!(answer, Err(WeChatError::Unavailable), "{fault} {question:?}");
            assert!(connections == 1 && requests <= 1, "{fault} {question:?}");
        }
    }
}

#[tokio::test]
async fn nothing_is_sent_again_on_a_warm_connection() {
    for question in Question::ALL {
        for end in [vec![], vec![Step::Reset]] {
            let answer = Step::Write(ok_and_stay(question.good_body()));
            let script = [vec![Step::Read, answer, Step::Read], end].concat();
            let server = Server::start(vec![script]).await;
            let wechat = wechat(&server.url());
            question.ask_of(&wechat, PATIENT).await.unwrap();
            let answer = question.ask_of(&wechat, PATIENT).await;
            assert_eq!(answer, Err(WeChatError::Unavailable), "{question:?}");
            let seen = (server.requests().len(), server.connections());
            assert_eq!(seen, (2, 1), "{question:?}");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_reached_was_not_asked() {
    let port = ClosedPort::reserve();
    let url = format!("http://{}", port.address());
    for question in Question::ALL {
        let answer = question.ask_impatiently(&url).await;
        assert_eq!(answer, Err(WeChatError::NotReached), "{question:?}");
    }
}

#[tokio::test]
async fn an_app_without_a_secret_gets_no_token_and_no_person() {
    let server = Server::answering(ok("{}")).await;
    let (wechat, app) = (wechat(&server.url()), app("wx2"));
    let code = OauthCode::parse(CODE).unwrap();
    let misconfigured = WeChatError::Misconfigured { errcode: 41004 };
    let exchange = wechat.exchange_oauth_code(&app, &code, PATIENT).await;
    assert_eq!(exchange, Err(misconfigured));
    let token = wechat.app_access_token(&app, PATIENT).await;
    assert_eq!(token, Err(misconfigured));
    assert_eq!(server.connections(), 0);
}
