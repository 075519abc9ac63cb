use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};

use super::answer;
use super::confirm::{address, uuid_in};
use super::holder::holder;
use super::picker::Picker;
use super::query::Query;
use super::words::Words;
use crate::page::POLICY;
use crate::page::html::escape;
use crate::person::Person;
use crate::qr_login::{Action, QrLogin, Stage};
use crate::rejection::Rejection;
use crate::server::State;

const SHOWN: usize = 20;

/// A phone without a camera: links are pasted, and QR codes picked from a list.
pub(super) async fn show(request: HttpRequest, state: Data<State>) -> HttpResponse {
    render(&request, &state, None)
}

pub(super) async fn act(request: HttpRequest, state: Data<State>, body: Bytes) -> HttpResponse {
    match scan(&request, &state, &Query::parse(&body)) {
        Ok((person, to)) => answer::remember(answer::go(StatusCode::SEE_OTHER, &to), &person.id),
        Err(fault) => render(&request, &state, Some(&fault)),
    }
}

fn scan(request: &HttpRequest, state: &State, form: &Query) -> Result<(Arc<Person>, String), Rejection> {
    let link = form.get("uuid").or_else(|| form.get("link"));
    let uuid = uuid_in(link.unwrap_or_default());
    let mut world = state.world();
    let person = holder(&mut world, form, request.headers())?;
    world.act_on_qr(&uuid, &person.id, Action::Scan, false)?;
    Ok((person, address(&uuid, answer::language(request))))
}

fn render(request: &HttpRequest, state: &State, fault: Option<&Rejection>) -> HttpResponse {
    let language = answer::language(request);
    let words = Words::of(language);
    let (picker, waiting) = {
        let mut world = state.world();
        let now = world.clock.now();
        let waiting: String = world
            .qr_logins
            .alive(now)
            .filter(|login| !matches!(login.stage, Stage::Confirmed { .. }))
            .take(SHOWN)
            .map(|login| row(words, login, now))
            .collect();
        let picker = Picker::usual(&mut world, request.headers(), words);
        (picker, waiting)
    };
    let alert = fault.map_or_else(String::new, answer::alert);
    let waiting = if waiting.is_empty() {
        format!(r#"<p class="quiet">{}</p>"#, words.nothing_waits)
    } else {
        format!(r#"<ul class="waiting">{waiting}</ul>"#)
    };
    let main = format!(
        r#"<main id="phone" class="sheet"><h1>{}</h1>{alert}
<form method="post" action="/simulator/phone?lang={tag}">{picker}
<label>{}<input id="link" name="link" maxlength="2048" autocomplete="off" placeholder="http://…/connect/confirm?uuid=…"></label>
<button id="scan" class="primary">{}</button>
<h2>{}</h2>{waiting}
<p><a href="/simulator/phone?lang={tag}">{}</a></p></form></main>"#,
        words.scan,
        words.pasted_link,
        words.scan,
        words.waiting_title,
        words.refresh,
        tag = language.tag(),
    );
    answer::phone(request, POLICY, &main)
}

fn row(words: &Words, login: &QrLogin, now: Duration) -> String {
    let state = login.stage.state();
    format!(
        r#"<li data-uuid="{uuid}" data-state="{}"><span><b>{}</b> <span class="tag">{}</span><br><span class="quiet">{} · {} s</span></span>
<button class="plain" name="uuid" value="{uuid}">{}</button></li>"#,
        state.as_str(),
        escape(&login.app.name),
        words.state(state),
        escape(login.redirect.host()),
        login.expires_at.saturating_sub(now).as_secs(),
        words.scan,
        uuid = login.uuid,
    )
}
