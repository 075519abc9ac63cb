use std::time::Duration;

/// How the pretend WeChat behaves where WeChat itself leaves it open, or changes its mind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    /// How long a session_key stays the same over new logins; every login has a new one where it is zero.
    pub(crate) session_key_min_age: Duration,
    /// How long the codes of websites and mobile apps live.
    pub(crate) web_code_life: Duration,
    /// What is said to an access_token that never was one: 40001 or 40014.
    pub(crate) unknown_token_errcode: i32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            session_key_min_age: Duration::ZERO,
            web_code_life: Duration::from_mins(10),
            unknown_token_errcode: 40001,
        }
    }
}
