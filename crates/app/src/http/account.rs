//! The user of a session, for whoever checks one with every request.

use std::sync::Arc;

use wechat_login_domain::{Error, UserAccount, UserId};

use super::AppState;
use crate::runtime::Panicked;

/// The user, without a look-up where one was made lately.
///
/// # Errors
/// [`Panicked`] where the look-up did, and within, why there is none.
pub(crate) async fn account_of(
    state: &AppState,
    user_id: UserId,
) -> Result<Result<Arc<UserAccount>, Error>, Panicked> {
    if let Some(account) = state.use_cases.recall_user.at_hand(user_id) {
        return Ok(Ok(account));
    }
    let use_cases = Arc::clone(&state.use_cases);
    // Connections live on the main runtime.
    state
        .runtime
        .run(async move { use_cases.recall_user.run(user_id).await })
        .await
}
