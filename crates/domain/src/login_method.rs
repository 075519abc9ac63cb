//! How a user proves who they are.

use time::OffsetDateTime;

use crate::{AccountId, LoginMethodId, Phone, UserId};

/// What an identifier is, and so where alone it may come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LoginMethodKind {
    /// An openid, within its AppID; from a code exchange only.
    WeChatOpenId,
    /// A unionid, within its Open Platform account; from a code exchange or userinfo only.
    WeChatUnionId,
    /// A phone number, as its keyed hash; from WeChat's phone interface, or data decrypted with the caller's own session_key.
    Phone,
}

impl LoginMethodKind {
    /// The name in JSON and stores.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WeChatOpenId => "wechat_openid",
            Self::WeChatUnionId => "wechat_unionid",
            Self::Phone => "phone",
        }
    }

    /// The kind of that name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::WeChatOpenId, Self::WeChatUnionId, Self::Phone]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }
}

/// One way in, unique over kind, realm and identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginMethod {
    /// Which.
    pub id: LoginMethodId,
    /// Whose. A merged user's stay theirs and lead to the survivor.
    pub user_id: UserId,
    /// What it is.
    pub kind: LoginMethodKind,
    /// Within what the identifier is unique: an AppID, an Open Platform account's name, or nothing for phones.
    pub realm: String,
    /// Case-sensitive and compared bytewise.
    pub identifier: String,
    /// The number of a phone, unless it was sealed with a key that is lost.
    pub phone: Option<Phone>,
    /// The WeChat account that it belongs to: the openids and the unionid of one are one way in.
    pub account: AccountId,
    /// When it became the user's.
    pub linked_at: OffsetDateTime,
    /// When it was last used, to the day.
    pub last_used_at: OffsetDateTime,
}
