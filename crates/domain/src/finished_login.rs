//! What is kept of a finished web login, for a browser that comes back with the same code: WeChat and browsers do that, and it may be the
//! second answer alone that the person gets to see.

use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};

use crate::{
    BrowserSecret, Error, Keyring, OauthCode, Purpose, SessionToken, State, kept_failure,
    ports::RequestDigest,
};

/// For how long the token is handed out again.
const TOKEN_IS_KEPT_FOR: Duration = Duration::MINUTE;

/// The first byte of a login of which nothing came; of others it is the keyring's, which is never this one. Whoever may see how far a login
/// has come, and has no code, sees this much.
const FAILED: u8 = 0;

/// Whether nothing came of the login that this was kept of.
pub(crate) fn is_failure(kept: &[u8]) -> bool {
    kept.first() == Some(&FAILED)
}

/// A browser that came back with a state and a code.
pub(crate) struct Attempt {
    /// What stores know it by.
    pub(crate) digest: RequestDigest,
    /// What opens what came of it: the store never holds it, and it takes the code and the browser's secret to make it.
    seal_context: RequestDigest,
}

impl Attempt {
    pub(crate) fn new(state: &State, browser: &BrowserSecret, code: &OauthCode) -> Self {
        // None of the parts has a space, so no two attempts give the same text.
        let digest = |label: &str| -> RequestDigest {
            let parts = [
                label,
                " ",
                state.expose(),
                " ",
                browser.expose(),
                " ",
                code.expose(),
            ];
            let mut hash = Sha256::new();
            for part in parts {
                hash.update(part);
            }
            hash.finalize().into()
        };
        Self {
            digest: digest("attempt"),
            seal_context: digest("seal"),
        }
    }

    /// Seals the token, where there is one, for the same attempt.
    pub(crate) fn seal(
        &self,
        keyring: &Keyring,
        token: Option<&SessionToken>,
        now: OffsetDateTime,
    ) -> Vec<u8> {
        let until = (now + TOKEN_IS_KEPT_FOR).unix_timestamp();
        let token = token.map_or("", SessionToken::expose);
        let plain = [&until.to_be_bytes(), token.as_bytes()].concat();
        keyring.seal(Purpose::Answer, &[&self.seal_context], &plain)
    }

    /// Seals why nothing came of it, for the same attempt.
    pub(crate) fn seal_failure(&self, keyring: &Keyring, error: &Error) -> Vec<u8> {
        let words = kept_failure::write(error);
        let sealed = keyring.seal(Purpose::Answer, &[&self.seal_context], words.as_bytes());
        [&[FAILED], sealed.as_slice()].concat()
    }

    /// Why nothing came of it; [`Error::StateMismatch`] where that cannot be read any more.
    pub(crate) fn open_failure(&self, keyring: &Keyring, kept: &[u8]) -> Error {
        let sealed = kept.get(1..).unwrap_or_default();
        let words = keyring.open(Purpose::Answer, &[&self.seal_context], sealed).ok();
        words
            .and_then(|words| kept_failure::read(std::str::from_utf8(&words).ok()?))
            .unwrap_or(Error::StateMismatch)
    }

    /// The token, where it is still handed out.
    pub(crate) fn open(&self, keyring: &Keyring, sealed: &[u8], now: OffsetDateTime) -> Option<SessionToken> {
        let plain = keyring
            .open(Purpose::Answer, &[&self.seal_context], sealed)
            .ok()?;
        let (until, token) = plain.split_first_chunk()?;
        if now.unix_timestamp() > i64::from_be_bytes(*until) {
            return None;
        }
        SessionToken::parse(std::str::from_utf8(token).ok()?).ok()
    }
}
