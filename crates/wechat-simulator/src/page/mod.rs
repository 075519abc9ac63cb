//! The page for people: who and what is there, and a code to try the service with.

mod card;
mod curl;
mod events;
pub(crate) mod html;
pub(crate) mod language;
mod view;
mod words;

use std::borrow::Cow;
use std::future::ready;

use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap};
use actix_web::web::{self, Bytes, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use url::form_urlencoded;

use crate::app::Channel;
use crate::event::Event;
use crate::person::DEMO_PERSON;
use crate::push::{self, Push, Pushed};
use crate::rejection::Rejection;
use crate::server::State;
use crate::world::{CodeKind, World};
use language::Language;
use view::{Ticket, View};

const PEOPLE_SHOWN: usize = 50;
pub(crate) const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(
            web::resource("/")
                .route(web::get().to(show))
                .route(web::post().to(hand_out)),
        )
        .route("/simulator/push", web::post().to(push_event))
        .route(
            "/simulator/page.css",
            file("text/css; charset=utf-8", include_str!("page.css")),
        )
        .route(
            "/simulator/page.js",
            file("text/javascript; charset=utf-8", include_str!("page.js")),
        );
}

pub(crate) fn file(content_type: &'static str, text: &'static str) -> actix_web::Route {
    web::get().to(move || ready(guarded().content_type(content_type).body(text)))
}

async fn show(request: HttpRequest, state: Data<State>) -> HttpResponse {
    render(&request, &state, None, None)
}

/// A form without scripts: the answer is the page again, with the code in it.
async fn hand_out(request: HttpRequest, state: Data<State>, body: Bytes) -> HttpResponse {
    let (app, person) = (field(&body, "app"), field(&body, "person"));
    let ticket = issue(
        &mut state.world(),
        app.as_deref(),
        person.as_deref().unwrap_or(DEMO_PERSON),
    );
    render(&request, &state, Some(ticket), None)
}

/// The other form: tells an app's server that somebody has gone.
async fn push_event(request: HttpRequest, state: Data<State>, body: Bytes) -> HttpResponse {
    let text = |name| field(&body, name).map(Cow::into_owned);
    let event = match text("event").as_deref() {
        Some("user_authorization_cancellation") => Event::UserAuthorizationCancellation,
        _ => Event::UserAuthorizationRevoke,
    };
    let push = Push {
        event,
        app_id: text("app").unwrap_or_default(),
        person: text("person").unwrap_or_else(|| DEMO_PERSON.to_owned()),
        url: text("url"),
        revoke_info: None,
    };
    let pushed = push::push(state.clone(), push).await;
    render(&request, &state, None, Some(pushed))
}

fn field<'a>(form: &'a [u8], name: &str) -> Option<Cow<'a, str>> {
    form_urlencoded::parse(form)
        .find(|(key, _)| key == name)
        .map(|(_, value)| value)
        .filter(|value| !value.trim().is_empty())
}

fn issue(world: &mut World, app: Option<&str>, person: &str) -> Result<Ticket, Rejection> {
    let app = match app {
        Some(app) => world.apps.called(app)?,
        None => world
            .apps
            .all()
            .iter()
            .find(|app| app.channel == Channel::MiniProgram)
            .cloned()
            .ok_or_else(|| Rejection::not_found("There is no mini-program."))?,
    };
    let person = world.people.called(person)?;
    let (code, life) = world.issue_code(&app, &person.id, CodeKind::Login);
    Ok(Ticket {
        app,
        person,
        code,
        life,
    })
}

fn render(
    request: &HttpRequest,
    state: &State,
    ticket: Option<Result<Ticket, Rejection>>,
    pushed: Option<Result<Pushed, Rejection>>,
) -> HttpResponse {
    let view = {
        let world = state.world();
        let people = world.people.all();
        View {
            language: language(request.query_string(), request.headers()),
            service_url: &state.service_url,
            apps: world.apps.all().to_vec(),
            people: people.iter().take(PEOPLE_SHOWN).cloned().collect(),
            people_not_shown: people.len().saturating_sub(PEOPLE_SHOWN),
            ticket,
            pushed,
        }
    };
    guarded()
        .content_type("text/html; charset=utf-8")
        .insert_header(("vary", "accept-language"))
        .body(view.html())
}

/// The one that the address names, else the one that the browser likes best.
pub(crate) fn language(query: &str, headers: &HeaderMap) -> Language {
    let chosen = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "lang");
    let accepted = headers
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    chosen
        .and_then(|(_, tag)| Language::of_tag(&tag))
        .unwrap_or_else(|| Language::accepted(accepted))
}

fn guarded() -> HttpResponseBuilder {
    guarded_by(POLICY)
}

pub(crate) fn guarded_by(policy: &'static str) -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response
        .insert_header(("content-security-policy", policy))
        .insert_header(("x-content-type-options", "nosniff"))
        // With "no-referrer" browsers say of a form of ours that it comes from nowhere, and the guard refuses it.
        .insert_header(("referrer-policy", "same-origin"))
        .insert_header(("cache-control", "no-store"));
    response
}
