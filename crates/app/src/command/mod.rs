//! The commands.

mod check_config;
mod migrate;
mod one_line;
mod serve;
mod simulator;
mod users;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use self::one_line::one_line;
use crate::config::{Config, Faults};

/// sysexits.h: something in the configuration, or around the program, has to be put right before it can start.
const EX_CONFIG: u8 = 78;
/// It was understood, and not done.
const EX_REFUSED: u8 = 1;

/// Signs people in from WeChat, makes them one user, and tells your backends who a token belongs to.
#[derive(Debug, Parser)]
#[command(name = "wechat-login", version)]
pub struct Arguments {
    /// The folder with default.toml, {environment}.toml and local.toml; none of them has to exist
    #[arg(long, global = true, default_value = "config", value_name = "DIR")]
    config: PathBuf,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the service (the default)
    Serve,
    /// Bring the database up to date
    Migrate {
        /// Print the SQL instead, and touch nothing
        #[arg(long)]
        print: bool,
    },
    /// Say whether the configuration is good, what is in force, and where it comes from
    CheckConfig,
    /// Run the pretended WeChat alone
    Simulator(simulator::SimulatorArguments),
    /// Print the OpenAPI document
    Openapi,
    /// Look after users, while the service runs or not
    Users(users::UsersArguments),
}

impl Arguments {
    /// Does what the command line says.
    pub async fn run(self) -> ExitCode {
        let outcome = match self.command.unwrap_or(Command::Serve) {
            Command::Simulator(arguments) => simulator::run(arguments).await,
            Command::Openapi => {
                println!("{}", crate::http::document());
                Ok(())
            }
            configured => match Config::load(&self.config) {
                Err(faults) => return refuse(&faults),
                Ok(config) => match configured {
                    Command::CheckConfig => {
                        check_config::run(&config);
                        Ok(())
                    }
                    Command::Migrate { print: true } => {
                        migrate::print(&config);
                        Ok(())
                    }
                    Command::Migrate { print: false } => migrate::run(config).await,
                    Command::Users(arguments) => return users::run(arguments, config).await,
                    _ => serve::run(config).await,
                },
            },
        };
        match outcome {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("wechat-login: {}", one_line(error.as_ref()));
                ExitCode::from(EX_CONFIG)
            }
        }
    }
}

fn refuse(faults: &Faults) -> ExitCode {
    eprintln!("wechat-login: {faults}");
    ExitCode::from(EX_CONFIG)
}
