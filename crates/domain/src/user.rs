//! A person, as this service knows them.

use time::OffsetDateTime;

use crate::{AppId, Apps, ExternalId, LoginMethod, LoginMethodKind, OpenId, Phone, UnionId, UserId};

/// A person. However many ways in they have, they are one user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Who.
    pub id: UserId,
    /// The company's own id for this person, set by operators and trusted backends only.
    pub external_id: Option<ExternalId>,
    /// What to call them.
    pub nickname: Option<String>,
    /// Their picture.
    pub avatar_url: Option<String>,
    /// What they may do, in the company's own words; set by operators and trusted backends only.
    pub scopes: Vec<String>,
    /// Whether they may sign in.
    pub state: UserState,
    /// The users that were merged into this one: their ids still mean this user.
    pub former_ids: Vec<UserId>,
    /// The number that was linked last.
    pub phone: Option<Phone>,
    /// When they first came.
    pub created_at: OffsetDateTime,
    /// When something about them changed last.
    pub updated_at: OffsetDateTime,
}

/// Whether a user may sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserState {
    /// Yes.
    Active,
    /// Not until an operator enables them again.
    Disabled,
    /// Means another user now.
    Merged {
        /// The survivor.
        into: UserId,
    },
    /// Asked to be forgotten; may change their mind until then.
    Closing {
        /// When it becomes final.
        at: OffsetDateTime,
    },
    /// Forgotten.
    Closed,
}

impl UserState {
    /// The state of a user that is no alias, by its name and, for one that is closing, the moment; `None` where there is no such state.
    #[must_use]
    pub fn of_survivor(name: &str, closing_at: Option<OffsetDateTime>) -> Option<Self> {
        match (name, closing_at) {
            ("active", _) => Some(Self::Active),
            ("disabled", _) => Some(Self::Disabled),
            ("closing", Some(at)) => Some(Self::Closing { at }),
            ("closed", _) => Some(Self::Closed),
            _ => None,
        }
    }
}

/// A user with all their ways in, for the backends that may see them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserAccount {
    /// Who.
    pub user: User,
    /// Their login methods, the oldest first.
    pub methods: Vec<LoginMethod>,
}

/// A person at one WeChat app: what payment and subscribe messages need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeChatIdentity {
    /// The app.
    pub app_id: AppId,
    /// The person at this app.
    pub openid: OpenId,
    /// The same WeChat account at the app's Open Platform account.
    pub unionid: Option<UnionId>,
}

impl UserAccount {
    /// The user's openids, each with the latest unionid of the same WeChat account at the app's Open Platform account.
    #[must_use]
    pub fn wechat_identities(&self, apps: &Apps) -> Vec<WeChatIdentity> {
        let of_kind = |kind| self.methods.iter().filter(move |method| method.kind == kind);
        of_kind(LoginMethodKind::WeChatOpenId)
            .filter_map(|openid| {
                let app_id = AppId::parse(&openid.realm).ok()?;
                let realm = apps.by_app_id(&app_id).map(|app| app.open_platform.as_str());
                let unionid = of_kind(LoginMethodKind::WeChatUnionId)
                    .filter(|unionid| {
                        unionid.account == openid.account && Some(unionid.realm.as_str()) == realm
                    })
                    .max_by_key(|unionid| unionid.linked_at)
                    .and_then(|unionid| UnionId::parse(&unionid.identifier).ok());
                Some(WeChatIdentity {
                    app_id,
                    openid: OpenId::parse(&openid.identifier).ok()?,
                    unionid,
                })
            })
            .collect()
    }
}
