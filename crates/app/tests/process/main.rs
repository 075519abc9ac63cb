//! The program itself: how it starts, refuses to start, stops, and is killed.

mod canary;
mod config;
mod lifecycle;
mod program;
mod users;
