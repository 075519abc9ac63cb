//! Any token of ours reads back as itself, and nothing else does.

use proptest::prelude::*;
use wechat_login_domain::{InvalidToken, SessionToken};
use wechat_login_testkit::fake::SeededEntropy;

proptest! {
    #[test]
    fn a_token_reads_back_as_itself(seed: u64) {
        let token = SessionToken::generate(&SeededEntropy::new(seed));
        let read = SessionToken::parse(token.expose()).unwrap();
        prop_assert_eq!(read.expose(), token.expose());
        prop_assert_eq!(read.digest(), token.digest());
    }

    #[test]
    fn whatever_reads_as_a_token_is_its_only_spelling(text in "wl_[A-Za-z0-9_-]{49}") {
        if let Ok(token) = SessionToken::parse(&text) {
            prop_assert_eq!(token.expose(), text);
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in any::<String>()) {
        prop_assert_eq!(SessionToken::parse(&text).err(), Some(InvalidToken));
    }

    #[test]
    fn a_token_with_one_byte_changed_is_none(seed: u64, at in 0_usize..52, byte in b'!'..=b'~') {
        let token = SessionToken::generate(&SeededEntropy::new(seed));
        let mut changed = token.expose().as_bytes().to_vec();
        prop_assume!(changed[at] != byte);
        changed[at] = byte;
        let changed = String::from_utf8(changed).unwrap();
        prop_assert_eq!(SessionToken::parse(&changed).err(), Some(InvalidToken));
    }
}
