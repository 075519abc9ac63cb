#![doc = include_str!("../README.md")]

mod add_way_in;
mod app;
mod app_access_tokens;
mod ask_wechat;
mod browser_secret;
mod claim_code;
mod client;
mod closed_ways;
mod ending;
mod error;
mod external_id;
mod finished_login;
mod id;
mod idempotency;
pub mod import;
mod keyring;
pub mod link;
mod live_sessions;
mod login_method;
pub mod merge;
mod oauth_person;
mod one_user;
mod operator_error;
mod own_data;
mod pending_login;
mod phone;
pub mod ports;
mod profile;
mod recent;
pub mod resolve;
mod return_to;
mod revocation;
mod scope;
mod session;
mod sign_in;
mod time_left;
mod token;
mod trusted_sessions;
pub mod unlink;
pub mod use_case;
mod user;
mod user_reference;
mod verified_phone;
mod way_in;
mod web_addresses;
mod wechat;

pub use app::{App, AppName, Apps, Channel, InvalidAppName, OpenPlatform};
pub use app_access_tokens::{AppAccessTokens, AppCallError};
pub use browser_secret::{BrowserSecret, InvalidBrowserSecret};
pub use client::{Client, InvalidClient};
pub use error::{Dependency, Error, FieldFault, PortError};
pub use external_id::{ExternalId, InvalidExternalId};
pub use id::{AccountId, LoginMethodId, SessionId, UserId};
pub use idempotency::{IdempotencyKey, InvalidIdempotencyKey};
pub use keyring::{CannotOpen, InvalidKey, Keyring, MasterKey, Purpose};
pub use login_method::{LoginMethod, LoginMethodKind};
pub use operator_error::OperatorError;
pub use pending_login::{InvalidState, LoginPurpose, PendingLogin, State};
pub use phone::{InvalidPhone, Phone};
pub use profile::{InvalidProfile, Profile, ProfileEdit};
pub use return_to::{ReturnToNotAllowed, ReturnUrls};
pub use revocation::{Revocation, RevocationView, RevokedBecause};
pub use scope::{InvalidScope, Scope, ScopeChange};
pub use session::{Lifetime, Lifetimes, Session};
pub use sign_in::{LoggedIn, SignIn};
pub use token::{InvalidToken, SessionToken, TokenDigest};
pub use trusted_sessions::TrustedSessions;
pub use user::{User, UserAccount, UserState, WeChatIdentity};
pub use user_reference::UserReference;
pub use way_in::{WayIn, WayInKind};
pub use web_addresses::WebAddresses;
pub use wechat::{
    AppAccessToken, AppId, CodeDigest, Decrypted, EncryptedData, InvalidAccessToken, InvalidAppId,
    InvalidCode, InvalidIdentifier, InvalidSessionKey, LoginCode, NotDecryptable, OauthCode, OpenId,
    OpenIdDigest, PhoneCode, SessionKey, UnionId, UserAccessToken,
};
