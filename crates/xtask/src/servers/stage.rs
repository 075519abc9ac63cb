//! What is measured runs on: a MariaDB as in production, a Redis, and our own program as the simulator and as the service.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use super::{Server, keeper::Keeper, mariadb, process::Process, redis};
use crate::tools;

/// Keys of the configuration, as `database.url`, and their values.
pub(crate) type Settings<'a> = [(&'a str, &'a str)];

/// Everything in one folder, gone when it is dropped.
pub(crate) struct Stage {
    programs: Vec<Process>,
    mariadb: Server,
    redis: Server,
    binary: PathBuf,
    keeper: Arc<Keeper>,
}

impl Stage {
    /// Starts the two servers, MariaDB with so many MiB in memory.
    ///
    /// # Errors
    /// What is missing and cannot be installed, or did not start.
    pub(crate) fn start(binary: PathBuf, buffer_pool: u64) -> Result<Self, String> {
        tools::require("Measurements", [&mariadb::TOOL, &redis::TOOL])?;
        let keeper = Arc::new(Keeper::start()?);
        Ok(Self {
            programs: Vec::new(),
            mariadb: mariadb::start_durable(buffer_pool, &keeper)?,
            redis: redis::start(&keeper)?,
            binary,
            keeper,
        })
    }

    /// Without a database.
    pub(crate) fn mariadb(&self) -> &str {
        &self.mariadb.url
    }

    pub(crate) fn redis(&self) -> &str {
        &self.redis.url
    }

    /// Runs our program to its end.
    ///
    /// # Errors
    /// That it failed.
    pub(crate) fn run(&self, name: &str, arguments: &[&str], settings: &Settings<'_>) -> Result<(), String> {
        Process::start(name, &mut self.command(arguments, settings), &self.keeper)?.wait_until_done()
    }

    /// Starts our program, and gives the address that it says behind these words.
    ///
    /// # Errors
    /// That it did not start.
    pub(crate) fn serve(
        &mut self,
        name: &str,
        arguments: &[&str],
        settings: &Settings<'_>,
        words: &str,
    ) -> Result<String, String> {
        let mut process = Process::start(name, &mut self.command(arguments, settings), &self.keeper)?;
        process
            .wait_until_ready(words, || true)
            .map_err(|fault| fault.message)?;
        let address = process.said_after(words).ok_or("its log is gone")?;
        self.programs.push(process);
        Ok(address)
    }

    fn command(&self, arguments: &[&str], settings: &Settings<'_>) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(arguments).env_clear().current_dir(self.folder());
        for (key, value) in settings {
            let variable = key.to_ascii_uppercase().replace('.', "__");
            command.env(format!("WECHAT_LOGIN__{variable}"), value);
        }
        command
    }

    fn folder(&self) -> &Path {
        self.keeper.folder()
    }
}
