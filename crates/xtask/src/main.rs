//! What a developer runs: `cargo xtask test`, `cargo xtask arch`.

mod arch;
mod run;
mod test;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask <command>

  test [--quick]   all tests; --quick: fewer cases of each property
  arch             whether dependencies between crates point the way they should";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["test"] => test::run(false),
        ["test", "--quick"] => test::run(true),
        ["arch"] => arch::check(),
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
