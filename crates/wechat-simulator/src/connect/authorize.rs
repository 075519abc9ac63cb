use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};

use super::answer;
use super::holder::{holder, usual_holder};
use super::picker::Picker;
use super::query::Query;
use super::refused::Refused;
use super::words::Words;
use crate::app::{App, Channel};
use crate::page::html::escape;
use crate::person::Person;
use crate::redirect::Redirect;
use crate::rejection::Rejection;
use crate::scope::Scope;
use crate::server::State;
use crate::world::World;

/// WeChat compares the whole link with a regular expression.
const ORDER: [&str; 5] = ["appid", "redirect_uri", "response_type", "scope", "state"];
const LONGEST_STATE: usize = 128;

/// What an official account's page asks.
struct Asked {
    app: Arc<App>,
    redirect: Redirect,
    scope: Scope,
    /// Whether the account will be a virtual one.
    snapshot: bool,
}

/// What the phone shows that follows the link of an official account.
pub(super) async fn show(request: HttpRequest, state: Data<State>) -> HttpResponse {
    let query = Query::parse(request.query_string().as_bytes());
    let asked = accept(&state.world(), &query);
    match asked {
        Err(refused) => refusal(&request, refused),
        Ok(asked) if asked.scope == Scope::SnsapiBase => silent(&request, &state, &query, &asked)
            .unwrap_or_else(|fault| render(&request, &state, &asked, Shown::Refused(&fault))),
        Ok(asked) => render(&request, &state, &asked, Shown::Asking),
    }
}

pub(super) async fn act(request: HttpRequest, state: Data<State>, body: Bytes) -> HttpResponse {
    let query = Query::parse(request.query_string().as_bytes());
    let form = Query::parse(&body);
    let asked = accept(&state.world(), &query);
    match asked {
        Err(refused) => refusal(&request, refused),
        Ok(asked) if form.get("action") == Some("cancel") => {
            render(&request, &state, &asked, Shown::Cancelled)
        }
        // Consent is what was pressed, and nothing else.
        Ok(asked) if form.get("action") != Some("allow") => render(&request, &state, &asked, Shown::Asking),
        Ok(mut asked) => {
            asked.snapshot |= form.get("snapshot").is_some();
            allowed(&request, &state, &form, &asked)
                .unwrap_or_else(|fault| render(&request, &state, &asked, Shown::Refused(&fault)))
        }
    }
}

fn allowed(
    request: &HttpRequest,
    state: &State,
    form: &Query,
    asked: &Asked,
) -> Result<HttpResponse, Rejection> {
    let mut world = state.world();
    let person = holder(&mut world, form, request.headers())?;
    Ok(go_back(&mut world, asked, &person))
}

fn accept(world: &World, query: &Query) -> Result<Asked, Refused> {
    let app = query
        .get("appid")
        .and_then(|app_id| world.apps.by_id(app_id))
        .ok_or(Refused::APP_ID)?;
    let scope = Scope::parse(query.get("scope").ok_or(Refused::NO_SCOPE)?)
        .filter(|scope| *scope != Scope::SnsapiLogin && app.channel == Channel::OfficialAccount)
        .ok_or(Refused::SCOPE_OF_ACCOUNT)?;
    let state = query.get("state").unwrap_or_default();
    let redirect_uri = query.get("redirect_uri").unwrap_or_default();
    let redirect = Redirect::parse(redirect_uri, state, app.callback_domain.as_deref())
        .ok_or(Refused::REDIRECT_DOMAIN)?;
    let scheme = app.callback_scheme.as_deref();
    if scheme.is_some_and(|scheme| scheme != redirect.scheme()) {
        return Err(Refused::REDIRECT_SCHEME);
    }
    if query.get("response_type") != Some("code") {
        return Err(Refused::RESPONSE_TYPE);
    }
    if state.len() > LONGEST_STATE || !state.bytes().all(|letter| letter.is_ascii_alphanumeric()) {
        return Err(Refused::STATE);
    }
    if !query.is_in_order(&ORDER) {
        return Err(Refused::ORDER);
    }
    Ok(Asked {
        app,
        redirect,
        scope,
        // Only where a page asks for the profile does WeChat hide it.
        snapshot: scope == Scope::SnsapiUserinfo && query.get("simulator_snapshot") == Some("1"),
    })
}

/// Nobody is asked: the phone is somebody's already.
fn silent(
    request: &HttpRequest,
    state: &State,
    query: &Query,
    asked: &Asked,
) -> Result<HttpResponse, Rejection> {
    let mut world = state.world();
    let person = match query.get("simulator_person") {
        Some(name) => world.people.called(name)?,
        None => usual_holder(&mut world, request.headers())?,
    };
    Ok(go_back(&mut world, asked, &person))
}

fn go_back(world: &mut World, asked: &Asked, person: &Person) -> HttpResponse {
    let Asked { app, scope, .. } = asked;
    let code = if asked.snapshot {
        world.issue_snapshot_code(app, &person.id)
    } else {
        world.issue_oauth_code(app, &person.id, *scope)
    };
    let to = asked.redirect.with_code(&code);
    answer::remember(answer::go(StatusCode::FOUND, &to), &person.id)
}

fn refusal(request: &HttpRequest, refused: Refused) -> HttpResponse {
    answer::page(answer::FRAMED, refused.page(answer::language(request)))
}

#[derive(Clone, Copy)]
enum Shown<'a> {
    Asking,
    Cancelled,
    Refused(&'a Rejection),
}

fn render(request: &HttpRequest, state: &State, asked: &Asked, shown: Shown<'_>) -> HttpResponse {
    let words = Words::of(answer::language(request));
    let picker = Picker::usual(&mut state.world(), request.headers(), words);
    let (state, title, alert) = match shown {
        Shown::Asking => ("asking", words.confirm_title, String::new()),
        Shown::Cancelled => ("cancelled", words.refused_title, String::new()),
        Shown::Refused(fault) => ("asking", words.confirm_title, answer::alert(fault)),
    };
    let checked = if asked.snapshot { " checked" } else { "" };
    let main = format!(
        r#"<main id="phone" class="sheet" data-state="{state}">
{}
<h1>{title}</h1>{alert}
<form method="post" action="{}">{picker}<ul class="asks"><li>{}</li></ul>
<button id="allow" class="primary" name="action" value="allow">{}</button>
<button id="cancel" class="plain" name="action" value="cancel">{}</button>
<details><summary>{}</summary><label class="check"><input type="checkbox" id="snapshot" name="snapshot" value="1"{checked}><span>{}</span></label></details></form></main>"#,
        answer::who_asks(words, &asked.app, &asked.redirect),
        escape(&request.uri().to_string()),
        words.asks_profile,
        words.allow,
        words.cancel,
        words.options,
        words.snapshot,
    );
    answer::phone(request, answer::REDIRECTING, &main)
}
