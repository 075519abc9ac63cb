//! Python and Node.

use crate::tools::{self, NODE, Tool, succeeds};

const TOOLS: [Tool; 3] = [
    Tool {
        name: "Python 3.11 or later with venv",
        is_there: || {
            succeeds(&[
                "python3",
                "-c",
                "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))",
            ])
        },
        package: "python3-venv",
        service: None,
    },
    NODE,
    Tool {
        name: "npm",
        is_there: || succeeds(&["npm", "--version"]),
        package: "npm",
        service: None,
    },
];

/// Sees to it that the tools are there.
///
/// # Errors
/// What is missing, and the command that would install it.
pub(super) fn require() -> Result<(), String> {
    tools::require("The SDKs' tests", &TOOLS)
}
