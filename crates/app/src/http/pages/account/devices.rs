use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web::Path};
use wechat_login_domain::{Error, SessionId};

use super::{
    super::{
        super::{AppState, Problem, auth::SignedIn},
        device,
        visit::Visit,
        words,
    },
    done,
    overview::details,
    owner,
    views::{self, About, Question},
};

/// "Remove this one?"
pub(crate) async fn ask_remove(request: HttpRequest, id: Path<String>) -> Result<HttpResponse, Problem> {
    let state = AppState::of(&request);
    let visit = Visit::of(&request, &state);
    let found = match owner(&request, &state, &visit).await? {
        Ok(found) => found,
        Err(answer) => return Ok(answer),
    };
    let id: SessionId = id.parse().map_err(|_is_none| Error::NotFound)?;
    let use_cases = Arc::clone(&state.use_cases);
    let listing = state
        .runtime
        .run(async move { use_cases.list_own_sessions.run(&found).await });
    let session = listing.await??.into_iter().find(|session| session.id == id);
    let session = session.ok_or(Error::NotFound)?;
    let words = &words::of(visit.language).account;
    let question = Question {
        title: words.remove_title,
        lead: words.remove_lead,
        about: Some(About {
            name: device::name(&session.client, words),
            details: details(&session.client, session.channel, words),
        }),
        action: visit.path(&format!("/account/devices/{id}/remove")),
        submit: words.remove,
    };
    Ok(views::confirm(&visit, question))
}

/// Yes. The one that asks is signed out, as its own button does it.
pub(crate) async fn remove(
    request: HttpRequest,
    SignedIn(found): SignedIn,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let state = AppState::of(&request);
    let visit = Visit::of(&request, &state);
    let id = id.parse().map_err(|_is_none| Error::NotFound)?;
    if id == found.session.id {
        return super::log_out(request).await;
    }
    let use_cases = Arc::clone(&state.use_cases);
    let revoking = state
        .runtime
        .run(async move { use_cases.revoke_own_session.run(&found, id).await });
    revoking.await??;
    Ok(done(&visit, "removed"))
}

/// "Remove all others?"
pub(crate) async fn ask_others(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let state = AppState::of(&request);
    let visit = Visit::of(&request, &state);
    if let Err(answer) = owner(&request, &state, &visit).await? {
        return Ok(answer);
    }
    let words = &words::of(visit.language).account;
    let question = Question {
        title: words.remove_others_title,
        lead: words.remove_others_lead,
        about: None,
        action: visit.path("/account/devices/remove-others"),
        submit: words.remove_others,
    };
    Ok(views::confirm(&visit, question))
}

/// Yes.
pub(crate) async fn remove_others(
    request: HttpRequest,
    SignedIn(found): SignedIn,
) -> Result<HttpResponse, Problem> {
    let state = AppState::of(&request);
    let visit = Visit::of(&request, &state);
    let use_cases = Arc::clone(&state.use_cases);
    let revoking = state
        .runtime
        .run(async move { use_cases.revoke_own_sessions.run(&found, true).await });
    revoking.await??;
    Ok(done(&visit, "others-removed"))
}
