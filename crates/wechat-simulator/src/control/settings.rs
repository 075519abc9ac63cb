use std::time::Duration;

use actix_web::web::{Data, Json};
use serde::{Deserialize, Serialize};

use crate::rejection::Rejection;
use crate::server::State;
use crate::settings::Settings;
use crate::world::World;

#[derive(Deserialize)]
pub(super) struct Change {
    session_key_min_age: Option<String>,
    web_code_life: Option<String>,
    unknown_token_errcode: Option<i32>,
}

/// The settings, with durations as people write them.
#[derive(Serialize)]
pub(super) struct Shown {
    session_key_min_age: String,
    web_code_life: String,
    unknown_token_errcode: i32,
}

pub(super) async fn show(state: Data<State>) -> Json<Shown> {
    Json(Shown::new(&state.world().settings))
}

/// All of it or, where one value is wrong, nothing.
pub(super) fn change(world: &mut World, change: &Change) -> Result<Shown, Rejection> {
    let mut settings = world.settings.clone();
    if let Some(text) = &change.session_key_min_age {
        settings.session_key_min_age = duration("session_key_min_age", text)?;
    }
    if let Some(text) = &change.web_code_life {
        settings.web_code_life = duration("web_code_life", text)?;
    }
    if let Some(errcode) = change.unknown_token_errcode {
        if !matches!(errcode, 40001 | 40014) {
            return Err(Rejection::invalid(
                "\"unknown_token_errcode\" must be 40001 or 40014.",
            ));
        }
        settings.unknown_token_errcode = errcode;
    }
    world.settings = settings;
    Ok(Shown::new(&world.settings))
}

fn duration(field: &str, text: &str) -> Result<Duration, Rejection> {
    let parsed = humantime::parse_duration(text);
    parsed
        .ok()
        .filter(|duration| *duration <= Duration::from_hours(24))
        .ok_or_else(|| {
            Rejection::invalid(format!(
                "\"{field}\" must be a duration such as \"5m\", a day at most."
            ))
        })
}

impl Shown {
    fn new(settings: &Settings) -> Self {
        let text = |duration| humantime::format_duration(duration).to_string();
        Self {
            session_key_min_age: text(settings.session_key_min_age),
            web_code_life: text(settings.web_code_life),
            unknown_token_errcode: settings.unknown_token_errcode,
        }
    }
}
