//! What a large table costs a login.
//!
//! A login is measured as its client waits for it: over HTTP, with the release build, WeChat (the simulator), MariaDB and Redis. Two services
//! run on one MariaDB, one with few users and one with many, and each person logs in at both, one after the other: what else the machine does
//! slows both alike.

use std::path::PathBuf;

use super::{
    database::Database,
    fill::fill,
    http::Client,
    people::{self, App, Person},
    room,
    round::{Bench, Side},
};
use crate::{run, servers::Stage};

pub(super) const FEW: u64 = 10_000;
const MANY: u64 = 10_000_000;
/// What a login may cost with many, compared with few.
pub(super) const BUDGET: f64 = 1.2;
/// Of MariaDB's memory, what is not users.
const SPARE: u64 = 512;

/// Measures it: `--users N` for another number of them, `--binary FILE` for a binary that is built already.
///
/// # Errors
/// What went wrong, or that a login costs more than it may.
pub(crate) fn scale(options: &[&str]) -> Result<(), String> {
    let (mut many, mut binary) = (MANY, None);
    for option in options.chunks(2) {
        match option {
            ["--users", users] => {
                many = users
                    .parse()
                    .map_err(|_says_no_more| format!("{users} is no number of users"))?;
            }
            ["--binary", file] => binary = Some(PathBuf::from(file)),
            other => {
                return Err(format!(
                    "what is {}? There are --users N and --binary FILE",
                    other[0]
                ));
            }
        }
    }
    if many <= FEW {
        return Err(format!("--users must be more than {FEW}"));
    }
    // A thousand bytes a user, rounded up.
    let size = many.div_ceil(1_000);
    room::check(size + 4 * SPARE, size + 2 * SPARE)?;
    let binary = binary.map_or_else(release, Ok)?;
    let mut stage = Stage::start(binary, size + SPARE)?;
    let simulator = stage.serve(
        "simulator",
        &["simulator", "--listen", "127.0.0.1:0"],
        &[],
        "http://",
    )?;
    let mut simulator_client = Client::connect(&simulator)?;
    let app = people::app(&mut simulator_client)?;
    let people = people::make(&mut simulator_client, &app, FEW)?;
    let mut sides = Vec::new();
    for (name, count) in [("few", FEW), ("many", many)] {
        let address = prepare(&mut stage, &simulator, name, count, &people, &app)?;
        sides.push(Side::new(Client::connect(&address)?));
    }
    let mut bench = Bench {
        simulator: simulator_client,
        app,
        people,
        sides,
    };
    println!("A login over HTTP takes, in ms{:24}p50       p99", "");
    let first = bench.round("the first of its day", many)?;
    let again = bench.round("another", many)?;
    let worst = first.max(again);
    if worst > BUDGET {
        return Err(format!(
            "{worst:.2} times as long is more than the {BUDGET} that it may be"
        ));
    }
    Ok(())
}

/// The binary, built as it is deployed.
fn release() -> Result<PathBuf, String> {
    run::cargo(
        &["build", "--release", "--locked", "--package", "wechat-login"],
        &[],
    )?;
    let ourselves = std::env::current_exe().map_err(|error| error.to_string())?;
    let target = ourselves.ancestors().nth(2);
    let target = target.ok_or_else(|| format!("{} is in no target folder", ourselves.display()))?;
    Ok(target.join("release/wechat-login"))
}

/// A service with so many users; gives its address.
fn prepare(
    stage: &mut Stage,
    simulator: &str,
    name: &str,
    count: u64,
    people: &[Person],
    app: &App,
) -> Result<String, String> {
    eprintln!("Making {count} users.");
    let database = Database::at(stage.mariadb())?;
    database.run(&format!("CREATE DATABASE {name}"))?;
    let (mariadb, redis) = (format!("{}/{name}", stage.mariadb()), stage.redis().to_owned());
    let (wechat, prefix) = (format!("http://{simulator}"), format!("{name}:"));
    let settings = [
        ("database.url", mariadb.as_str()),
        ("sessions.url", &redis),
        ("sessions.key_prefix", &prefix),
        ("server.listen", "127.0.0.1:0"),
        ("server.ops_listen", "127.0.0.1:0"),
        ("simulator.enabled", "false"),
        ("wechat.api_url", &wechat),
        ("wechat.apps.shop_mini.channel", "mini_program"),
        ("wechat.apps.shop_mini.app_id", &app.app_id),
        ("wechat.apps.shop_mini.secret", &app.secret),
        (
            "security.encryption_key",
            "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        ),
    ];
    stage.run(&format!("migrate-{name}"), &["migrate"], &settings)?;
    fill(&database, name, count, people, app)?;
    stage.serve(name, &["serve"], &settings, "ready address=")
}
