//! What every login answers, and how soon.

use std::time::Duration;

use serde::Serialize;
use utoipa::ToSchema;
use wechat_login_domain::LoggedIn;

use super::{
    Problem,
    representation::{SessionBody, UserBody},
};
use crate::runtime::{Door, MainRuntime};

/// How long a client waits at most for what asks WeChat or writes. The work itself goes on to its end.
const DEADLINE: Duration = Duration::from_secs(4);

const NOT_BEGUN: &str = "Too many logins are under way. Nothing of this one was begun: a code is unspent, and the same request may be sent again.";
const STILL_UNDER_WAY: &str = "The work was begun and takes too long to wait for. It goes on to its end, so a code may be spent and a change may be made.";

/// Does what asks WeChat, a login or what is like one, in its turn and to the end, and waits for it as long as a client can be expected to.
///
/// # Errors
/// `dependency_unavailable` where that is too long, or too many are under way at this door to begin it: no code is spent then.
pub(crate) fn in_turn<T: Send + 'static>(
    runtime: &MainRuntime,
    door: Door,
    work: impl Future<Output = T> + Send + 'static,
) -> impl Future<Output = Result<T, Problem>> {
    // Everything that a login holds would else lie in its handler's future, several times over.
    let work = Box::pin(work);
    let in_turn = async move {
        let turn = runtime
            .login_turn(door)
            .await
            .map_err(|_too_many| unavailable(NOT_BEGUN))?;
        let work = async move {
            let _until_it_is_done = turn;
            work.await
        };
        Ok(runtime.run(work).await?)
    };
    within(DEADLINE, in_turn)
}

/// Does what only writes, to the end, and waits for it as long as a client can be expected to.
///
/// # Errors
/// `dependency_unavailable` where that is too long.
pub(crate) fn in_time<T: Send + 'static>(
    runtime: &MainRuntime,
    work: impl Future<Output = T> + Send + 'static,
) -> impl Future<Output = Result<T, Problem>> {
    let work = Box::pin(work);
    within(DEADLINE, async move { Ok(runtime.run(work).await?) })
}

async fn within<T>(limit: Duration, work: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
    // A turn is refused earlier than that: what is late was begun.
    tokio::time::timeout(limit, work)
        .await
        .map_err(|_elapsed| unavailable(STILL_UNDER_WAY))?
}

/// No database is to blame.
fn unavailable(detail: &'static str) -> Problem {
    let problem = Problem::of("dependency_unavailable").saying(detail);
    tracing::error!(code = %problem, "{detail}");
    problem
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

#[cfg(test)]
mod tests {
    use std::future::pending;

    use actix_web::{ResponseError, body::to_bytes, http::header};
    use serde_json::Value;

    use super::*;

    async fn detail(problem: Problem) -> String {
        let answer = problem.error_response();
        assert_eq!(answer.status(), 503);
        assert!(answer.headers().contains_key(header::RETRY_AFTER));
        let body = to_bytes(answer.into_body()).await.expect("it is all there");
        let body: Value = serde_json::from_slice(&body).expect("it is JSON");
        assert_eq!(body["code"], "dependency_unavailable");
        body["detail"].as_str().expect("a text").to_owned()
    }

    #[tokio::test]
    async fn a_login_that_is_not_begun_says_so_and_blames_no_database() {
        let runtime = MainRuntime::impatient();
        let mut crowd = Vec::new();
        while let Ok(turn) = runtime.login_turn(Door::MiniProgram).await {
            crowd.push(turn);
        }
        let login = in_turn(&runtime, Door::MiniProgram, async {
            unreachable!("it was begun")
        });
        let refused: Result<(), _> = login.await;
        assert_eq!(detail(refused.unwrap_err()).await, NOT_BEGUN);
        assert_eq!(in_time(&runtime, async { 1 }).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn work_that_takes_too_long_says_that_it_goes_on() {
        let late = within(Duration::from_millis(20), pending::<Result<(), _>>()).await;
        assert_eq!(detail(late.unwrap_err()).await, STILL_UNDER_WAY);
    }
}
