//! Encryption at rest: AES-256-GCM, a key of its own for every purpose and context, and a way to change the master key.

use std::sync::Arc;

use aes_gcm::{Aes256Gcm, KeyInit, aead::Aead};
use base64::{Engine, engine::general_purpose::STANDARD};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretBox};
use sha2::Sha256;

use crate::ports::Entropy;

/// The first byte of everything sealed: how the rest is laid out.
const LAYOUT: u8 = 1;
const KEY_ID_LENGTH: usize = 4;
const NONCE_LENGTH: usize = 12;
const HEADER_LENGTH: usize = 1 + KEY_ID_LENGTH + NONCE_LENGTH;

/// 32 bytes that every other key is derived from.
pub struct MasterKey(SecretBox<[u8; 32]>);

/// The text is not the base64 of 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be the base64 of 32 bytes")]
pub struct InvalidKey;

impl MasterKey {
    /// A new key.
    #[must_use]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut bytes = Box::new([0; 32]);
        entropy.fill(bytes.as_mut_slice());
        Self(SecretBox::new(bytes))
    }

    /// Reads a key.
    ///
    /// # Errors
    /// [`InvalidKey`] where it is not the base64 of 32 bytes.
    pub fn parse(text: &str) -> Result<Self, InvalidKey> {
        let bytes = STANDARD
            .decode(text.trim())
            .ok()
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        bytes
            .map(|bytes| Self(SecretBox::new(Box::new(bytes))))
            .ok_or(InvalidKey)
    }

    /// The base64 of the key, for the file that keeps it.
    #[must_use]
    pub fn expose(&self) -> String {
        STANDARD.encode(self.0.expose_secret())
    }

    fn derive<const N: usize>(&self, info: &[&[u8]]) -> [u8; N] {
        let mut derived = [0; N];
        Hkdf::<Sha256>::new(None, self.0.expose_secret())
            .expand_multi_info(info, &mut derived)
            .expect("no more than 255 blocks are asked for");
        derived
    }

    fn id(&self) -> [u8; KEY_ID_LENGTH] {
        self.derive(&[b"wechat-login/key-id"])
    }
}

/// What is encrypted: no value opens for another purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A WeChat session_key.
    SessionKey,
    /// A phone number.
    Phone,
    /// The kept answer to a login.
    Answer,
    /// The `access_token` of an app.
    AppToken,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::SessionKey => b"wechat-login/session-key",
            Self::Phone => b"wechat-login/phone",
            Self::Answer => b"wechat-login/answer",
            Self::AppToken => b"wechat-login/app-token",
        }
    }
}

/// Sealed with a key that is not ours, for something else, or damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("was not sealed with any of the configured encryption keys")]
pub struct CannotOpen;

/// Seals and opens what rests in stores.
pub struct Keyring {
    current: MasterKey,
    previous: Vec<MasterKey>,
    entropy: Arc<dyn Entropy>,
}

impl Keyring {
    /// Seals with `current`, opens with `previous` too.
    #[must_use]
    pub const fn new(current: MasterKey, previous: Vec<MasterKey>, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            current,
            previous,
            entropy,
        }
    }

    /// Encrypts. Only the same purpose and context open it again.
    #[must_use]
    pub fn seal(&self, purpose: Purpose, context: &[&[u8]], plaintext: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE_LENGTH];
        self.entropy.fill(&mut nonce);
        let ciphertext = cipher(&self.current, purpose, context)
            .encrypt(&nonce.into(), plaintext)
            .expect("what we seal is far below AES-GCM's 64 GiB");
        [&[LAYOUT], self.current.id().as_slice(), &nonce, &ciphertext].concat()
    }

    /// Decrypts what [`Keyring::seal`] made.
    ///
    /// # Errors
    /// [`CannotOpen`], whatever the reason.
    pub fn open(&self, purpose: Purpose, context: &[&[u8]], sealed: &[u8]) -> Result<Vec<u8>, CannotOpen> {
        let (header, ciphertext) = sealed.split_at_checked(HEADER_LENGTH).ok_or(CannotOpen)?;
        let (key_id, nonce) = header[1..].split_at(KEY_ID_LENGTH);
        let key = self.keys().find(|key| key.id() == key_id).ok_or(CannotOpen)?;
        let nonce: [u8; NONCE_LENGTH] = nonce.try_into().expect("the header was cut to this length");
        if header[0] != LAYOUT {
            return Err(CannotOpen);
        }
        cipher(key, purpose, context)
            .decrypt(&nonce.into(), ciphertext)
            .map_err(|_says_nothing_by_design| CannotOpen)
    }

    /// Keyed hashes (HMAC-SHA256) under which a value can be found: today's key first, then those of the previous keys.
    pub fn indexes<'a>(&'a self, purpose: Purpose, value: &'a [u8]) -> impl Iterator<Item = [u8; 32]> + 'a {
        self.keys().map(move |key| {
            let key: [u8; 32] = key.derive(&[purpose.label(), b"/index"]);
            let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&key).expect("HMAC takes any key length");
            mac.update(value);
            mac.finalize().into_bytes().into()
        })
    }

    fn keys(&self) -> impl Iterator<Item = &MasterKey> {
        std::iter::once(&self.current).chain(&self.previous)
    }
}

fn cipher(key: &MasterKey, purpose: Purpose, context: &[&[u8]]) -> Aes256Gcm {
    // Each part goes in with its length, so that no two contexts run into the same text.
    let lengths: Vec<_> = context
        .iter()
        .map(|part| (part.len() as u64).to_be_bytes())
        .collect();
    let mut info: Vec<&[u8]> = vec![purpose.label()];
    for (length, part) in lengths.iter().zip(context) {
        info.push(length);
        info.push(part);
    }
    Aes256Gcm::new(&key.derive::<32>(&info).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sevens;

    impl Entropy for Sevens {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    fn key(byte: u8) -> MasterKey {
        MasterKey(SecretBox::new(Box::new([byte; 32])))
    }

    fn keyring(current: u8, previous: &[u8]) -> Keyring {
        Keyring::new(
            key(current),
            previous.iter().copied().map(key).collect(),
            Arc::new(Sevens),
        )
    }

    const CONTEXT: &[&[u8]] = &[b"wx1", b"oA"];

    #[test]
    fn what_is_sealed_opens_for_the_same_purpose_and_context_only() {
        let ring = keyring(1, &[]);
        let sealed = ring.seal(Purpose::SessionKey, CONTEXT, b"secret");
        assert_eq!(
            ring.open(Purpose::SessionKey, CONTEXT, &sealed).unwrap(),
            b"secret"
        );
        assert_eq!(ring.open(Purpose::Phone, CONTEXT, &sealed), Err(CannotOpen));
        assert_eq!(
            ring.open(Purpose::SessionKey, &[b"wx1o", b"A"], &sealed),
            Err(CannotOpen)
        );
        assert!(!sealed.windows(6).any(|window| window == b"secret"));
    }

    #[test]
    fn a_changed_byte_does_not_open() {
        let ring = keyring(1, &[]);
        let sealed = ring.seal(Purpose::SessionKey, CONTEXT, b"secret");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(
                ring.open(Purpose::SessionKey, CONTEXT, &changed),
                Err(CannotOpen),
                "{at}"
            );
            assert_eq!(
                ring.open(Purpose::SessionKey, CONTEXT, &sealed[..at]),
                Err(CannotOpen),
                "{at}"
            );
        }
    }

    #[test]
    fn a_changed_master_key_still_opens_and_finds_what_the_previous_one_sealed() {
        let old = keyring(1, &[]);
        let new = keyring(2, &[1]);
        let sealed = old.seal(Purpose::Phone, CONTEXT, b"+8613800138000");
        assert_eq!(
            new.open(Purpose::Phone, CONTEXT, &sealed).unwrap(),
            b"+8613800138000"
        );
        assert_eq!(
            keyring(2, &[]).open(Purpose::Phone, CONTEXT, &sealed),
            Err(CannotOpen)
        );
        let old_index = old.indexes(Purpose::Phone, b"+8613800138000").next();
        assert_eq!(new.indexes(Purpose::Phone, b"+8613800138000").nth(1), old_index);
        assert_ne!(new.indexes(Purpose::Phone, b"+8613800138000").next(), old_index);
    }

    #[test]
    fn a_key_is_the_base64_of_32_bytes() {
        let text = key(9).expose();
        assert_eq!(MasterKey::parse(&format!("{text}\n")).unwrap().expose(), text);
        for bad in ["", "AAAA", "not base64", &text[..43]] {
            assert!(MasterKey::parse(bad).is_err(), "{bad}");
        }
    }
}
