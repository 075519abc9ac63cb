//! `cargo xtask test`: the test command.

use crate::{arch, run};

/// Runs everything. Nothing has to be installed but Rust and a C compiler: the embedded store and the simulator are part of the tests.
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
    run::cargo(&["test", "--workspace", "--locked"], cases)
}
