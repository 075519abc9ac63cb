//! Websites, official accounts and mobile apps: a browser goes to WeChat and comes back, an app brings a code.

mod begin;
mod finish;
mod link;
mod mobile_app;
mod person;
mod twice;
mod world;
