use std::fmt::Write as _;

pub(crate) const ALPHANUMERIC: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Random bytes from the operating system.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// Random characters of `alphabet`, which has at most 64 of them; all are equally likely.
pub(crate) fn text(alphabet: &[u8], length: usize) -> String {
    let mut text = String::with_capacity(length);
    while text.len() < length {
        let letters = bytes::<32>()
            .into_iter()
            .filter_map(|byte| alphabet.get(usize::from(byte & 63)));
        text.extend(letters.take(length - text.len()).copied().map(char::from));
    }
    text
}

/// Lowercase hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(2 * bytes.len()), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_the_asked_length_and_letters_and_is_never_the_same() {
        let (a, b) = (text(b"0123456789abcdef", 64), text(b"0123456789abcdef", 64));
        assert_ne!(a, b);
        assert!(
            a.len() == 64 && a.bytes().all(|byte| b"0123456789abcdef".contains(&byte)),
            "{a}"
        );
    }

    #[test]
    fn hex_keeps_leading_zeros() {
        assert_eq!(hex(&[0, 10, 255]), "000aff");
    }
}
