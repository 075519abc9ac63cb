#![doc = include_str!("../README.md")]

mod app_tokens;
mod cache;
mod cached_sessions;
mod codec;
mod connect_error;
mod exchanges;
mod failure;
mod feed;
mod keys;
mod last_opened;
mod lines;
mod masters;
mod once;
mod opener;
mod pending_logins;
mod pending_value;
mod probe;
mod request;
mod script;
mod server;
mod session_keys;
mod session_value;
mod sessions;
mod settings;
mod store;
mod ttl;

pub use app_tokens::RedisAppTokens;
pub use cached_sessions::CachedSessions;
pub use connect_error::ConnectError;
pub use exchanges::RedisExchanges;
pub use feed::FeedEvent;
pub use pending_logins::RedisPendingLogins;
pub use session_keys::RedisSessionKeys;
pub use sessions::RedisSessions;
pub use settings::{InvalidSettings, RedisSettings};
pub use store::RedisStore;
