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

/// Does a login, or what is like one, in its turn and to the end, and waits for it as long as a client can be expected to.
///
/// # Errors
/// [`Error::DependencyUnavailable`] where that is too long, or too many are under way to begin it: no code is spent then.
pub(crate) fn in_time<T: Send + 'static>(
    state: &AppState,
    work: impl Future<Output = T> + Send + 'static,
) -> impl Future<Output = Result<T, Problem>> {
    // Everything that a login holds would else lie in its handler's future, several times over.
    let work = Box::pin(work);
    let in_turn = async move {
        let turn = state
            .runtime
            .login_turn()
            .await
            .map_err(|_too_many| unavailable("too many logins are under way"))?;
        let work = async move {
            let _until_it_is_done = turn;
            work.await
        };
        Ok(state.runtime.run(work).await?)
    };
    async {
        tokio::time::timeout(DEADLINE, in_turn)
            .await
            .map_err(|_elapsed| unavailable("the work took too long"))?
    }
}

fn unavailable(why: &'static str) -> Error {
    PortError::new(Dependency::Database, why).into()
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
