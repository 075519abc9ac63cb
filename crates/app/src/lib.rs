#![doc = include_str!("../README.md")]

pub mod application;
pub mod command;
pub mod config;
pub mod http;
pub mod runtime;
pub mod store;
pub mod system;
pub mod telemetry;
pub mod wiring;

mod condition;
mod encryption_key;
mod revocation_feed;
