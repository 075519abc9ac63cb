//! What codes look like.
//!
//! The last eight characters are a checksum over the others. It lets the simulator tell a code of its own,
//! long spent and forgotten, from one that somebody else's developer tools made up, without remembering any.

use sha2::{Digest as _, Sha256};

use crate::random;

/// What the developer tools give for a project without an AppID.
pub(crate) const MOCK: &str = "the code is a mock one";

const CHECKSUM: usize = 8;
const LOGIN: Shape = Shape {
    alphabet: random::ALPHANUMERIC,
    length: 32,
};
const PHONE: Shape = Shape {
    alphabet: b"0123456789abcdef",
    length: 64,
};

struct Shape {
    alphabet: &'static [u8],
    length: usize,
}

/// A new login code, of whichever channel.
pub(crate) fn new_login() -> String {
    LOGIN.mint()
}

/// A new code of the phone button.
pub(crate) fn new_phone() -> String {
    PHONE.mint()
}

/// Whether a simulator has issued this code, however long ago.
pub(crate) fn is_ours(code: &str) -> bool {
    LOGIN.made(code) || PHONE.made(code)
}

impl Shape {
    fn mint(&self) -> String {
        let body = random::text(self.alphabet, self.length - CHECKSUM);
        let checksum = self.checksum(&body);
        body + &checksum
    }

    fn made(&self, code: &str) -> bool {
        code.len() == self.length
            && code
                .split_at_checked(self.length - CHECKSUM)
                .is_some_and(|(body, checksum)| checksum == self.checksum(body))
    }

    fn checksum(&self, body: &str) -> String {
        let digest = Sha256::new()
            .chain_update("code of the WeChat simulator:")
            .chain_update(body)
            .finalize();
        let letter = |byte: &u8| char::from(self.alphabet[usize::from(*byte) % self.alphabet.len()]);
        digest.iter().take(CHECKSUM).map(letter).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_the_shapes_of_wechats() {
        let (login, phone) = (new_login(), new_phone());
        assert!(
            login.len() == 32 && login.bytes().all(|b| b.is_ascii_alphanumeric()),
            "{login}"
        );
        assert!(
            phone.len() == 64 && phone.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')),
            "{phone}"
        );
        assert_ne!(login, new_login());
    }

    #[test]
    fn own_codes_are_told_from_others() {
        assert!(is_ours(&new_login()) && is_ours(&new_phone()));
        // A code of WeChat's own, the mock one, and 32 bytes that cannot be cut at the checksum.
        for other in [
            "0b1HquFa1z1e3K0vlzIa1Bw3qt2HquFF",
            MOCK,
            "",
            "01234567890123456789012中3456789",
        ] {
            assert!(!is_ours(other), "{other}");
        }
    }
}
