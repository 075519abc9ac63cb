//! `/v1/sessions`: my devices.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Json, Path},
};
use serde::Serialize;
use url::form_urlencoded;
use utoipa::ToSchema;
use wechat_login_domain::{Client, Error, Session, SessionId};

use super::{AppState, Problem, auth::SignedIn, problem::ProblemBody, representation::SessionBody};

/// Where somebody is signed in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SessionList)]
pub(crate) struct SessionList {
    /// The one that was seen last comes first.
    sessions: Vec<ListedSession>,
}

/// A session with its device.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedSession)]
pub(crate) struct ListedSession {
    #[serde(flatten)]
    session: SessionBody,
    client: DeviceBody,
}

/// The device at its login, in its own words.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Device)]
pub(crate) struct DeviceBody {
    #[schema(example = "203.0.113.7")]
    ip: Option<String>,
    user_agent: Option<String>,
    /// A mini-program's `release`, `trial` or `develop`.
    env_version: Option<String>,
    device_id: Option<String>,
    device_name: Option<String>,
    os: Option<String>,
}

impl ListedSession {
    fn new(session: Session, asking: SessionId) -> Self {
        let body = SessionBody::seen_by(&session, asking);
        let Client {
            ip,
            user_agent,
            env_version,
            device_id,
            device_name,
            os,
        } = session.client;
        Self {
            session: body,
            client: DeviceBody {
                ip: ip.map(|ip| ip.to_string()),
                user_agent,
                env_version,
                device_id,
                device_name,
                os,
            },
        }
    }
}

/// How many sessions were ended.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Revoked)]
pub(crate) struct Revoked {
    revoked: usize,
}

/// Where I am signed in.
#[utoipa::path(
    get, path = "/v1/sessions", operation_id = "list_sessions", tag = "session", security(("token" = []), ("cookie" = [])),
    responses((status = 200, body = SessionList), (status = 401, body = ProblemBody), (status = 503, body = ProblemBody))
)]
pub(crate) async fn list(
    request: HttpRequest,
    SignedIn(found): SignedIn,
) -> Result<Json<SessionList>, Problem> {
    let state = AppState::of(&request);
    let use_cases = Arc::clone(&state.use_cases);
    let asking = found.session.id;
    let listing = state
        .runtime
        .run(async move { use_cases.list_own_sessions.run(&found).await });
    let sessions = listing.await??.into_iter();
    Ok(Json(SessionList {
        sessions: sessions
            .map(|session| ListedSession::new(session, asking))
            .collect(),
    }))
}

/// Sign one of my devices out. Where it is the one that asks, a browser's cookie goes with it.
#[utoipa::path(
    delete, path = "/v1/sessions/{id}", operation_id = "revoke_session", tag = "session", security(("token" = []), ("cookie" = [])),
    params(("id" = String, Path, description = "The `id` of a session")),
    responses(
        (status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn revoke(
    request: HttpRequest,
    SignedIn(found): SignedIn,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let state = AppState::of(&request);
    let id: SessionId = id.parse().map_err(|_is_none| Error::NotFound)?;
    let is_asking = id == found.session.id;
    let use_cases = Arc::clone(&state.use_cases);
    let revoking = state
        .runtime
        .run(async move { use_cases.revoke_own_session.run(&found, id).await });
    revoking.await??;
    let mut response = HttpResponse::NoContent();
    if is_asking {
        state.cookies.end_session(&request, &mut response);
    }
    Ok(response.finish())
}

/// Sign me out everywhere, and a browser's cookie goes with it; with `keep_current=true` everywhere else.
#[utoipa::path(
    delete, path = "/v1/sessions", operation_id = "revoke_sessions", tag = "session", security(("token" = []), ("cookie" = [])),
    params(("keep_current" = Option<bool>, Query, description = "Whether the session that asks goes on; false where it is left out")),
    responses(
        (status = 200, body = Revoked), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn revoke_all(
    request: HttpRequest,
    SignedIn(found): SignedIn,
) -> Result<HttpResponse, Problem> {
    let state = AppState::of(&request);
    let keeps_current = keeps_current(request.query_string())?;
    let use_cases = Arc::clone(&state.use_cases);
    let revoking = state
        .runtime
        .run(async move { use_cases.revoke_own_sessions.run(&found, keeps_current).await });
    let revoked = revoking.await??;
    let mut response = HttpResponse::Ok();
    if !keeps_current {
        state.cookies.end_session(&request, &mut response);
    }
    Ok(response.json(Revoked { revoked }))
}

/// Whoever writes it in a way that we do not know did not ask to be signed out here.
fn keeps_current(query: &str) -> Result<bool, Error> {
    let mut given = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "keep_current");
    let value = given.next().map(|(_, value)| value);
    match (value.as_deref(), given.next()) {
        (None | Some("false"), None) => Ok(false),
        (Some("true"), None) => Ok(true),
        _ => Err(Error::invalid(
            "/keep_current",
            "must be true or false, and there once",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_word_says_what_becomes_of_the_current_session() {
        for (query, kept) in [
            ("", false),
            ("other=1", false),
            ("keep_current=false", false),
            ("keep_current=true", true),
            ("a=b&keep_current=true", true),
        ] {
            assert_eq!(keeps_current(query).unwrap(), kept, "{query}");
        }
        for query in [
            "keep_current",
            "keep_current=",
            "keep_current=1",
            "keep_current=TRUE",
            "keep_current=true&keep_current=false",
        ] {
            assert!(keeps_current(query).is_err(), "{query}");
        }
    }
}
