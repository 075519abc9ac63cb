//! The one way to ask WeChat something.

use std::time::{Duration, Instant};

use reqwest::{Response, header::CONTENT_TYPE};
use serde_json::{Map, Value};
use url::Url;
use wechat_login_domain::{AppId, ports::WeChatError};

use crate::{
    HttpWeChat,
    errcode::{self, Credential},
    failure::Failure,
    lenient_json,
};

/// No answer in JSON comes near this; more is not WeChat's.
const LONGEST_ANSWER: usize = 64 * 1024;

/// A question to WeChat. Its query and body hold secrets, so it has no `Debug`.
pub(crate) struct Call<'a> {
    pub(crate) path: &'static str,
    pub(crate) app_id: &'a AppId,
    /// What some errcodes mean depends on it.
    pub(crate) shows: Credential,
    pub(crate) method: Method<'a>,
    pub(crate) query: &'a [(&'static str, &'a str)],
    /// The errcodes that are an answer to this question, and no refusal.
    pub(crate) answers: &'static [i64],
    /// The errcodes that refuse the code that this question brings, besides those that do so wherever they come.
    pub(crate) rejects_code: &'static [i64],
}

/// How to ask.
pub(crate) enum Method<'a> {
    Get,
    /// With this JSON.
    Post(&'a Value),
}

impl<'a> Call<'a> {
    pub(crate) const fn get(
        path: &'static str,
        app_id: &'a AppId,
        shows: Credential,
        query: &'a [(&'static str, &'a str)],
    ) -> Self {
        Self {
            path,
            app_id,
            shows,
            method: Method::Get,
            query,
            answers: &[],
            rejects_code: &[],
        }
    }

    pub(crate) const fn post(self, body: &'a Value) -> Self {
        Self {
            method: Method::Post(body),
            ..self
        }
    }

    /// What this refusal means for the login.
    pub(crate) fn meaning(&self, errcode: i64) -> WeChatError {
        if self.rejects_code.contains(&errcode) {
            WeChatError::CodeRejected
        } else {
            errcode::meaning(errcode, self.shows)
        }
    }
}

impl HttpWeChat {
    /// Asks once, and has an answer or gives up `within` this time. `read` takes what it needs out of an answer that
    /// is no refusal, or says what is wrong with it, in words that may be logged.
    pub(crate) async fn call<T>(
        &self,
        call: &Call<'_>,
        within: Duration,
        read: impl FnOnce(&Map<String, Value>) -> Result<T, &'static str>,
    ) -> Result<T, WeChatError> {
        let began = Instant::now();
        // One clock over everything, name resolution to last byte: a body that drips cannot stretch it.
        let answer = match tokio::time::timeout(within, self.send(call)).await {
            Ok(answer) => answer,
            // It may have been connecting still, but nobody can tell: then the code may be spent.
            Err(_elapsed) => Err(Failure::unusable("no whole answer in time")),
        };
        answer
            .and_then(|body| understand(call, &body, read))
            .map_err(|failure| failure.log(call, began.elapsed()))
    }

    async fn send(&self, call: &Call<'_>) -> Result<Vec<u8>, Failure> {
        let url = self.url(call);
        let request = match call.method {
            Method::Get => self.http.get(url),
            // As one text: WeChat answers 412 to a body that comes in chunks.
            Method::Post(body) => self
                .http
                .post(url)
                .header(CONTENT_TYPE, "application/json")
                .body(body.to_string()),
        };
        let response = request.send().await?;
        let status = response.status();
        // A refusal comes with 200, so anything else is not WeChat's API that speaks: its edge, or a proxy.
        if !status.is_success() {
            return Err(Failure::unusable(format!("HTTP status {}", status.as_u16())));
        }
        read_body(response).await
    }

    fn url(&self, call: &Call<'_>) -> Url {
        let mut url = self.api_url.clone();
        let path = format!("{}{}", url.path().trim_end_matches('/'), call.path);
        url.set_path(&path);
        // An empty one would leave its question mark.
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(call.query);
        }
        url
    }
}

async fn read_body(mut response: Response) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > LONGEST_ANSWER {
            return Err(Failure::unusable("an answer of more than 64 KiB"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn understand<T>(
    call: &Call<'_>,
    body: &[u8],
    read: impl FnOnce(&Map<String, Value>) -> Result<T, &'static str>,
) -> Result<T, Failure> {
    let answer = lenient_json::object(body).ok_or(Failure::unusable("an answer that is no JSON object"))?;
    match errcode::find(&answer) {
        Some(errcode) if errcode == 0 || call.answers.contains(&errcode) => {
            read(&answer).map_err(Failure::unusable)
        }
        Some(errcode) => Err(Failure::refused(errcode, call, &answer)),
        None => Err(Failure::unusable("an errcode that is no whole number")),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::Settings;

    fn wechat(api_url: &str) -> HttpWeChat {
        let settings = Settings {
            api_url: Url::parse(api_url).unwrap(),
            connect_timeout: Duration::from_secs(1),
            proxy: None,
            ca_file: None,
        };
        HttpWeChat::new(settings, BTreeMap::new()).unwrap()
    }

    fn call<'a>(app_id: &'a AppId, query: &'a [(&'static str, &'a str)]) -> Call<'a> {
        Call::get("/sns/jscode2session", app_id, Credential::AppSecret, query)
    }

    fn url(api_url: &str, query: &[(&'static str, &str)]) -> Url {
        let app_id = AppId::parse("wx1").unwrap();
        wechat(api_url).url(&call(&app_id, query))
    }

    #[test]
    fn a_path_in_front_of_the_api_is_kept() {
        for (api_url, expected) in [
            ("http://host", "http://host/sns/jscode2session?a=b"),
            ("http://host/", "http://host/sns/jscode2session?a=b"),
            ("http://host/wechat/", "http://host/wechat/sns/jscode2session?a=b"),
        ] {
            assert_eq!(url(api_url, &[("a", "b")]).as_str(), expected);
        }
        assert_eq!(url("http://host", &[]).as_str(), "http://host/sns/jscode2session");
    }

    proptest! {
        #[test]
        fn no_value_becomes_a_second_parameter(code: String, secret: String) {
            let query = [("secret", secret.as_str()), ("js_code", code.as_str())];
            let url = url("http://host", &query);
            let pairs: Vec<_> = url.query_pairs().collect();
            prop_assert_eq!(pairs, query.map(|(name, value)| (name.into(), value.into())));
            prop_assert_eq!(url.query().unwrap_or_default().split('&').count(), 2);
            prop_assert_eq!(url.fragment(), None);
        }

        #[test]
        fn no_answer_makes_it_panic(body: Vec<u8>) {
            let app_id = AppId::parse("wx1").unwrap();
            let _ = understand(&call(&app_id, &[]), &body, |_answer| Ok(()));
        }
    }
}
