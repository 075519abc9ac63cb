//! `cargo xtask test`: the test command.

use crate::{arch, browser, clients, run, sdk, servers::Servers};

/// Beside the embedded store, which is the default: MariaDB and Redis, and what sessions are with a cluster of it.
const ON_SERVERS: [(&str, &str); 2] = [("servers", ""), ("cluster", "ession")];

/// Runs everything. The embedded store and the simulator are part of the tests; MariaDB and Redis are started for them,
/// Chromium by those of the pages.
/// The clients and the SDKs need more than Rust and a C compiler, and come last.
///
/// # Errors
/// What failed.
pub(crate) fn run(is_quick: bool) -> Result<(), String> {
    arch::check()?;
    browser::require()?;
    let servers = Servers::start_missing()?;
    let mut variables = servers.variables();
    if is_quick {
        variables.push(("PROPTEST_CASES", "32"));
    }
    run::cargo(&["test", "--workspace", "--locked"], &variables)?;
    for (stores, filter) in ON_SERVERS {
        eprintln!("The black-box tests once more, with {stores}.");
        let black_box = [
            "test",
            "--package",
            "wechat-login",
            "--locked",
            "--test",
            "api",
            filter,
        ];
        let stores = [("WECHAT_LOGIN_TEST_STORES", stores)];
        run::cargo(&black_box, &[variables.as_slice(), &stores].concat())?;
    }
    drop(servers);
    if is_quick {
        return Ok(());
    }
    clients::run()?;
    sdk::run()
}
