//! What WeChat names and hands out.

mod access_token;
mod app_id;
mod code;
mod encrypted_data;
mod identifier;
mod open_id_digest;
mod session_key;

pub use access_token::{AppAccessToken, InvalidAccessToken, UserAccessToken};
pub use app_id::{AppId, InvalidAppId};
pub use code::{CodeDigest, InvalidCode, LoginCode, OauthCode, PhoneCode};
pub use encrypted_data::{Decrypted, EncryptedData, NotDecryptable};
pub use identifier::{InvalidIdentifier, OpenId, UnionId};
pub use open_id_digest::OpenIdDigest;
pub use session_key::{InvalidSessionKey, SessionKey};
