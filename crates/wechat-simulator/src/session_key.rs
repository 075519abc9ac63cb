use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

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
    /// Made for a device that encrypts before anything was exchanged; the next code will carry it.
    reserved: Option<SessionKey>,
}

impl KeyRing {
    /// The key that a new code will carry.
    pub(crate) fn for_new_code(&mut self, code: &Arc<str>) -> SessionKey {
        let key = self.reserved.take().unwrap_or_else(SessionKey::generate);
        self.newest_code = Some((Arc::clone(code), key));
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

    #[test]
    fn every_code_rotates_the_key() {
        let mut ring = KeyRing::default();
        assert_ne!(ring.for_new_code(&code("a")), ring.for_new_code(&code("b")));
    }

    #[test]
    fn a_device_encrypts_with_the_key_of_its_waiting_code() {
        let mut ring = KeyRing::default();
        ring.exchanged(SessionKey::generate());
        let key = ring.for_new_code(&code("a"));
        assert_eq!(ring.on_device(|code| code == "a"), key);
    }

    #[test]
    fn a_device_encrypts_with_the_exchanged_key_once_no_code_waits() {
        let mut ring = KeyRing::default();
        let key = ring.for_new_code(&code("a"));
        ring.exchanged(key);
        assert_eq!(ring.on_device(|_| false), key);
    }

    #[test]
    fn a_key_made_before_any_code_is_carried_by_the_next_one() {
        let mut ring = KeyRing::default();
        let key = ring.on_device(|_| false);
        assert_eq!(ring.on_device(|_| false), key);
        assert_eq!(ring.for_new_code(&code("a")), key);
        assert_ne!(ring.for_new_code(&code("b")), key);
    }

    #[test]
    fn debug_hides_the_key() {
        let key = SessionKey([7; 16]);
        assert_eq!(format!("{key:?}"), "SessionKey(…)");
        assert_eq!(key.text(), "BwcHBwcHBwcHBwcHBwcHBw==");
    }
}
