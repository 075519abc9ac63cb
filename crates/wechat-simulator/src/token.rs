//! What WeChat's tokens look like.

use crate::random;

const LETTERS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
const PREFIX: &str = "99_";

/// A new access_token of an app.
pub(crate) fn of_app() -> String {
    PREFIX.to_owned() + &random::text(LETTERS, 154)
}

/// A new access_token or refresh_token of a person at an app.
pub(crate) fn of_person() -> String {
    PREFIX.to_owned() + &random::text(LETTERS, 107)
}

#[cfg(test)]
mod tests {
    #[test]
    fn tokens_have_the_lengths_of_wechats() {
        assert_eq!((super::of_app().len(), super::of_person().len()), (157, 110));
    }
}
