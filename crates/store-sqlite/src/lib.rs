#![doc = include_str!("../README.md")]

mod app_tokens;
mod database;
mod exchanges;
mod failure;
mod migrate;
mod open;
mod pending_logins;
mod pool;
mod revocations;
mod schema;
mod session_keys;
mod sessions;
mod sql;
mod sql_types;
mod store;
mod sweep;
#[cfg(test)]
mod tests;
mod users;

pub use app_tokens::SqliteAppTokens;
pub use exchanges::SqliteExchanges;
pub use open::OpenError;
pub use pending_logins::SqlitePendingLogins;
pub use revocations::SqliteRevocations;
pub use session_keys::SqliteSessionKeys;
pub use sessions::SqliteSessions;
pub use store::SqliteStore;
pub use users::SqliteUsers;
