//! A mini-program's code → session.

mod code;
mod failure;
mod retry;
mod sign_in;
mod user_info;
mod world;
