use std::sync::Arc;

use super::html::escape;
use super::words::Words;
use crate::app::{App, Channel};
use crate::person::Person;

pub(super) fn app(app: &App, words: &Words) -> String {
    let channel = match app.channel {
        Channel::MiniProgram => words.channels[0],
        Channel::Web => words.channels[1],
        Channel::MobileApp => words.channels[2],
        Channel::OfficialAccount => words.channels[3],
    };
    let mut rows = row("AppID", &escape(&app.app_id));
    rows += &row(words.secret, &escape(&app.secret));
    rows += &row(words.open_platform, &or_none(app.open_platform.as_deref(), words));
    format!(
        r#"<article><h3>{} <span class="tag">{channel}</span></h3><dl>{rows}</dl></article>"#,
        escape(&app.name)
    )
}

pub(super) fn person(person: &Person, apps: &[Arc<App>], words: &Words) -> String {
    let mut rows = row("ID", person.id.as_str());
    rows += &row(words.phone, &or_none(person.phone.as_deref(), words));
    rows += &row(words.nickname, &or_none(person.nickname.as_deref(), words));
    let openids: String = apps
        .iter()
        .map(|app| row(&escape(&app.name), &person.id.openid(&app.app_id)))
        .collect();
    format!(
        "<article><h3>{}</h3><dl>{rows}</dl><details><summary>openid</summary><dl>{openids}</dl></details></article>",
        escape(&person.name)
    )
}

fn or_none(text: Option<&str>, words: &Words) -> String {
    text.map_or_else(|| words.none.to_owned(), escape)
}

/// Both are HTML already.
fn row(name: &str, value: &str) -> String {
    format!("<div><dt>{name}</dt><dd>{value}</dd></div>")
}
