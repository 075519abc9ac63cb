//! The user of a session, for whoever checks one with every request: without a look-up where one was made lately, and where one is needed on
//! the main runtime, where connections live.

use std::sync::Arc;

use wechat_login_domain::{Error, User, UserAccount, UserId};

use super::AppState;
use crate::runtime::Panicked;

/// The user.
///
/// # Errors
/// [`Panicked`] where the look-up did, and within, why there is none.
pub(crate) async fn user_of(state: &AppState, id: UserId) -> Result<Result<Arc<User>, Error>, Panicked> {
    if let Some(user) = state.use_cases.recall_user.at_hand(id) {
        if let Some(look) = state.use_cases.recall_user.look_again(id) {
            state.runtime.begin(look);
        }
        return Ok(Ok(user));
    }
    let use_cases = Arc::clone(&state.use_cases);
    let recalling = async move { use_cases.recall_user.run(id).await };
    state.runtime.run(recalling).await
}

/// The user with all their ways in.
///
/// # Errors
/// As [`user_of`].
pub(crate) async fn account_of(
    state: &AppState,
    id: UserId,
) -> Result<Result<Arc<UserAccount>, Error>, Panicked> {
    if let Some(account) = state.use_cases.recall_account.at_hand(id) {
        if let Some(look) = state.use_cases.recall_account.look_again(id) {
            state.runtime.begin(look);
        }
        return Ok(Ok(account));
    }
    let use_cases = Arc::clone(&state.use_cases);
    let recalling = async move { use_cases.recall_account.run(id).await };
    state.runtime.run(recalling).await
}
