use std::sync::Arc;

use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};

use super::answer;
use super::holder::holder;
use super::picker::Picker;
use super::query::Query;
use super::words::Words;
use crate::app::{App, Channel};
use crate::page::POLICY;
use crate::page::html::escape;
use crate::person::Person;
use crate::rejection::Rejection;
use crate::server::State;
use crate::world::{CodeKind, World};

/// What a phone does that has scanned a mini-program's code: it opens the mini-program, which sees this page and
/// scene, and calls `wx.login`.
pub(super) async fn show(request: HttpRequest, state: Data<State>) -> HttpResponse {
    render(&request, &state, None)
}

pub(super) async fn act(request: HttpRequest, state: Data<State>, body: Bytes) -> HttpResponse {
    let issued = issue(&request, &mut state.world(), &Query::parse(&body));
    match issued {
        Ok((person, code)) => {
            let answer = render(&request, &state, Some(Ok(&code)));
            answer::remember(answer, &person.id)
        }
        Err(rejection) => render(&request, &state, Some(Err(&rejection))),
    }
}

fn issue(
    request: &HttpRequest,
    world: &mut World,
    form: &Query,
) -> Result<(Arc<Person>, Arc<str>), Rejection> {
    let app = app(request, world)?;
    let person = holder(world, form, request.headers())?;
    let (code, _life) = world.issue_code(&app, &person.id, CodeKind::Login);
    Ok((person, code))
}

fn app(request: &HttpRequest, world: &World) -> Result<Arc<App>, Rejection> {
    let query = Query::parse(request.query_string().as_bytes());
    let app = world.apps.called(query.get("app_id").unwrap_or_default())?;
    if app.channel == Channel::MiniProgram {
        Ok(app)
    } else {
        Err(Rejection::invalid("Only mini-programs open by a code."))
    }
}

fn render(request: &HttpRequest, state: &State, issued: Option<Result<&str, &Rejection>>) -> HttpResponse {
    let words = Words::of(answer::language(request));
    let query = Query::parse(request.query_string().as_bytes());
    let (app, picker) = {
        let mut world = state.world();
        let picker = Picker::usual(&mut world, request.headers(), words);
        (app(request, &world), picker)
    };
    let app = match app {
        Ok(app) => app,
        Err(rejection) => return answer::phone(request, POLICY, &sheet(words, &answer::alert(&rejection))),
    };
    let rows: String = ["page", "scene", "env_version"]
        .map(|name| (name, query.get(name).unwrap_or_default()))
        .map(|(name, value)| format!("<div><dt>{name}</dt><dd>{}</dd></div>", escape(value)))
        .concat();
    let outcome = match issued {
        None => String::new(),
        Some(Ok(code)) => format!(r#"<p>wx.login: <code id="code">{}</code></p>"#, escape(code)),
        Some(Err(rejection)) => answer::alert(rejection),
    };
    let name = escape(&app.name);
    let main = format!(
        r#"<p><b>{name}</b></p><dl>{rows}</dl>{outcome}
<form method="post" action="?{}">{picker}
<button id="login" class="primary">wx.login</button></form>"#,
        escape(request.query_string()),
    );
    answer::phone(request, POLICY, &sheet(words, &main))
}

fn sheet(words: &Words, inner: &str) -> String {
    format!(
        r#"<main id="phone" class="sheet"><h1>{}</h1>{inner}</main>"#,
        words.mini_program_title
    )
}
