use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::answer;
use super::query::Query;
use super::refused::Refused;
use super::words::Words;
use crate::app::{App, Channel};
use crate::page::html::escape;
use crate::page::language::Language;
use crate::qr_image;
use crate::redirect::Redirect;
use crate::rejection::Rejection;
use crate::scope::Scope;
use crate::server::State;
use crate::world::World;

const IMAGE_WIDTH: u32 = 430;

/// The page with the QR code that a website sends its visitors to, or shows in a frame.
pub(super) async fn show(request: HttpRequest, state: Data<State>) -> HttpResponse {
    let query = Query::parse(request.query_string().as_bytes());
    let language = match query.get("lang") {
        Some("en") => Language::English,
        // Chinese by the documents, whatever the browser speaks.
        _ => Language::Chinese,
    };
    let shown = {
        let mut world = state.world();
        accept(&world, &query).map(|(app, redirect)| (world.show_qr(Arc::clone(&app), redirect), app))
    };
    match shown {
        Ok((uuid, _)) if query.get("f") == Some("xml") => HttpResponse::Ok()
            .content_type("text/xml; charset=utf-8")
            .insert_header(("cache-control", "no-store"))
            .body(format!("<xml><uuid><![CDATA[{uuid}]]></uuid></xml>")),
        Ok((uuid, app)) => answer::page(answer::FRAMED, page(&query, language, &app, &uuid)),
        Err(refused) => answer::page(answer::FRAMED, refused.page(language)),
    }
}

/// In which order WeChat checks is not known.
fn accept(world: &World, query: &Query) -> Result<(Arc<App>, Redirect), Refused> {
    let app = query
        .get("appid")
        .and_then(|app_id| world.apps.by_id(app_id))
        .ok_or(Refused::APP_ID)?;
    if query.get("response_type") != Some("code") {
        return Err(Refused::RESPONSE_TYPE);
    }
    if app.channel != Channel::Web || query.get("scope") != Some(Scope::SnsapiLogin.as_str()) {
        return Err(Refused::SCOPE);
    }
    let redirect = Redirect::parse(
        query.get("redirect_uri").unwrap_or_default(),
        query.get("state").unwrap_or_default(),
        app.callback_domain.as_deref(),
    )
    .ok_or(Refused::REDIRECT_URI)?;
    Ok((app, redirect))
}

fn page(query: &Query, language: Language, app: &App, uuid: &str) -> String {
    let words = Words::of(language);
    let embedded = match (query.get("login_type"), query.get("style")) {
        (Some("jssdk"), Some("white")) => "embedded white",
        (Some("jssdk"), _) => "embedded",
        _ => "whole",
    };
    let self_redirect = query.get("self_redirect") == Some("true");
    let name = escape(&app.name);
    let Words {
        login_title,
        qr_alt,
        scan_to_log_in,
        scanned_title,
        scanned_text,
        cancelled_title,
        cancelled_text,
        not_wechat,
        open_phone,
        ..
    } = words;
    let head = r#"<script src="/simulator/qrconnect.js" defer></script>
"#;
    let tag = language.tag();
    let main = format!(
        r#"<main id="qr-login" class="qr-login {embedded}" data-uuid="{uuid}" data-self-redirect="{self_redirect}" data-state="waiting">
<h1>{login_title}</h1>
<img id="qrcode" class="qrcode" src="/connect/qrcode/{uuid}" alt="{qr_alt}" width="{IMAGE_WIDTH}" height="{IMAGE_WIDTH}">
<div class="status" aria-live="polite">
<div data-when="waiting"><p>{scan_to_log_in}</p><p class="quiet">{name}</p></div>
<div data-when="scanned"><p><b>{scanned_title}</b></p><p class="quiet">{scanned_text}</p></div>
<div data-when="cancelled"><p><b>{cancelled_title}</b></p><p class="quiet">{cancelled_text}</p></div>
</div>
<p class="note">{not_wechat} <a id="open-phone" href="/connect/confirm?uuid={uuid}&amp;lang={tag}" target="_blank" rel="noopener">{open_phone}</a></p>
</main>"#
    );
    answer::html(words, login_title, head, &main)
}

/// What a phone's camera reads: the address of the page that asks for consent.
pub(super) async fn image(
    request: HttpRequest,
    uuid: Path<String>,
    state: Data<State>,
) -> Result<HttpResponse, Rejection> {
    {
        let mut world = state.world();
        let now = world.clock.now();
        if world.qr_logins.find(&uuid, now).is_none() {
            return Err(Rejection::new(
                StatusCode::NOT_FOUND,
                "There is no such QR code, or it has expired.",
            ));
        }
    }
    let link = {
        let reached_by = request.connection_info();
        format!(
            "{}://{}/connect/confirm?uuid={uuid}",
            reached_by.scheme(),
            reached_by.host()
        )
    };
    Ok(HttpResponse::Ok()
        .content_type("image/jpeg")
        .insert_header(("cache-control", "no-store"))
        .body(qr_image::jpeg(&link, IMAGE_WIDTH)))
}
