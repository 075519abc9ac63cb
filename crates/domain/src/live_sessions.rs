use std::sync::RwLock;

use time::OffsetDateTime;

use crate::{PortError, RevocationView, Session, TokenDigest, User, ports::Sessions};

/// A user's sessions that open something, those of their former ids too; the one that was seen last comes first.
///
/// # Errors
/// [`PortError`] where the store did not answer.
pub(crate) async fn live_sessions(
    sessions: &dyn Sessions,
    view: &RwLock<RevocationView>,
    user: &User,
    now: OffsetDateTime,
) -> Result<Vec<(TokenDigest, Session)>, PortError> {
    let ids: Vec<_> = std::iter::once(user.id)
        .chain(user.former_ids.iter().copied())
        .collect();
    let mut listed = sessions.list(&ids, now).await?;
    let view = view.read().expect("no holder panics");
    listed.retain(|(digest, session)| view.bars_session(digest, session).is_none());
    listed.sort_by_key(|(_, session)| std::cmp::Reverse((session.last_seen_at, session.id)));
    Ok(listed)
}
