use std::{sync::RwLock, time::Instant};

use crate::{
    Dependency, Error, PortError, RevocationView, RevokedBecause, Session, TokenDigest,
    ports::{Clock, Sessions},
};

/// The session that a token of this digest opens.
///
/// # Errors
/// [`Error::Unauthenticated`], [`Error::SessionExpired`] or [`Error::SessionRevoked`] where it opens none, and
/// [`Error::DependencyUnavailable`] where that cannot be known: never a guess.
pub(crate) async fn living_session(
    sessions: &dyn Sessions,
    view: &RwLock<RevocationView>,
    clock: &dyn Clock,
    digest: &TokenDigest,
) -> Result<Session, Error> {
    refuse_revoked(view, |view| view.bars_token(digest))?;
    let Some(session) = sessions.find(digest).await? else {
        // Gone, perhaps, because it was ended while the store was answering.
        refuse_revoked(view, |view| view.bars_token(digest))?;
        return Err(Error::Unauthenticated);
    };
    // Asked again: the session may have been ended while the store was answering.
    refuse_revoked(view, |view| view.bars_session(digest, &session))?;
    if session.has_expired(clock.now()) {
        return Err(Error::SessionExpired);
    }
    Ok(session)
}

fn refuse_revoked(
    view: &RwLock<RevocationView>,
    because: impl FnOnce(&RevocationView) -> Option<RevokedBecause>,
) -> Result<(), Error> {
    let view = view.read().expect("no holder panics");
    if let Some(because) = because(&view) {
        return Err(Error::SessionRevoked(because));
    }
    if view.is_trusted(Instant::now()) {
        Ok(())
    } else {
        Err(PortError::new(
            Dependency::Database,
            "the revocation view is too old to be believed",
        )
        .into())
    }
}
