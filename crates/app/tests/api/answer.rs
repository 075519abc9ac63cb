//! Answers, read to the end.

use reqwest::{Client, RequestBuilder, header::HeaderMap};
use serde_json::Value;

thread_local! {
    // Made once a test: it reads the machine's certificates. Nothing is kept open, since a connection does not outlive its test's runtime.
    static CLIENT: Client = client();
}

/// A client that follows nothing and asks no proxy.
pub(crate) fn http() -> Client {
    CLIENT.with(Client::clone)
}

fn client() -> Client {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the person at the other end, not our way to WeChat"
    )]
    Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .pool_max_idle_per_host(0)
        .build()
        .expect("a client without special wishes")
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self {
            status,
            headers,
            text: response.text().await.expect("a whole body"),
        }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("text"))
    }

    /// Checks that this is the problem with that status and code, as every problem has to be, and gives it.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        let problem = self.json();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status);
        assert_eq!(problem["request_id"].as_str(), self.header("x-request-id"));
        for key in ["type", "title", "detail", "instance", "retry", "user_message"] {
            assert!(
                problem[key].as_str().is_some_and(|text| !text.is_empty()),
                "{key}: {problem}"
            );
        }
        problem
    }
}
