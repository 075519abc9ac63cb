//! How sessions are ended before their time.

use std::sync::RwLock;

use time::{Duration, OffsetDateTime};

use crate::{
    Lifetimes, PortError, Revocation, RevocationView, RevokedBecause, Session, TokenDigest, User,
    live_sessions::live_sessions,
    ports::{RevocationNews, Revocations, Sessions, SessionsEnding, SignOuts},
};

/// How long after its last possible end a session's revocation is kept: clocks differ.
const MARGIN: Duration = Duration::HOUR;

/// Ends one session for good: it is on the durable record before this returns, and out of its store where that answers.
///
/// # Errors
/// [`PortError`] where the record could not be written: the session may go on then.
pub(crate) async fn end_session(
    (digest, session): (&TokenDigest, &Session),
    because: RevokedBecause,
    (revocations, sessions, view): (&dyn Revocations, &dyn Sessions, &RwLock<RevocationView>),
    lifetimes: &Lifetimes,
    now: OffsetDateTime,
) -> Result<(), PortError> {
    let lifetime = lifetimes.of(session.channel);
    let last_end = lifetime.end(session.created_at, now).max(session.expires_at);
    let revocation = Revocation::Session {
        digest: *digest,
        because,
        bars_until: last_end.saturating_add(MARGIN),
    };
    revocations.record(&revocation).await?;
    view.write().expect("no holder panics").record(&revocation);
    if let Err(error) = sessions.remove(digest).await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "an ended session is still stored; it opens nothing"
        );
    }
    Ok(())
}

/// How many sessions of a user there are to end, this one aside.
///
/// # Errors
/// [`PortError`] where the store did not answer.
pub(crate) async fn count_sessions_of(
    user: &User,
    except: Option<TokenDigest>,
    (sessions, view): (&dyn Sessions, &RwLock<RevocationView>),
    now: OffsetDateTime,
) -> Result<usize, PortError> {
    let live = live_sessions(sessions, view, user, now).await?;
    let is_over = |(digest, _): &&(TokenDigest, Session)| Some(*digest) != except;
    Ok(live.iter().filter(is_over).count())
}

/// Ends all sessions of a user but this one. They stay in their store until they would have expired: whoever comes with one of them is told
/// why it is over, which a removed one could not tell. So nothing changes there that other instances would hear of, and they are told.
///
/// # Errors
/// [`PortError`] where the record could not be written: they may be over then.
pub(crate) async fn end_sessions_of(
    user: &User,
    except: Option<TokenDigest>,
    (sign_outs, view, news): (&dyn SignOuts, &RwLock<RevocationView>, &dyn RevocationNews),
    lifetimes: &Lifetimes,
    now: OffsetDateTime,
) -> Result<(), PortError> {
    let ending = SessionsEnding {
        user_id: user.id,
        except,
        because: RevokedBecause::Kicked,
        bars_until: lifetimes.last_end(now),
    };
    let rows = sign_outs.end_sessions(&ending).await?;
    {
        let mut view = view.write().expect("no holder panics");
        for row in &rows {
            view.record(row);
        }
    }
    announce(news).await;
    Ok(())
}

/// Tells the other instances to read the record. Where that fails they know half a second later.
pub(crate) async fn announce(news: &dyn RevocationNews) {
    if let Err(error) = news.announce().await {
        tracing::debug!(
            error = &error as &dyn std::error::Error,
            "other instances were not told of a revocation; they will read of it"
        );
    }
}
