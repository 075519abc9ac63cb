use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// A phone number in E.164 form, such as `+8613800138000`.
#[derive(Clone)]
pub struct Phone(SecretString);

/// The text is no phone number in E.164 form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be '+' and 7 to 15 digits, of which the first is not 0")]
pub struct InvalidPhone;

impl Phone {
    /// Reads a number in E.164 form.
    ///
    /// # Errors
    /// [`InvalidPhone`] where it is none.
    pub fn parse(text: &str) -> Result<Self, InvalidPhone> {
        let digits = text.strip_prefix('+').ok_or(InvalidPhone)?;
        let is_number = digits.bytes().all(|b| b.is_ascii_digit());
        // No country code begins with 0.
        if is_number && (7..=15).contains(&digits.len()) && !digits.starts_with('0') {
            Ok(Self(text.into()))
        } else {
            Err(InvalidPhone)
        }
    }

    /// Reads a number as people write it: with blanks, hyphens, dots or brackets, with `00` for the `+`, and a number of mainland China
    /// without its country too. A number of another country must begin with that.
    ///
    /// # Errors
    /// [`InvalidPhone`] where it is none.
    pub fn parse_written(text: &str) -> Result<Self, InvalidPhone> {
        let bare: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && !"-.()（）‐–".contains(*c))
            .collect();
        let is_chinese = |digits: &str| digits.len() == 11 && digits.starts_with('1');
        match bare.strip_prefix("00").or_else(|| bare.strip_prefix("86")) {
            _ if bare.starts_with('+') => Self::parse(&bare),
            _ if is_chinese(&bare) => Self::parse(&format!("+86{bare}")),
            Some(rest) if bare.starts_with("00") => Self::parse(&format!("+{rest}")),
            Some(rest) if is_chinese(rest) => Self::parse(&format!("+86{rest}")),
            _ => Err(InvalidPhone),
        }
    }

    /// The whole number, for those who may see it.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// The number as its owner knows it again and nobody else can call it: `+86138****8000`.
    #[must_use]
    pub fn masked(&self) -> String {
        let number = self.expose();
        let last = number.len() - 4;
        let shown = last.saturating_sub(4).max(1);
        format!("{}****{}", &number[..shown], &number[last..])
    }
}

impl PartialEq for Phone {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for Phone {}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_e164_is_a_number() {
        for good in ["+8613800138000", "+85261234567", "+1234567"] {
            assert_eq!(Phone::parse(good).unwrap().expose(), good);
        }
        for bad in [
            "",
            "+",
            "13800138000",
            "+123456",
            "+1234567890123456",
            "+86 138",
            "+８６１３８００",
            "++8613800",
            "+08613800138000",
            "+0000000",
        ] {
            assert_eq!(Phone::parse(bad), Err(InvalidPhone), "{bad}");
        }
    }

    #[test]
    fn a_number_may_be_written_as_people_write_it() {
        for text in [
            "13800138000",
            "138 0013 8000",
            "138-0013-8000",
            "8613800138000",
            "+86 138 0013 8000",
            "0086-138.0013.8000",
            "（+86）13800138000",
        ] {
            assert_eq!(
                Phone::parse_written(text).unwrap().expose(),
                "+8613800138000",
                "{text}"
            );
        }
        let hong_kong = Phone::parse_written("+852 6123 4567").unwrap();
        assert_eq!(hong_kong.expose(), "+85261234567");
        for bad in [
            "",
            "61234567",
            "23800138000",
            "1380013800",
            "o13800138000",
            "+86x",
            "00",
        ] {
            assert_eq!(Phone::parse_written(bad), Err(InvalidPhone), "{bad}");
        }
    }

    #[test]
    fn four_digits_are_hidden() {
        assert_eq!(Phone::parse("+8613800138000").unwrap().masked(), "+86138****8000");
        assert_eq!(Phone::parse("+85261234567").unwrap().masked(), "+852****4567");
        assert_eq!(Phone::parse("+1234567").unwrap().masked(), "+****4567");
        assert_eq!(
            format!("{:?}", Phone::parse("+8613800138000").unwrap()),
            "Phone(…)"
        );
    }
}
