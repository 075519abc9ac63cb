//! What a session remembers of the device that opened it.

use std::net::IpAddr;

/// The device that a session was opened from, in its own words: shown to its owner, trusted by nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Client {
    /// Where the request came from.
    pub ip: Option<IpAddr>,
    /// The `User-Agent` header, cut to [`Client::USER_AGENT_LENGTH`].
    pub user_agent: Option<String>,
    /// A mini-program's `release`, `trial` or `develop`.
    pub env_version: Option<String>,
    /// The app's own id of the device.
    pub device_id: Option<String>,
    /// What the owner calls the device.
    pub device_name: Option<String>,
    /// The operating system.
    pub os: Option<String>,
}

/// The text cannot describe a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be at most 128 characters without control characters")]
pub struct InvalidClient;

impl Client {
    /// How many characters of a `User-Agent` are kept.
    pub const USER_AGENT_LENGTH: usize = 256;

    /// What is kept of a `User-Agent` header: it is no fault of the person's if a browser sends a strange one.
    #[must_use]
    pub fn shorten_user_agent(text: &str) -> Option<String> {
        let kept: String = text
            .chars()
            .filter(|c| !c.is_control())
            .take(Self::USER_AGENT_LENGTH)
            .collect();
        (!kept.is_empty()).then_some(kept)
    }

    /// Reads one of the words with which an app describes its device; an empty one is none.
    ///
    /// # Errors
    /// [`InvalidClient`] where it is too long or holds control characters.
    pub fn parse_word(text: &str) -> Result<Option<String>, InvalidClient> {
        if text.chars().count() > 128 || text.chars().any(char::is_control) {
            return Err(InvalidClient);
        }
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }
}
