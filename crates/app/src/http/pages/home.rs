//! `/`: the door, and the way to one's account.

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::{
    super::{AppState, Problem},
    layout::Layout,
    look::Loads,
    visit::Visit,
    who, words,
};

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage<'a> {
    layout: Layout<'a>,
    signed_in: Option<&'a str>,
}

/// For whoever is signed in, by their name, or for nobody.
fn view(visit: &Visit, signed_in: Option<&str>) -> HttpResponse {
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

/// The first page.
pub(crate) async fn show(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let state = AppState::of(&request);
    let visit = Visit::of(&request, &state);
    let somebody = words::of(visit.language).common.somebody;
    let name = who::user(&request, &state)
        .await?
        .map(|user| who::name(&user, somebody));
    Ok(view(&visit, name.as_deref()))
}
