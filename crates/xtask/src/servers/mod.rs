//! `cargo xtask servers`: MariaDB, Redis and a Redis Cluster for the tests, private to whoever starts them. What is measured gets its own.

mod answer;
mod cluster;
mod fault;
mod keeper;
mod mariadb;
mod port;
mod process;
mod redis;
mod stage;

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

pub(crate) use self::stage::Stage;
use self::{keeper::Keeper, process::Process};
use crate::tools::{self, Tool};

/// A server of the tests.
struct Kind {
    /// The variable that tells the tests where it is.
    variable: &'static str,
    tool: &'static Tool,
    start: fn(&Arc<Keeper>) -> Result<Server, String>,
}

const KINDS: [Kind; 3] = [
    Kind {
        variable: "WECHAT_LOGIN_TEST_MYSQL",
        tool: &mariadb::TOOL,
        start: mariadb::start,
    },
    Kind {
        variable: "WECHAT_LOGIN_TEST_REDIS",
        tool: &redis::TOOL,
        start: redis::start,
    },
    Kind {
        variable: "WECHAT_LOGIN_TEST_REDIS_CLUSTER",
        tool: &redis::TOOL,
        start: cluster::start,
    },
];

/// One that runs, until it is dropped.
struct Server {
    url: String,
    processes: Vec<Process>,
}

/// Those that run, until they are dropped.
pub(crate) struct Servers(Vec<(&'static str, Server)>);

/// Starts all of them, says where they are, and keeps them until Ctrl-C.
///
/// # Errors
/// What is missing, did not start, or ended.
pub(crate) fn run() -> Result<(), String> {
    let mut servers = Servers::start(&KINDS)?;
    for (variable, url) in servers.variables() {
        println!("export {variable}={url}");
    }
    eprintln!("They run until Ctrl-C, and keep nothing.");
    loop {
        thread::sleep(Duration::from_millis(500));
        servers.check()?;
    }
}

impl Servers {
    /// Starts those that no variable names yet: a developer may have some that run already.
    ///
    /// # Errors
    /// What is missing and cannot be installed, or did not start. Nothing is ever skipped.
    pub(crate) fn start_missing() -> Result<Self, String> {
        let is_set = |variable| std::env::var_os(variable).is_some_and(|url| !url.is_empty());
        let (given, missing): (Vec<_>, Vec<_>) = KINDS.iter().partition(|kind| is_set(kind.variable));
        for kind in given {
            eprintln!("{} is set: the tests use what it names.", kind.variable);
        }
        Self::start(missing)
    }

    fn start<'a>(kinds: impl IntoIterator<Item = &'a Kind>) -> Result<Self, String> {
        let kinds: Vec<&Kind> = kinds.into_iter().collect();
        if kinds.is_empty() {
            return Ok(Self(Vec::new()));
        }
        let mut tools: Vec<&Tool> = kinds.iter().map(|kind| kind.tool).collect();
        tools.dedup_by_key(|tool| tool.package);
        tools::require("The tests", tools)?;

        let begun = Instant::now();
        let keeper = Arc::new(Keeper::start()?);
        let outcomes: Vec<_> = thread::scope(|scope| {
            let starting: Vec<_> = kinds
                .iter()
                .map(|kind| (kind.variable, scope.spawn(|| (kind.start)(&keeper))))
                .collect();
            starting
                .into_iter()
                .map(|(variable, thread)| {
                    let outcome = thread
                        .join()
                        .unwrap_or_else(|_| Err("A thread panicked.".to_owned()));
                    outcome.map(|server| (variable, server))
                })
                .collect()
        });
        let mut servers = Vec::new();
        let mut faults = Vec::new();
        for outcome in outcomes {
            match outcome {
                Ok(server) => servers.push(server),
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() {
            eprintln!("The tests' servers are up ({:.1?}).", begun.elapsed());
            Ok(Self(servers))
        } else {
            Err(faults.join("\n"))
        }
    }

    /// What to set for the tests.
    pub(crate) fn variables(&self) -> Vec<(&'static str, &str)> {
        self.0
            .iter()
            .map(|(variable, server)| (*variable, server.url.as_str()))
            .collect()
    }

    fn check(&mut self) -> Result<(), String> {
        let mut processes = self.0.iter_mut().flat_map(|(_, server)| &mut server.processes);
        processes.try_for_each(Process::check)
    }
}
