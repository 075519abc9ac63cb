//! What every login answers.

use serde::Serialize;
use utoipa::ToSchema;
use wechat_login_domain::LoggedIn;

use super::representation::{SessionBody, UserBody};

/// Somebody signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Login {
    /// What opens the session: keep it, and send it as `Authorization: Bearer …`. It is shown once.
    token: String,
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
    is_new_user: bool,
    session: SessionBody,
    user: UserBody,
}

impl From<&LoggedIn> for Login {
    fn from(logged_in: &LoggedIn) -> Self {
        let LoggedIn {
            user,
            is_new_user,
            token,
            session,
        } = logged_in;
        Self {
            token: token.expose().to_owned(),
            token_type: "Bearer",
            expires_in: (session.expires_at - session.created_at).whole_seconds(),
            is_new_user: *is_new_user,
            session: SessionBody::current(session),
            user: UserBody::from(user),
        }
    }
}
