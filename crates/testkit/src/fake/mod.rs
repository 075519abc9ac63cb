//! Ports in memory. They pass the contract suites, so what holds over them holds over the adapters.

mod app_tokens;
mod clock;
mod entropy;
mod exchanges;
mod outage;
mod pending_logins;
mod revocation_news;
mod revocation_readings;
mod revocations;
mod script;
mod session_keys;
mod sessions;
mod users;
mod virtual_clock;
mod wechat;

pub use app_tokens::MemoryAppTokens;
pub use clock::FixedClock;
pub use entropy::SeededEntropy;
pub use exchanges::MemoryExchanges;
pub use outage::Outage;
pub use pending_logins::MemoryPendingLogins;
pub use revocation_news::MemoryNews;
pub use revocation_readings::EmptyReadings;
pub use revocations::MemoryRevocations;
pub use script::Script;
pub use session_keys::MemorySessionKeys;
pub use sessions::MemorySessions;
pub use users::{Conflict, MemoryUsers};
pub use virtual_clock::VirtualClock;
pub use wechat::{Call, FakeWeChat, encrypt};
