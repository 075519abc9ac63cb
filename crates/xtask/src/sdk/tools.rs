//! Python and Node: found, installed, or asked for.

use std::process::{Command, Stdio};

use crate::run;

/// What has to be there, how that is seen, and Debian's package for it.
struct Tool {
    name: &'static str,
    check: &'static [&'static str],
    package: &'static str,
}

const TOOLS: [Tool; 3] = [
    Tool {
        name: "Python 3.11 or later with venv",
        check: &[
            "python3",
            "-c",
            "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))",
        ],
        package: "python3-venv",
    },
    Tool {
        name: "Node 18 or later",
        check: &[
            "node",
            "-e",
            "process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)",
        ],
        package: "nodejs",
    },
    Tool {
        name: "npm",
        check: &["npm", "--version"],
        package: "npm",
    },
];

/// Sees to it that the tools are there: as root on Debian and Ubuntu it installs them.
///
/// # Errors
/// What is missing, and the command that would install it.
pub(super) fn require() -> Result<(), String> {
    let missing = missing();
    if missing.is_empty() {
        return Ok(());
    }
    let names = names(&missing);
    let packages: Vec<&str> = missing.iter().map(|tool| tool.package).collect();
    let install = format!(
        "apt-get update && apt-get install --yes --no-install-recommends {}",
        packages.join(" ")
    );
    if !succeeds(&["apt-get", "--version"]) {
        return Err(format!("The SDKs' tests need {names}: install them."));
    }
    if !is_root() {
        return Err(format!(
            "The SDKs' tests need {names}. This installs them: sudo sh -c '{install}'"
        ));
    }
    eprintln!("The SDKs' tests need {names}: installing.");
    run::run(
        Command::new("sh")
            .args(["-c", &install])
            .env("DEBIAN_FRONTEND", "noninteractive")
            // Two thousand lines about npm's own packages; what goes wrong is said elsewhere.
            .stdout(Stdio::null()),
    )
    .map_err(|error| {
        format!(
            "{error}. It needs the network, as the SDKs themselves do, which come from PyPI and npm; \
             `cargo xtask test --quick` does without them."
        )
    })?;
    let missing = self::missing();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "The SDKs' tests need {}, and this system's packages are older.",
            self::names(&missing)
        ))
    }
}

fn missing() -> Vec<&'static Tool> {
    TOOLS.iter().filter(|tool| !succeeds(tool.check)).collect()
}

fn names(tools: &[&Tool]) -> String {
    tools.iter().map(|tool| tool.name).collect::<Vec<_>>().join(", ")
}

fn is_root() -> bool {
    run::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn succeeds(words: &[&str]) -> bool {
    let status = Command::new(words[0])
        .args(&words[1..])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}
