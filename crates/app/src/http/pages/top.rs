//! Out of a frame.

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::{
    super::AppState,
    look::Loads,
    visit::{Visit, is_framed},
};
use crate::config::Language;

#[derive(Template)]
#[template(path = "top.html")]
struct TopPage {
    lang: &'static str,
    script: String,
}

/// Where WeChat came back inside our own frame, a page that takes the whole window to the same address: a browser keeps the cookies of a
/// frame's navigation to itself when another site began it, and so nobody would know whose login it is.
pub(crate) fn out_of_frame(request: &HttpRequest, state: &AppState) -> Option<HttpResponse> {
    if !is_framed(request.headers()) {
        return None;
    }
    let visit = Visit::of(request, state);
    let page = TopPage {
        lang: Language::tag(visit.language),
        script: visit.look.path(&visit.look.assets.path("top.js")),
    };
    Some(visit.page(&page, Loads::InsideTheFrame))
}
