//! Other programs.

use std::{
    ffi::OsString,
    process::{Command, Stdio},
};

/// What listens on this machine is asked directly. Programs differ in which of the two they read, and in which one wins.
pub(crate) const NO_PROXY: [(&str, &str); 2] = [("NO_PROXY", "127.0.0.1"), ("no_proxy", "127.0.0.1")];

/// Runs cargo with these arguments, its output where ours goes.
///
/// # Errors
/// What was run, where it did not succeed.
pub(crate) fn cargo(arguments: &[&str], variables: &[(&str, &str)]) -> Result<(), String> {
    run(Command::new(program())
        .args(arguments)
        .envs(variables.iter().copied()))
}

/// What cargo prints with these arguments.
///
/// # Errors
/// What was run, where it did not succeed.
pub(crate) fn cargo_output(arguments: &[&str]) -> Result<String, String> {
    output(Command::new(program()).args(arguments))
}

/// Says what it runs, and runs it, its output where ours goes.
///
/// # Errors
/// What was run, where it did not succeed.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let line = line(command);
    eprintln!("$ {line}");
    let status = command
        .status()
        .map_err(|error| format!("`{line}` cannot be run: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`{line}` failed"))
    }
}

/// What it prints.
///
/// # Errors
/// What was run, where it did not succeed.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let line = line(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("`{line}` cannot be run: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!("`{line}` failed"))
    }
}

/// The cargo that runs us, so that a toolchain that was asked for stays in use.
fn program() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// As a person would type it: a program by its name, without the folder that it was found in.
fn line(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let words =
        std::iter::once(program.file_name().unwrap_or(command.get_program())).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
