//! What every login answers, and how soon.

use std::time::Duration;

use serde::Serialize;
use utoipa::ToSchema;
use wechat_login_domain::{Dependency, Error, LoggedIn, PortError};

use super::{
    AppState, Problem,
    representation::{SessionBody, UserBody},
};

/// How long a client waits at most for what asks WeChat and then writes. The work itself goes on to its end.
const DEADLINE: Duration = Duration::from_secs(4);

/// Does a login, or what is like one, to the end, and waits for it as long as a client can be expected to.
///
/// # Errors
/// [`Error::DependencyUnavailable`] where that is too long.
pub(crate) async fn in_time<T: Send + 'static>(
    state: &AppState,
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, Problem> {
    let done = tokio::time::timeout(DEADLINE, state.runtime.run(work));
    let done = done
        .await
        .map_err(|_elapsed| Error::from(PortError::new(Dependency::Database, "the work took too long")))?;
    Ok(done?)
}

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
