#![doc = include_str!("../README.md")]

mod app;
mod apps;
mod clock;
mod code;
mod codes;
mod control;
mod fault;
mod options;
mod page;
mod people;
mod person;
mod random;
mod server;
mod session_key;
mod sns;
mod user_info;
mod wire;
mod world;

pub use app::{App, Channel, demo_apps};
pub use options::{Options, UnknownCodes};
pub use server::Simulator;
