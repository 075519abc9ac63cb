#![doc = include_str!("../README.md")]

mod answer;
mod app;
mod app_tokens;
mod apps;
mod clock;
mod code;
mod codes;
mod consents;
mod control;
mod encrypted;
mod faults;
mod options;
mod page;
mod people;
mod person;
mod phone_number;
mod quotas;
mod random;
mod rejection;
mod scope;
mod server;
mod session_key;
mod session_keys;
mod settings;
mod token;
mod user_info;
mod wechat;
mod wire;
mod world;

pub use app::{App, Channel, demo_apps};
pub use options::{Options, UnknownCodes};
pub use server::Simulator;
