#![doc = include_str!("../README.md")]

mod app;
mod apps;
mod changes;
mod clock;
mod code;
mod codes;
mod connect;
mod consent;
mod control;
mod event;
mod fault;
mod options;
mod page;
mod people;
mod person;
mod push;
mod qr_image;
mod qr_login;
mod qr_logins;
mod random;
mod redirect;
mod scope;
mod server;
mod session_key;
mod user_info;
mod wechat;
mod wire;
mod world;

pub use app::{App, Channel, demo_apps};
pub use options::{Options, UnknownCodes};
pub use server::Simulator;
