use std::{fmt, sync::Arc};

/// WeChat's name of an app, `wx` and 16 hexadecimal digits in practice. No length is contractual, so only the alphabet and an upper bound are checked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AppId(Arc<str>);

/// The text cannot be an AppID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 32 ASCII letters, digits, '-' or '_'")]
pub struct InvalidAppId;

impl AppId {
    /// Reads an AppID.
    ///
    /// # Errors
    /// [`InvalidAppId`] where a character or the length cannot be WeChat's.
    pub fn parse(text: &str) -> Result<Self, InvalidAppId> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if (1..=32).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidAppId)
        }
    }

    /// The AppID as WeChat writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AppId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
