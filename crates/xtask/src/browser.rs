//! The browser of the pages' tests, and what drives it.

use crate::tools::{self, Tool, find};

const TOOLS: [Tool; 2] = [
    Tool {
        name: "Chromium",
        is_there: || {
            find(&[
                "chromium",
                "chromium-browser",
                "google-chrome",
                "google-chrome-stable",
            ])
            .is_some()
        },
        package: "chromium",
        service: None,
    },
    Tool {
        name: "Chromium's driver",
        is_there: || find(&["chromedriver"]).is_some(),
        package: "chromium-driver",
        service: None,
    },
];

/// Sees to it that it is there. The tests start it themselves, each its own.
///
/// # Errors
/// What is missing, and the command that would install it.
pub(crate) fn require() -> Result<(), String> {
    tools::require("The tests of the pages", &TOOLS)
}
