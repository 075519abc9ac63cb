//! What a developer runs: `cargo xtask test` and its parts.

mod arch;
mod bench;
mod browser;
mod clients;
mod program;
mod run;
mod sdk;
mod servers;
mod soak;
mod test;
mod tools;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask <command>

  test [--quick]   all tests; --quick: fewer cases of each property, and not those of the SDKs and clients
  servers          the tests' MariaDB, Redis and Redis Cluster, until Ctrl-C
  soak [SECONDS]   a mixed load of logins and merges on MariaDB, for a minute or as long as is said
  sdk              the tests of WeChat SDKs against the simulator
  clients          the tests of the client examples against the service
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
        ["soak"] => soak::run("60"),
        ["soak", seconds] => soak::run(seconds),
        ["sdk"] => sdk::run(),
        ["clients"] => clients::run(),
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
