//! `/v1/auth/verify`: forward authentication. A gateway asks with each request, and hands the headers of the answer on to the backend.

use actix_web::{HttpRequest, HttpResponse, http::header::HeaderName};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::{AppState, Problem, auth::SignedIn, problem::ProblemBody, recall::user_of};

static USER_ID: HeaderName = HeaderName::from_static("x-login-user-id");
static EXTERNAL_ID: HeaderName = HeaderName::from_static("x-login-external-id");
static SCOPE: HeaderName = HeaderName::from_static("x-login-scope");
static SESSION_ID: HeaderName = HeaderName::from_static("x-login-session-id");
static APP: HeaderName = HeaderName::from_static("x-login-app");
static CHANNEL: HeaderName = HeaderName::from_static("x-login-channel");

/// What a header cannot hold, besides all that is not ASCII, and what says that something is encoded.
const UNSAFE: &AsciiSet = &CONTROLS.add(b' ').add(b'%');

/// Whose token this is, in headers. All of them are always there, so that none of the caller's own passes a gateway that replaces what it is
/// given: empty where there is nothing to say.
#[utoipa::path(
    get, path = "/v1/auth/verify", operation_id = "verify_token", tag = "backend", security(("token" = []), ("cookie" = [])),
    responses(
        (
            status = 200, description = "The token opens a session",
            headers(
                ("x-login-user-id" = String, description = "The user"),
                ("x-login-external-id" = String, description = "The company's own id, percent-encoded where it is not printable ASCII"),
                ("x-login-scope" = String, description = "Scopes, separated by blanks"),
                ("x-login-session-id" = String, description = "The session"),
                ("x-login-app" = String, description = "Our name of the app"),
                ("x-login-channel" = String, description = "The app's channel"),
            )
        ),
        (status = 401, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn handle(request: HttpRequest, SignedIn(found): SignedIn) -> Result<HttpResponse, Problem> {
    let state = AppState::of(&request);
    let user = user_of(&state, found.user_id).await??;
    let external_id = user.external_id.as_ref().map_or("", |id| id.as_str());
    Ok(HttpResponse::Ok()
        .insert_header((USER_ID.clone(), user.id.to_string()))
        .insert_header((EXTERNAL_ID.clone(), ascii(external_id)))
        .insert_header((SCOPE.clone(), user.scopes.join(" ")))
        .insert_header((SESSION_ID.clone(), found.session.id.to_string()))
        .insert_header((APP.clone(), found.session.app.to_string()))
        .insert_header((CHANNEL.clone(), found.session.channel.as_str()))
        .finish())
}

fn ascii(text: &str) -> String {
    utf8_percent_encode(text, UNSAFE).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_header_cannot_hold_is_encoded_and_comes_back() {
        for (text, header) in [
            ("", ""),
            ("U-42:a/b,c;d=\"e\"", "U-42:a/b,c;d=\"e\""),
            ("客户 7", "%E5%AE%A2%E6%88%B7%207"),
            ("100%", "100%25"),
            ("%20", "%2520"),
        ] {
            assert_eq!(ascii(text), header);
            let back = percent_encoding::percent_decode_str(header).decode_utf8();
            assert_eq!(back.unwrap(), text);
        }
    }
}
