use std::net::IpAddr;
use std::sync::Arc;

use actix_web::web::{Data, Json};
use serde::Deserialize;

use crate::app::{App, Channel, DEFAULT_EVENT_TOKEN};
use crate::push::parse_url;
use crate::random;
use crate::rejection::Rejection;
use crate::server::State;
use crate::world::World;

/// What a new app must or may say about itself.
#[derive(Clone, Deserialize)]
pub(super) struct NewApp {
    channel: Channel,
    app_id: Option<String>,
    secret: Option<String>,
    name: Option<String>,
    /// Null is an answer of its own: not bound.
    #[serde(default = "default_open_platform")]
    open_platform: Option<String>,
    callback_domain: Option<String>,
    callback_scheme: Option<String>,
    #[serde(default)]
    ip_allowlist: Vec<IpAddr>,
    phone_enabled: Option<bool>,
    #[serde(default)]
    published_pages: Vec<String>,
    event_url: Option<String>,
    event_token: Option<String>,
}

#[expect(clippy::unnecessary_wraps, reason = "the type of the field")]
fn default_open_platform() -> Option<String> {
    Some("default".to_owned())
}

pub(super) async fn list(state: Data<State>) -> Json<Vec<App>> {
    let apps = state.world().apps.all().to_vec();
    Json(apps.iter().map(|app| App::clone(app)).collect())
}

pub(super) fn add(world: &mut World, new: &NewApp) -> Result<Arc<App>, Rejection> {
    let new = new.clone();
    let app_id = new
        .app_id
        .unwrap_or_else(|| format!("wx{}", random::hex(&random::bytes::<8>())));
    let app = App {
        name: new.name.unwrap_or_else(|| default_name(new.channel, &app_id)),
        app_id,
        secret: new.secret.unwrap_or_else(|| random::hex(&random::bytes::<16>())),
        channel: new.channel,
        open_platform: new.open_platform,
        callback_domain: new.callback_domain,
        callback_scheme: new.callback_scheme,
        ip_allowlist: new.ip_allowlist,
        phone_enabled: new.phone_enabled.unwrap_or(true),
        published_pages: new.published_pages,
        event_url: new.event_url,
        event_token: new.event_token.unwrap_or_else(|| DEFAULT_EVENT_TOKEN.to_owned()),
    };
    check("app_id", &app.app_id, |letter| {
        letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-')
    })?;
    check("secret", &app.secret, |letter| letter.is_ascii_graphic())?;
    check("name", &app.name, |letter| !letter.is_control())?;
    if let Some(account) = &app.open_platform {
        check("open_platform", account, |letter| !letter.is_control())?;
    }
    if let Some(domain) = &app.callback_domain {
        // A scheme, a port or a path, as people paste them into WeChat's console, never match anything there.
        check("callback_domain", domain, |letter| {
            letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-')
        })?;
    }
    if !matches!(app.callback_scheme.as_deref(), None | Some("http" | "https")) {
        return Err(Rejection::invalid(
            "\"callback_scheme\" must be \"http\" or \"https\".",
        ));
    }
    for page in &app.published_pages {
        check("published_pages", page, |letter| !letter.is_control())?;
    }
    if app
        .event_url
        .as_deref()
        .is_some_and(|url| parse_url(url).is_none())
    {
        return Err(Rejection::invalid(
            "\"event_url\" must be an http or https address.",
        ));
    }
    check("event_token", &app.event_token, |letter| {
        letter.is_ascii_alphanumeric()
    })?;
    world.apps.add(app)
}

/// The end of the id tells several apps of one channel apart.
fn default_name(channel: Channel, app_id: &str) -> String {
    let tail = app_id
        .get(app_id.len().saturating_sub(6)..)
        .unwrap_or_default()
        .to_lowercase();
    format!("{}_{tail}", channel.as_str())
}

fn check(field: &str, text: &str, allowed: fn(char) -> bool) -> Result<(), Rejection> {
    if text.trim().is_empty() || text.chars().count() > 64 || !text.chars().all(allowed) {
        return Err(Rejection::invalid(format!(
            "\"{field}\" must be 1 to 64 characters that may stand there."
        )));
    }
    Ok(())
}
