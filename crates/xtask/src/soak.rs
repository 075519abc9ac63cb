//! `cargo xtask soak`: what every test run does for a few seconds, for a minute or more.

use crate::{run, servers::Servers};

/// Runs the mixed load of first logins, late unionids and merges, for so many seconds.
///
/// # Errors
/// What failed.
pub(crate) fn run(seconds: &str) -> Result<(), String> {
    let seconds = seconds.parse::<u32>();
    let seconds = seconds
        .map_err(|_is_no_number| "How many seconds? A whole number.".to_owned())?
        .to_string();
    let servers = Servers::start_missing()?;
    let mut variables = servers.variables();
    variables.push(("WECHAT_LOGIN_TEST_LOAD_SECONDS", &seconds));
    let load = [
        "test",
        "--package",
        "wechat-login-store-mysql",
        "--locked",
        "--test",
        "load",
    ];
    let only = ["--", "--nocapture", "fifty_connections"];
    run::cargo(&[load.as_slice(), &only].concat(), &variables)
}
