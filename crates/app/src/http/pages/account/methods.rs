use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web::Path};
use wechat_login_domain::{Error, LoginMethodId, WayInKind};

use super::{
    super::{
        super::{AppState, Problem, auth::SignedIn, login::in_time},
        visit::Visit,
        words,
    },
    done,
    overview::title,
    owner,
    views::{self, About, Question},
};

/// "Unlink this one?"
pub(crate) async fn ask_unlink(request: HttpRequest, id: Path<String>) -> Result<HttpResponse, Problem> {
    let state = AppState::of(&request);
    let visit = Visit::of(&request, &state);
    let found = match owner(&request, &state, &visit).await? {
        Ok(found) => found,
        Err(answer) => return Ok(answer),
    };
    let id: LoginMethodId = id.parse().map_err(|_is_no_id| Error::NotFound)?;
    let ways = state.run(|use_cases| async move { use_cases.list_login_methods.run(found.user_id).await });
    let ways = ways.await?;
    let listed = ways
        .iter()
        .find(|listed| listed.way.id() == id)
        .ok_or(Error::NotFound)?;
    let words = &words::of(visit.language).account;
    let question = Question {
        title: words.unlink_title,
        lead: match listed.way.kind {
            WayInKind::WeChat => words.unlink_wechat_lead,
            WayInKind::Phone => words.unlink_phone_lead,
        },
        about: Some(About {
            name: title(listed.way.kind, words).to_owned(),
            details: listed.way.label(),
        }),
        action: visit.path(&format!("/account/methods/{id}/unlink")),
        submit: words.unlink,
    };
    Ok(views::confirm(&visit, question))
}

/// Yes.
pub(crate) async fn unlink(
    request: HttpRequest,
    SignedIn(found): SignedIn,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let state = AppState::of(&request);
    let visit = Visit::of(&request, &state);
    let id = id.parse().map_err(|_is_no_id| Error::NotFound)?;
    let use_cases = Arc::clone(&state.use_cases);
    let work = async move { use_cases.unlink_login_method.run(&found, id).await };
    in_time(&state.runtime, work).await??;
    Ok(done(&visit, "unlinked"))
}
