use std::fmt;

use super::Fault;

/// The variable that names the environment. It has one underscore: it is not a key.
pub(super) const VARIABLE: &str = "WECHAT_LOGIN_ENVIRONMENT";

/// Where this runs: `development` relaxes some rules, every other name relaxes none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment(String);

impl Environment {
    pub(super) fn parse(name: Option<&str>) -> Result<Self, Fault> {
        let name = name.unwrap_or("development");
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !name.is_empty() && name.len() <= 64 && name.bytes().all(allowed) {
            Ok(Self(name.to_owned()))
        } else {
            Err(Fault::of_variable(
                VARIABLE,
                "must be lower-case letters, digits and hyphens",
            ))
        }
    }

    /// What stands for a name that is none, so that the other faults can be told too: it relaxes nothing.
    pub(super) fn unknown() -> Self {
        Self("unknown".to_owned())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the one that relaxes.
    #[must_use]
    pub fn is_development(&self) -> bool {
        self.0 == "development"
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
