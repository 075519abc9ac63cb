//! Other programs.

use std::{
    ffi::OsString,
    process::{Command, Stdio},
};

/// Runs cargo with these arguments, its output where ours goes.
///
/// # Errors
/// What was run, where it did not succeed.
pub(crate) fn cargo(arguments: &[&str], variables: &[(&str, &str)]) -> Result<(), String> {
    eprintln!("$ cargo {}", arguments.join(" "));
    let status = Command::new(program())
        .args(arguments)
        .envs(variables.iter().copied())
        .status()
        .map_err(|error| format!("cargo cannot be run: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`cargo {}` failed", arguments.join(" ")))
    }
}

/// What cargo prints with these arguments.
///
/// # Errors
/// What was run, where it did not succeed.
pub(crate) fn cargo_output(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program())
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cargo cannot be run: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!("`cargo {}` failed", arguments.join(" ")))
    }
}

/// The cargo that runs us, so that a toolchain that was asked for stays in use.
fn program() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}
