use std::fmt;

/// The company's own id for a person: 1 to 64 characters without control characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ExternalId(Box<str>);

/// The text cannot be an external id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 64 characters without control characters")]
pub struct InvalidExternalId;

impl ExternalId {
    /// Reads an id.
    ///
    /// # Errors
    /// [`InvalidExternalId`] where it is empty, too long or holds control characters.
    pub fn parse(text: &str) -> Result<Self, InvalidExternalId> {
        if (1..=64).contains(&text.chars().count()) && !text.chars().any(char::is_control) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidExternalId)
        }
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
