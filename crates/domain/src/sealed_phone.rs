//! A phone's number as it stands beside the keyed hash by which it is found.

use crate::{Keyring, Phone, Purpose};

/// Seals a number. Whoever was to exchange two rows' numbers would find that they do not open.
#[must_use]
pub fn seal_phone(identifier: &str, phone: &Phone, keyring: &Keyring) -> Vec<u8> {
    let context: &[&[u8]] = &[identifier.as_bytes()];
    keyring.seal(Purpose::Phone, context, phone.expose().as_bytes())
}

/// The number, where one of the encryption keys opens it.
#[must_use]
pub fn open_phone(identifier: &str, sealed: &[u8], keyring: &Keyring) -> Option<Phone> {
    let opened = keyring
        .open(Purpose::Phone, &[identifier.as_bytes()], sealed)
        .ok();
    let phone = opened
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|text| Phone::parse(&text).ok());
    if phone.is_none() {
        tracing::warn!("a phone was not sealed with any of the configured encryption keys");
    }
    phone
}
