use serde_json::{Map, Value};
use time::OffsetDateTime;

use crate::{
    App, EncryptedData, Error, OpenId, SessionKey,
    ports::{SessionKeys, WeChat},
};

/// What WeChat encrypted for this person at this app, with the key that a code was just exchanged for, or with one that is kept: data may
/// have been encrypted before an exchange replaced its key.
///
/// # Errors
/// [`Error::SessionKeyStale`] for everything that does not decrypt, or is another app's, another person's or old: one answer, which tells
/// nobody how far they came.
pub(crate) async fn decrypt_own(
    (wechat, session_keys): (&dyn WeChat, &dyn SessionKeys),
    (app, openid): (&App, &OpenId),
    fresh: Option<&SessionKey>,
    data: &EncryptedData,
    now: OffsetDateTime,
) -> Result<Map<String, Value>, Error> {
    let open = |key: &SessionKey| {
        let decrypted = wechat.decrypt(key, data).ok()?;
        decrypted.verify(&app.app_id, openid, now).ok()
    };
    if let Some(plain) = fresh.and_then(open) {
        return Ok(plain);
    }
    let kept = session_keys.find(&app.app_id, openid, now).await?;
    let plain = kept.and_then(|kept| kept.iter().find_map(open));
    plain.ok_or(Error::SessionKeyStale)
}
