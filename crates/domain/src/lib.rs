#![doc = include_str!("../README.md")]

mod app;
mod app_access_tokens;
mod ask_wechat;
mod client;
mod ending;
mod error;
mod external_id;
mod id;
mod idempotency;
pub mod import;
mod keyring;
mod live_sessions;
mod login_method;
pub mod merge;
mod one_user;
mod operator_error;
mod pending_login;
mod phone;
pub mod ports;
mod profile;
mod recall;
mod recent;
pub mod resolve;
mod revocation;
mod scope;
mod session;
mod time_left;
mod token;
mod trusted_sessions;
pub mod use_case;
mod user;
mod user_reference;
mod wechat;

pub use app::{App, AppName, Apps, Channel, InvalidAppName, OpenPlatform};
pub use app_access_tokens::{AppAccessTokens, AppCallError};
pub use client::{Client, InvalidClient};
pub use error::{Dependency, Error, FieldFault, PortError};
pub use external_id::{ExternalId, InvalidExternalId};
pub use id::{AccountId, LoginMethodId, SessionId, UserId};
pub use idempotency::{IdempotencyKey, InvalidIdempotencyKey};
pub use keyring::{CannotOpen, InvalidKey, Keyring, MasterKey, Purpose};
pub use login_method::{LoginMethod, LoginMethodKind};
pub use operator_error::OperatorError;
pub use pending_login::{PendingLogin, State};
pub use phone::{InvalidPhone, Phone};
pub use profile::{InvalidProfile, Profile, ProfileEdit};
pub use revocation::{Revocation, RevocationView, RevokedBecause};
pub use scope::{InvalidScope, Scope, ScopeChange};
pub use session::{Lifetime, Lifetimes, Session};
pub use token::{InvalidToken, SessionToken, TokenDigest};
pub use trusted_sessions::TrustedSessions;
pub use user::{User, UserAccount, UserState, WeChatIdentity};
pub use user_reference::UserReference;
pub use wechat::{
    AppAccessToken, AppId, CodeDigest, Decrypted, EncryptedData, InvalidAccessToken, InvalidAppId,
    InvalidCode, InvalidIdentifier, InvalidSessionKey, LoginCode, NotDecryptable, OauthCode, OpenId,
    PhoneCode, SessionKey, UnionId, UserAccessToken,
};
