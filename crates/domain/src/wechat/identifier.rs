use std::fmt;

/// The text cannot be an openid or a unionid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 64 ASCII letters, digits, '-' or '_'")]
pub struct InvalidIdentifier;

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// Reads what WeChat sent. Letter case matters; no length is contractual, 28 characters are usual.
            ///
            /// # Errors
            /// [`InvalidIdentifier`] where a character or the length cannot be WeChat's.
            pub fn parse(text: &str) -> Result<Self, InvalidIdentifier> {
                let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
                if (1..=64).contains(&text.len()) && text.bytes().all(allowed) {
                    Ok(Self(text.into()))
                } else {
                    Err(InvalidIdentifier)
                }
            }

            /// The identifier as WeChat writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        // Personal data: it may be shown to the backends that may see it, and never by accident in a log.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    };
}

identifier! {
    /// A person at one app. It means something only together with the app's AppID.
    OpenId
}
identifier! {
    /// A person at all apps of one Open Platform account.
    UnionId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letter_case_makes_another_person() {
        assert_ne!(OpenId::parse("oABC").unwrap(), OpenId::parse("oabc").unwrap());
    }

    #[test]
    fn what_wechat_never_sends_is_refused() {
        for bad in ["", " ", "o b", "o\u{0}", "openid ", "ö", &"o".repeat(65)] {
            assert_eq!(OpenId::parse(bad), Err(InvalidIdentifier), "{bad:?}");
            assert_eq!(UnionId::parse(bad), Err(InvalidIdentifier), "{bad:?}");
        }
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", OpenId::parse("oABC").unwrap()), "OpenId(…)");
    }
}
