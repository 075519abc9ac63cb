//! `cargo xtask bench`: what the service promises of its own speed, measured as ratios in one run, so that the machine does not matter.

mod database;
mod fill;
mod http;
mod latency;
mod people;
mod room;
mod round;
mod scale;

pub(crate) use self::scale::scale;
