use time::OffsetDateTime;

use crate::{App, Error, OpenId, SessionKey, ports::SessionKeys};

/// Keeps the key of a code exchange, whatever came of what the exchange was for. By the exchange WeChat has replaced the key of before, and a
/// session of this person that is open already lives on with the new one.
///
/// # Errors
/// What had failed before, where anything had; else that the key could not be kept.
pub(crate) async fn keep_key<T>(
    session_keys: &dyn SessionKeys,
    app: &App,
    (openid, key): (&OpenId, &SessionKey),
    outcome: Result<T, Error>,
    now: OffsetDateTime,
) -> Result<T, Error> {
    let kept = session_keys.put(&app.app_id, openid, key, now).await;
    match (outcome, kept) {
        (Ok(outcome), kept) => {
            kept?;
            Ok(outcome)
        }
        (Err(error), kept) => {
            if let Err(failure) = kept {
                tracing::warn!(
                    error = &failure as &dyn std::error::Error,
                    "the session_key of a failed login is lost: what WeChat encrypts until the next one cannot be decrypted"
                );
            }
            Err(error)
        }
    }
}
