//! The adapters against servers of Redis.

mod cached;
mod cluster;
mod common;
mod contract;
mod feed;
mod layouts;
mod lost_answer;
mod outage;
mod own_server;
mod records;
mod round_trips;
mod sentinel;
mod starting;
mod tls;
mod trust;
