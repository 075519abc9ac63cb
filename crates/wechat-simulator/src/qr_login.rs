use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::person::PersonId;
use crate::random;
use crate::redirect::Redirect;
use crate::rejection::Rejection;

/// Third parties measured it; WeChat does not say.
const LIFE: Duration = Duration::from_mins(5);

/// A QR code on a website's login page, and how far the phone has come with it.
#[derive(Clone, Debug)]
pub(crate) struct QrLogin {
    pub(crate) uuid: Arc<str>,
    pub(crate) app: Arc<App>,
    pub(crate) redirect: Redirect,
    pub(crate) expires_at: Duration,
    pub(crate) stage: Stage,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Waiting,
    Scanned(PersonId),
    Confirmed {
        person: PersonId,
        code: Arc<str>,
    },
    Cancelled {
        person: PersonId,
        /// Whether the browser is sent back without a code, as WeChat did until 2021.
        legacy_redirect: bool,
    },
}

/// What a person does with a QR code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    Scan,
    /// Scans where nobody has.
    Allow,
    /// Scans where nobody has.
    Cancel,
}

/// The word for a stage in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    Waiting,
    Scanned,
    Confirmed,
    Cancelled,
}

impl QrLogin {
    pub(crate) fn new(app: Arc<App>, redirect: Redirect, now: Duration) -> Self {
        Self {
            uuid: random::text(random::ALPHANUMERIC, 16).into(),
            app,
            redirect,
            expires_at: now + LIFE,
            stage: Stage::Waiting,
        }
    }

    /// Whether this person may do something now.
    pub(crate) fn check(&self, person: &PersonId) -> Result<(), Rejection> {
        match &self.stage {
            Stage::Confirmed { .. } => Err(Rejection::conflict(
                "This QR code has signed somebody in already.",
            )),
            Stage::Scanned(other) if other != person => {
                Err(Rejection::conflict("Somebody else has scanned this QR code."))
            }
            _ => Ok(()),
        }
    }

    /// Where the browser goes from here.
    pub(crate) fn redirect_uri(&self) -> Option<String> {
        match &self.stage {
            Stage::Confirmed { code, .. } => Some(self.redirect.with_code(code)),
            Stage::Cancelled {
                legacy_redirect: true,
                ..
            } => Some(self.redirect.without_code()),
            _ => None,
        }
    }
}

impl Stage {
    pub(crate) fn state(&self) -> State {
        match self {
            Self::Waiting => State::Waiting,
            Self::Scanned(_) => State::Scanned,
            Self::Confirmed { .. } => State::Confirmed,
            Self::Cancelled { .. } => State::Cancelled,
        }
    }

    /// Who has scanned.
    pub(crate) fn person(&self) -> Option<&PersonId> {
        match self {
            Self::Waiting => None,
            Self::Scanned(person) | Self::Confirmed { person, .. } | Self::Cancelled { person, .. } => {
                Some(person)
            }
        }
    }

    pub(crate) fn code(&self) -> Option<&Arc<str>> {
        match self {
            Self::Confirmed { code, .. } => Some(code),
            _ => None,
        }
    }
}

impl State {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Scanned => "scanned",
            Self::Confirmed => "confirmed",
            Self::Cancelled => "cancelled",
        }
    }
}
