//! Keys of features that come with later versions: known, so that a configuration can be written for them, and said to do nothing yet.

use super::keys::Keys;

const KEYS: [&str; 1] = ["server.ops_listen"];

/// The keys among them that somebody set.
pub(super) fn read(keys: &mut Keys) -> Vec<String> {
    for key in KEYS {
        keys.get(key, |_| Ok::<_, &str>(()));
    }
    keys.set_by_somebody(&KEYS)
}
