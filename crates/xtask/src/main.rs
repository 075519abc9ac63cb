//! What a developer runs: `cargo xtask test`, `cargo xtask servers`, `cargo xtask sdk`, `cargo xtask bench`, `cargo xtask arch`.

mod arch;
mod bench;
mod run;
mod sdk;
mod servers;
mod test;
mod tools;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask <command>

  test [--quick]   all tests; --quick: fewer cases of each property, and not those of the SDKs
  servers          the tests' MariaDB, Redis and Redis Cluster, until Ctrl-C
  sdk              the tests of WeChat SDKs against the simulator
  bench scale [--users N] [--binary FILE]
                   what ten million users (or N) cost a login, compared with ten thousand
  arch             whether dependencies between crates point the way they should";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["test"] => test::run(false),
        ["test", "--quick"] => test::run(true),
        ["servers"] => servers::run(),
        ["sdk"] => sdk::run(),
        ["bench", "scale", options @ ..] => bench::scale(options),
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
