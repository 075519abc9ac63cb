//! What becomes of a session after the login: it opens things, goes on, and ends.

mod authenticate;
mod follow_revocations;
mod log_out;
mod own;
mod renew_session;
mod trusted;
mod world;
