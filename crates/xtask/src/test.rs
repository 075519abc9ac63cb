//! `cargo xtask test`: the test command.

use crate::{arch, run, sdk};

/// Runs everything. The embedded store and the simulator are part of the tests; only the SDKs need more than Rust and a
/// C compiler, and come last.
///
/// # Errors
/// What failed.
pub(crate) fn run(is_quick: bool) -> Result<(), String> {
    arch::check()?;
    let cases: &[_] = if is_quick {
        &[("PROPTEST_CASES", "32")]
    } else {
        &[]
    };
    run::cargo(&["test", "--workspace", "--locked"], cases)?;
    if is_quick { Ok(()) } else { sdk::run() }
}
