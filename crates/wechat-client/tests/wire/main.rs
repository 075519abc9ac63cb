//! The client against a socket that answers whatever a test scripts: what it sends, what it makes of every answer, when
//! it gives up, and what the log learns of it.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod canary;
#[cfg(test)]
mod client;
#[cfg(test)]
mod each_question;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod fields;
#[cfg(test)]
#[path = "../common/log.rs"]
mod log;
#[cfg(test)]
mod malformed;
#[cfg(test)]
mod question;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod request;
#[cfg(test)]
mod server;
