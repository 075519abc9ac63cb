#![doc = include_str!("../README.md")]

// What makes databases for the tests outside makes them for those inside, too.
#[cfg(test)]
extern crate self as wechat_login_store_mysql;

mod connect;
mod database;
mod database_url;
mod failure;
mod lease;
mod migrate;
mod open;
mod open_error;
mod revocations;
mod settings;
mod sql;
mod sql_types;
mod store;
mod sweep;
#[cfg(test)]
mod tests;
mod users;
mod writes;

pub use database_url::InvalidUrl;
pub use open_error::OpenError;
pub use revocations::MysqlRevocations;
pub use settings::Settings;
pub use store::MysqlStore;
pub use users::MysqlUsers;
