//! The `access_token` of an app, which calls on its behalf show.
#![expect(clippy::unwrap_used, reason = "in the helpers too, what fails is the test")]

mod burst;
mod overtaken;
mod refresh;
mod rejected;
mod serve;
mod store;
mod wait;
mod world;
