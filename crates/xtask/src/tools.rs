//! Programs of others that the tests need: found, installed, or asked for.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use crate::run;

/// What has to be there, how that is seen, and how Debian has it.
pub(crate) struct Tool {
    /// As a person would ask for it.
    pub(crate) name: &'static str,
    pub(crate) is_there: fn() -> bool,
    pub(crate) package: &'static str,
    /// What the package would start, now and with the machine.
    pub(crate) service: Option<&'static str>,
}

/// What runs JavaScript.
pub(crate) const NODE: Tool = Tool {
    name: "Node 18 or later",
    is_there: || {
        succeeds(&[
            "node",
            "-e",
            "process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)",
        ])
    },
    package: "nodejs",
    service: None,
};

/// Sees to it that what `needed_by` needs is there: as root on Debian and Ubuntu it installs what is not.
///
/// # Errors
/// What is missing, and the command that would install it.
pub(crate) fn require<'a>(needed_by: &str, tools: impl IntoIterator<Item = &'a Tool>) -> Result<(), String> {
    let missing: Vec<&Tool> = tools.into_iter().filter(|tool| !(tool.is_there)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = names(&missing);
    let install = install(&missing);
    if !succeeds(&["apt-get", "--version"]) {
        return Err(format!("{needed_by} need {names}: install them."));
    }
    if !is_root() {
        return Err(format!(
            "{needed_by} need {names}. This installs them: sudo sh -c '{install}'"
        ));
    }
    eprintln!("{needed_by} need {names}: installing, without starting any service.");
    eprintln!("$ {install}");
    let status = Command::new("sh")
        .args(["-c", &without_services(&install, &missing)])
        .env("DEBIAN_FRONTEND", "noninteractive")
        // Two thousand lines about npm's own packages; what goes wrong is said elsewhere.
        .stdout(Stdio::null())
        .status();
    if !status.is_ok_and(|status| status.success()) {
        return Err(format!("`{install}` failed"));
    }
    let missing: Vec<&Tool> = missing.into_iter().filter(|tool| !(tool.is_there)()).collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "{needed_by} need {}, and this system's packages do not bring them.",
            self::names(&missing)
        ))
    }
}

/// Whether that command can be run, and succeeds.
pub(crate) fn succeeds(words: &[&str]) -> bool {
    let status = Command::new(words[0])
        .args(&words[1..])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

/// The first of these programs that is there. Debian keeps servers where only root looks.
pub(crate) fn find(programs: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path)
        .chain(["/usr/local/sbin", "/usr/sbin"].map(PathBuf::from))
        .collect();
    let mut files = programs
        .iter()
        .flat_map(|program| folders.iter().map(move |folder| folder.join(program)));
    files.find(|file| file.is_file())
}

/// Whether servers that we start have to be told that they may run as root.
pub(crate) fn is_root() -> bool {
    run::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn names(tools: &[&Tool]) -> String {
    tools.iter().map(|tool| tool.name).collect::<Vec<_>>().join(", ")
}

fn install(tools: &[&Tool]) -> String {
    let packages: Vec<&str> = tools.iter().map(|tool| tool.package).collect();
    format!(
        "apt-get update && apt-get install --yes --no-install-recommends {}",
        packages.join(" ")
    )
}

/// Debian starts what it installs, unless the machine's policy says no: it says so for as long as this takes, where it
/// says nothing of its own. What was not there before shall not start with the machine either.
fn without_services(install: &str, tools: &[&Tool]) -> String {
    let services: Vec<&str> = tools.iter().filter_map(|tool| tool.service).collect();
    let disable = if services.is_empty() {
        String::new()
    } else {
        format!(
            "if [ -d /run/systemd/system ]; then systemctl disable --quiet {}; fi\n",
            services.join(" ")
        )
    };
    format!(
        "set -e
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    trap 'rm -f $policy' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\\nexit 101\\n' > $policy
    chmod 755 $policy
fi
{install}
{disable}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: Tool = Tool {
        name: "A server",
        is_there: || false,
        package: "a-server",
        service: Some("a.service"),
    };
    const PROGRAM: Tool = Tool {
        name: "A program",
        is_there: || true,
        package: "a-program",
        service: None,
    };

    #[test]
    fn what_is_there_is_found_also_by_its_second_name() {
        let shell = find(&["no-such-program", "sh"]).expect("there is a shell");
        assert!(shell.ends_with("sh"));
        assert_eq!(find(&["no-such-program"]), None);
    }

    #[test]
    fn the_command_names_every_package() {
        assert_eq!(
            install(&[&SERVER, &PROGRAM]),
            "apt-get update && apt-get install --yes --no-install-recommends a-server a-program"
        );
    }

    #[test]
    fn only_services_are_kept_from_starting() {
        assert!(without_services("true", &[&SERVER, &PROGRAM]).contains("disable --quiet a.service;"));
        assert!(!without_services("true", &[&PROGRAM]).contains("systemctl"));
    }

    #[test]
    fn what_is_there_is_not_installed() {
        assert_eq!(require("The tests", [&PROGRAM]), Ok(()));
    }
}
