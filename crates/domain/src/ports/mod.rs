//! What the use-cases need of the world. Each adapter is one technology's answer; `testkit::contract` checks the sentences here.

mod administration;
mod app_tokens;
mod clock;
mod entropy;
mod exchanges;
mod pending_logins;
mod revocation_news;
mod revocation_readings;
mod revocations;
mod session_keys;
mod sessions;
mod sign_outs;
mod users;
mod wechat;

pub use administration::{Administration, Conflict, ExternalIdChange, Merging, Undoing};
pub use app_tokens::{AppTokens, CLOCKS_MAY_DIFFER, KeptAppToken};
pub use clock::Clock;
pub use entropy::Entropy;
pub use exchanges::{Exchanges, KeptAnswer, RequestDigest};
pub use pending_logins::{PendingLogins, Seen, Taking};
pub use revocation_news::RevocationNews;
pub use revocation_readings::RevocationReadings;
pub use revocations::{Reading, Revocations};
pub use session_keys::{SessionKeyRing, SessionKeys};
pub use sessions::Sessions;
pub use sign_outs::{SessionsEnding, SignOuts};
pub use users::Users;
pub use wechat::{
    CodeExchange, FetchedAppToken, OauthExchange, SessionKeyState, UserInfo, WeChat, WeChatError,
};
