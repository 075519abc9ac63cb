use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse};
use url::form_urlencoded;

use super::words::Words;
use crate::app::App;
use crate::page::html::{document, escape};
use crate::page::language::Language;
use crate::page::{self, guarded_by};
use crate::person::PersonId;
use crate::redirect::Redirect;
use crate::rejection::Rejection;

/// May stand in a frame, as the login page of a website does.
pub(super) const FRAMED: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'";
/// Its form ends at another site: browsers look at where a redirect leads, too.
pub(super) const REDIRECTING: &str =
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'";

const COOKIE: &str = "simulator_person";

pub(super) fn language(request: &HttpRequest) -> Language {
    page::language(request.query_string(), request.headers())
}

pub(super) fn page(policy: &'static str, html: String) -> HttpResponse {
    guarded_by(policy)
        .content_type("text/html; charset=utf-8")
        .insert_header((header::VARY, "accept-language"))
        .body(html)
}

/// A whole page: `head` and `body` are HTML already.
pub(super) fn html(words: &Words, title: &str, head: &str, body: &str) -> String {
    let head = format!("<link rel=\"stylesheet\" href=\"/simulator/connect.css\">\n{head}");
    let body = format!("<body class=\"connect\">\n{body}\n</body>");
    document(words.html_lang, title, &head, &body)
}

/// A page of the phone's.
pub(super) fn phone(request: &HttpRequest, policy: &'static str, main: &str) -> HttpResponse {
    let language = language(request);
    let words = Words::of(language);
    let (title, not_wechat) = (words.phone_title, words.not_wechat);
    let body = format!(
        r#"<header class="bar"><a href="/simulator/phone?lang={}">{title}</a><span class="quiet">{not_wechat}</span>{}</header>
{main}"#,
        language.tag(),
        switch(request, language)
    );
    page(policy, html(words, title, "", &body))
}

/// The app, and where it wants its people back.
pub(super) fn who_asks(words: &Words, app: &App, redirect: &Redirect) -> String {
    let initial: String = app.name.chars().take(1).collect();
    format!(
        r#"<div class="app"><div class="mark" aria-hidden="true">{}</div><p><b>{}</b><br><span class="quiet">{}</span><br><span class="quiet">{}</span></p></div>"#,
        escape(&initial),
        escape(&app.name),
        words.wants_login,
        escape(redirect.host()),
    )
}

/// Why it did not work.
pub(super) fn alert(rejection: &Rejection) -> String {
    format!(
        r#"<p class="refused" role="alert">{}</p>"#,
        escape(&rejection.to_string())
    )
}

/// The same page in the other language.
fn switch(request: &HttpRequest, language: Language) -> String {
    let (other, name) = match language {
        Language::Chinese => (Language::English, "English"),
        Language::English => (Language::Chinese, "中文"),
    };
    let tag = other.tag();
    let pairs = form_urlencoded::parse(request.query_string().as_bytes()).filter(|(name, _)| name != "lang");
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .append_pair("lang", tag)
        .finish();
    format!(r#"<a href="?{}" lang="{tag}">{name}</a>"#, escape(&query))
}

pub(super) fn go(status: StatusCode, to: &str) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    response
        .insert_header((header::LOCATION, to))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"));
    response.finish()
}

/// Whose phone this browser is.
pub(super) fn remembered(headers: &HeaderMap) -> Option<PersonId> {
    headers
        .get_all(header::COOKIE)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .and_then(|(_, id)| PersonId::parse(id))
}

pub(super) fn remember(mut response: HttpResponse, person: &PersonId) -> HttpResponse {
    let cookie = format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Lax", person.as_str());
    if let Ok(cookie) = header::HeaderValue::try_from(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
