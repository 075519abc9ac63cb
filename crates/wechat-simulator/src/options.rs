use serde::{Deserialize, Serialize};

use crate::App;

/// How a simulator behaves. `Options::default()` is right for most.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What happens to a mini-program login code that this simulator never issued.
    pub unknown_codes: UnknownCodes,
    /// Apps beside [`demo_apps`](crate::demo_apps). One with the `app_id` of a demo app takes its place.
    pub extra_apps: Vec<App>,
    /// Where the service under development listens, for the `curl` lines on the page;
    /// `http://127.0.0.1:8080` where it is `None`.
    pub service_url: Option<String>,
    /// Lets the simulator listen where other machines reach it. Whoever reaches it can sign in as anybody.
    pub allow_non_loopback: bool,
}

/// What happens to a mini-program login code that the simulator never issued.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownCodes {
    /// It is refused with 40029, as at WeChat.
    #[default]
    Reject,
    /// It signs in the demo person, so that the `wx.login` codes of real developer tools work.
    /// Codes that were issued and are spent or expired are still refused.
    DemoPerson,
}
