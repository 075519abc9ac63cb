use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::random;

/// The key that WeChat, a person's device and the app's server share.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct SessionKey([u8; 16]);

impl SessionKey {
    pub(crate) fn generate() -> Self {
        Self(random::bytes())
    }

    #[cfg(test)]
    pub(crate) fn from_text(text: &str) -> Self {
        Self(STANDARD.decode(text).unwrap().try_into().unwrap())
    }

    /// The 16 bytes, for AES.
    pub(crate) fn bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The Base64 text, for the wire and for signatures.
    pub(crate) fn text(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// What proves to WeChat that somebody holds the key: the HMAC of nothing, under the Base64 text and not
    /// the bytes it stands for.
    fn signature(&self) -> String {
        let hmac = Hmac::<Sha256>::new_from_slice(self.text().as_bytes()).expect("HMAC takes any key");
        random::hex(&hmac.finalize().into_bytes())
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKey(…)")
    }
}

/// The keys of one person at one mini-program.
///
/// At WeChat the device holds the key of its newest `wx.login`, and encrypts with it before or after the
/// server exchanges the code. So each code carries the key that its exchange will yield.
#[derive(Debug, Default)]
pub(crate) struct KeyRing {
    /// What the last exchange yielded.
    exchanged: Option<SessionKey>,
    newest_code: Option<(Arc<str>, SessionKey)>,
    /// When the newest key was made.
    made_at: Duration,
    /// Made for a device that encrypts before anything was exchanged; the next code will carry it.
    reserved: Option<SessionKey>,
}

impl KeyRing {
    /// The key that a new code will carry: the newest one, where that is younger than `min_age`.
    pub(crate) fn for_new_code(&mut self, code: &Arc<str>, now: Duration, min_age: Duration) -> SessionKey {
        let newest = self.newest_code.as_ref().map(|(_, key)| *key);
        let young = newest.filter(|_| now < self.made_at + min_age);
        let key = young.or_else(|| self.reserved.take()).unwrap_or_else(|| {
            self.made_at = now;
            SessionKey::generate()
        });
        self.newest_code = Some((Arc::clone(code), key));
        key
    }

    /// The one key that is valid for the app's server.
    pub(crate) fn valid(&self) -> Option<SessionKey> {
        self.exchanged
    }

    /// Another key in the place of the valid one.
    pub(crate) fn renew(&mut self, now: Duration) -> SessionKey {
        let key = SessionKey::generate();
        *self = Self {
            exchanged: Some(key),
            made_at: now,
            ..Self::default()
        };
        key
    }

    /// The key that the device holds; `is_waiting` says whether a code can still be exchanged.
    pub(crate) fn on_device(&mut self, is_waiting: impl FnOnce(&str) -> bool) -> SessionKey {
        match &self.newest_code {
            Some((code, key)) if is_waiting(code) => *key,
            _ => self
                .exchanged
                .unwrap_or_else(|| *self.reserved.get_or_insert_with(SessionKey::generate)),
        }
    }

    /// Whether a text is the signature that whoever holds the valid key gives to nothing.
    pub(crate) fn signed(&self, signature: &str) -> bool {
        self.exchanged.is_some_and(|key| key.signature() == signature)
    }

    /// The server has learnt this key.
    pub(crate) fn exchanged(&mut self, key: SessionKey) {
        self.exchanged = Some(key);
        self.reserved = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(name: &str) -> Arc<str> {
        Arc::from(name)
    }

    fn new_code(ring: &mut KeyRing, name: &str) -> SessionKey {
        ring.for_new_code(&code(name), Duration::ZERO, Duration::ZERO)
    }

    #[test]
    fn every_code_rotates_the_key() {
        let mut ring = KeyRing::default();
        assert_ne!(new_code(&mut ring, "a"), new_code(&mut ring, "b"));
    }

    #[test]
    fn a_young_key_stays_where_keys_must_be_older() {
        let mut ring = KeyRing::default();
        let mut at = |minutes, name| {
            ring.for_new_code(&code(name), Duration::from_mins(minutes), Duration::from_mins(10))
        };
        let first = at(100, "a");
        assert_eq!(at(109, "b"), first);
        let second = at(110, "c");
        assert_ne!(second, first);
        assert_eq!(at(119, "d"), second);
    }

    #[test]
    fn holding_the_valid_key_is_proven_by_signing_nothing() {
        let mut ring = KeyRing::default();
        for (key, signature) in [
            (
                "tiihtNczf5v6AKRyjwEUhQ==",
                "7154f9f8b4b76b92f541cbf0e37d48840fa06e5e42da92a6f80168a1516a4735",
            ),
            (
                "AAECAwQFBgcICQoLDA0ODw==",
                "75c022993d64e3ac224c1c9d6f2b4c6eb53f22f6c7aa6be94428577d11d12fd5",
            ),
        ] {
            assert!(!ring.signed(signature));
            ring.exchanged(SessionKey::from_text(key));
            assert!(ring.signed(signature));
        }
        ring.renew(Duration::ZERO);
        assert!(!ring.signed("75c022993d64e3ac224c1c9d6f2b4c6eb53f22f6c7aa6be94428577d11d12fd5"));
    }

    #[test]
    fn a_device_encrypts_with_the_key_of_its_waiting_code() {
        let mut ring = KeyRing::default();
        ring.exchanged(SessionKey::generate());
        let key = new_code(&mut ring, "a");
        assert_eq!(ring.on_device(|code| code == "a"), key);
    }

    #[test]
    fn a_device_encrypts_with_the_exchanged_key_once_no_code_waits() {
        let mut ring = KeyRing::default();
        let key = new_code(&mut ring, "a");
        ring.exchanged(key);
        assert_eq!(ring.on_device(|_| false), key);
    }

    #[test]
    fn a_key_made_before_any_code_is_carried_by_the_next_one() {
        let mut ring = KeyRing::default();
        let key = ring.on_device(|_| false);
        assert_eq!(ring.on_device(|_| false), key);
        assert_eq!(new_code(&mut ring, "a"), key);
        assert_ne!(new_code(&mut ring, "b"), key);
    }

    #[test]
    fn debug_hides_the_key() {
        let key = SessionKey([7; 16]);
        assert_eq!(format!("{key:?}"), "SessionKey(…)");
        assert_eq!(key.text(), "BwcHBwcHBwcHBwcHBwcHBw==");
    }
}
