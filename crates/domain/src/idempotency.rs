use std::fmt;

/// The `Idempotency-Key` of a request: chosen by the client, the same for every try of one action.
#[derive(Clone, PartialEq, Eq)]
pub struct IdempotencyKey(Box<str>);

/// The text cannot be an `Idempotency-Key`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 255 visible ASCII characters")]
pub struct InvalidIdempotencyKey;

impl IdempotencyKey {
    /// Reads a key.
    ///
    /// # Errors
    /// [`InvalidIdempotencyKey`] where it is empty, too long or holds anything but visible ASCII.
    pub fn parse(text: &str) -> Result<Self, InvalidIdempotencyKey> {
        if (1..=255).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic()) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidIdempotencyKey)
        }
    }

    /// The key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

// With the body it opens the kept answer.
impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdempotencyKey(…)")
    }
}
