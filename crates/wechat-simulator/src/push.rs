use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::Data;
use reqwest::Client;
use reqwest::redirect::Policy;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::event::{self, Event, Message};
use crate::rejection::Rejection;
use crate::server::State;

/// WeChat gives up after five seconds, and then tries again; here once is enough.
const PATIENCE: Duration = Duration::from_secs(5);
const SHOWN: usize = 1024;

/// Which event, and whose.
#[derive(Deserialize)]
pub(crate) struct Push {
    pub(crate) event: Event,
    pub(crate) app_id: String,
    pub(crate) person: String,
    /// Where to, in place of the app's own address.
    pub(crate) url: Option<String>,
    pub(crate) revoke_info: Option<String>,
}

/// What the app's server said to it.
#[derive(Serialize)]
pub(crate) struct Pushed {
    pub(crate) url: String,
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// Takes back the person's consent, and then tells the app's server.
pub(crate) async fn push(state: Data<State>, push: Push) -> Result<Pushed, Rejection> {
    let (url, message) = prepare(&state, push)?;
    let shown = url.to_string();
    let unreachable = |error: reqwest::Error| {
        let why = error.without_url();
        Rejection::new(
            StatusCode::BAD_GATEWAY,
            format!("{shown} cannot be reached: {}.", root_of(&why)),
        )
    };
    let mut response = client()
        .post(url)
        .header("content-type", "application/json")
        .body(serde_json::to_string(&message).expect("a message is plain strings and numbers"))
        .send()
        .await
        .map_err(unreachable)?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        body.extend_from_slice(&chunk);
        if body.len() >= SHOWN {
            body.truncate(SHOWN);
            break;
        }
    }
    Ok(Pushed {
        status: response.status().as_u16(),
        body: String::from_utf8_lossy(&body).into_owned(),
        url: shown,
    })
}

fn prepare(state: &State, push: Push) -> Result<(Url, Message), Rejection> {
    let mut world = state.world();
    let app = world.apps.called(&push.app_id)?;
    let url = push.url.as_deref().or(app.event_url.as_deref()).ok_or_else(|| {
        Rejection::invalid(format!(
            "{} has no \"event_url\"; give a \"url\", or an app that has one.",
            app.app_id
        ))
    })?;
    let url =
        parse_url(url).ok_or_else(|| Rejection::invalid("\"url\" must be an http or https address."))?;
    let person = world.people.called(&push.person)?;
    let now = world.clock.now();
    world.revoke_consent(&app, &person.id);
    let message = Message::new(push.event, &app, &person.id, push.revoke_info, now);
    Ok((event::signed(&url, &app.event_token, now), message))
}

/// Where a message may be sent.
pub(crate) fn parse_url(text: &str) -> Option<Url> {
    Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// A new one each time: pushes are rare, and a kept connection would belong to another worker's runtime.
#[expect(
    clippy::disallowed_methods,
    reason = "the simulator is WeChat here; every limit is set below"
)]
fn client() -> Client {
    Client::builder()
        .timeout(PATIENCE)
        .redirect(Policy::none())
        .no_proxy()
        .build()
        .expect("nothing that could fail is configured")
}

/// The innermost cause, which is the one that helps: `Connection refused`.
fn root_of(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
