//! `/`: the door, and the way to one's account.

use actix_web::HttpResponse;
use askama::Template;

use super::{layout::Layout, look::Loads, visit::Visit, words};

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage<'a> {
    layout: Layout<'a>,
    signed_in: Option<&'a str>,
}

/// For whoever is signed in, by their name, or for nobody.
pub(super) fn view(visit: &Visit, signed_in: Option<&str>) -> HttpResponse {
    let words = &words::of(visit.language).common;
    let name = visit
        .look
        .company
        .name
        .as_deref()
        .unwrap_or(words.sign_in_with_wechat);
    let page = HomePage {
        layout: visit.layout(name),
        signed_in,
    };
    visit.page(&page, Loads::Nothing)
}
