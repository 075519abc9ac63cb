use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use url::Url;

use super::answer;
use super::holder::{holder, usual_holder};
use super::picker::Picker;
use super::query::Query;
use super::words::Words;
use crate::page::POLICY;
use crate::page::html::escape;
use crate::page::language::Language;
use crate::person::Person;
use crate::qr_login::{Action, QrLogin, Stage};
use crate::rejection::Rejection;
use crate::server::State;

/// The uuid that a QR code's text has in it, or that the text is.
pub(crate) fn uuid_in(link: &str) -> String {
    let link = link.trim();
    Url::parse(link)
        .ok()
        .and_then(|url| {
            url.query_pairs()
                .find(|(name, _)| name == "uuid")
                .map(|(_, uuid)| uuid.into_owned())
        })
        .unwrap_or_else(|| link.to_owned())
}

/// What a phone shows that has scanned a website's QR code.
pub(super) async fn show(request: HttpRequest, state: Data<State>) -> HttpResponse {
    let query = Query::parse(request.query_string().as_bytes());
    render(&request, &state, query.get("uuid").unwrap_or_default(), None)
}

pub(super) async fn act(request: HttpRequest, state: Data<State>, body: Bytes) -> HttpResponse {
    let query = Query::parse(request.query_string().as_bytes());
    let form = Query::parse(&body);
    let uuid = query.get("uuid").unwrap_or_default();
    match acted(&request, &state, uuid, &form) {
        Ok(person) => {
            let to = address(uuid, answer::language(&request));
            answer::remember(answer::go(StatusCode::SEE_OTHER, &to), &person.id)
        }
        Err(fault) => render(&request, &state, uuid, Some(&fault)),
    }
}

fn acted(request: &HttpRequest, state: &State, uuid: &str, form: &Query) -> Result<Arc<Person>, Rejection> {
    let action = match form.get("action") {
        Some("allow") => Action::Allow,
        Some("cancel") => Action::Cancel,
        _ => Action::Scan,
    };
    let mut world = state.world();
    let person = holder(&mut world, form, request.headers())?;
    world.act_on_qr(uuid, &person.id, action, form.get("legacy_redirect").is_some())?;
    Ok(person)
}

/// Where a phone that has scanned this QR code goes.
pub(super) fn address(uuid: &str, language: Language) -> String {
    let uuid: String = url::form_urlencoded::byte_serialize(uuid.as_bytes()).collect();
    format!("/connect/confirm?uuid={uuid}&lang={}", language.tag())
}

fn render(request: &HttpRequest, state: &State, uuid: &str, fault: Option<&Rejection>) -> HttpResponse {
    let language = answer::language(request);
    let words = Words::of(language);
    let main = {
        let mut world = state.world();
        let now = world.clock.now();
        let login = world.qr_logins.find(uuid, now).cloned();
        login.map_or_else(
            || gone(words),
            |login| {
                let person = login.stage.person().and_then(|id| world.people.by_id(id));
                let chosen = person
                    .clone()
                    .map_or_else(|| usual_holder(&mut world, request.headers()), Ok);
                let picker = chosen.map_or_else(
                    |_full| String::new(),
                    |chosen| Picker::new(&world, chosen).html(words),
                );
                sheet(words, language, &login, person.as_deref(), &picker, fault)
            },
        )
    };
    answer::phone(request, POLICY, &main)
}

fn gone(words: &Words) -> String {
    format!(
        r#"<main id="phone" class="sheet" data-state="expired"><div class="mark bad" aria-hidden="true">!</div>
<h1>{}</h1><p class="quiet">{}</p></main>"#,
        words.expired_title, words.expired_text
    )
}

fn sheet(
    words: &Words,
    language: Language,
    login: &QrLogin,
    person: Option<&Person>,
    picker: &str,
    fault: Option<&Rejection>,
) -> String {
    let name = person.map_or_else(String::new, |person| escape(&person.name));
    let id = person.map_or("", |person| person.id.as_str());
    let (scan, allow, cancel) = (words.scan, words.allow, words.cancel);
    let scan =
        format!(r#"{picker}<button id="scan" class="primary" name="action" value="scan">{scan}</button>"#);
    let (title, text, actions) = match &login.stage {
        Stage::Waiting => (words.confirm_title, String::new(), scan),
        Stage::Cancelled { .. } => (words.refused_title, words.refused_text.to_owned(), scan),
        Stage::Confirmed { code, .. } => (
            words.allowed_title,
            words.allowed_text.to_owned(),
            format!(r#"<p class="quiet">code <code id="code">{code}</code></p>"#),
        ),
        Stage::Scanned(_) => (
            words.confirm_title,
            format!("{} <b>{name}</b>", words.signed_in_as),
            format!(
                r#"<input type="hidden" name="person" value="{id}"><ul class="asks"><li>{}</li></ul>
<button id="allow" class="primary" name="action" value="allow">{allow}</button>
<button id="cancel" class="plain" name="action" value="cancel">{cancel}</button>
<details><summary>{}</summary><label class="check"><input type="checkbox" id="legacy_redirect" name="legacy_redirect" value="1"><span>{}</span></label></details>"#,
                words.asks_profile, words.options, words.legacy_redirect
            ),
        ),
    };
    let alert = fault.map_or_else(String::new, answer::alert);
    format!(
        r#"<main id="phone" class="sheet" data-state="{}" data-uuid="{uuid}">
{}
<h1>{title}</h1><p id="state">{text}</p>{alert}
<form method="post" action="{}">{actions}</form></main>"#,
        login.stage.state().as_str(),
        answer::who_asks(words, &login.app, &login.redirect),
        escape(&address(&login.uuid, language)),
        uuid = login.uuid,
    )
}
