//! What `--json` prints: the words of the HTTP API, and lists always wrapped.

use serde::Serialize;
use wechat_login_domain::{
    Apps, LoginMethod, LoginMethodKind, Session, User, UserAccount, UserState, ports::Conflict,
    use_case::MergedUsers,
};

use crate::http::{Moment, UserBody};

#[derive(Serialize)]
pub(super) struct Users<T> {
    users: Vec<T>,
}

#[derive(Serialize)]
pub(super) struct OperatorsUser {
    #[serde(flatten)]
    user: UserBody,
    state: &'static str,
    updated_at: Moment,
}

impl From<&User> for OperatorsUser {
    fn from(user: &User) -> Self {
        Self {
            state: state(user.state),
            updated_at: user.updated_at.into(),
            user: UserBody::from(user),
        }
    }
}

/// The word for a state.
pub(super) const fn state(state: UserState) -> &'static str {
    match state {
        UserState::Active => "active",
        UserState::Disabled => "disabled",
        UserState::Merged { .. } => "merged",
        UserState::Closing { .. } => "closing",
        UserState::Closed => "closed",
    }
}

pub(super) fn users(users: &[User]) -> Users<OperatorsUser> {
    Users {
        users: users.iter().map(OperatorsUser::from).collect(),
    }
}

#[derive(Serialize)]
pub(super) struct Merged {
    #[serde(flatten)]
    user: OperatorsUser,
    /// The external ids that mean this user since the merge, and are in no other answer.
    former_external_ids: Vec<String>,
}

pub(super) fn merged(merged: &MergedUsers) -> Users<Merged> {
    let former = merged.former_external_id.iter();
    Users {
        users: vec![Merged {
            user: OperatorsUser::from(&merged.survivor),
            former_external_ids: former.map(ToString::to_string).collect(),
        }],
    }
}

#[derive(Serialize)]
pub(super) struct Account {
    #[serde(flatten)]
    user: OperatorsUser,
    wechat: Vec<Identity>,
    login_methods: Vec<Method>,
}

#[derive(Serialize)]
struct Identity {
    app_id: String,
    openid: String,
    unionid: Option<String>,
}

#[derive(Serialize)]
struct Method {
    id: String,
    /// A former id's, where it came with a merge.
    user_id: String,
    kind: &'static str,
    realm: String,
    /// Null for a phone, of which only a keyed hash is at hand.
    identifier: Option<String>,
    linked_at: Moment,
    last_used_at: Moment,
}

impl From<&LoginMethod> for Method {
    fn from(method: &LoginMethod) -> Self {
        let is_phone = method.kind == LoginMethodKind::Phone;
        Self {
            id: method.id.to_string(),
            user_id: method.user_id.to_string(),
            kind: method.kind.as_str(),
            realm: method.realm.clone(),
            identifier: (!is_phone).then(|| method.identifier.clone()),
            linked_at: method.linked_at.into(),
            last_used_at: method.last_used_at.into(),
        }
    }
}

pub(super) fn account(account: &UserAccount, apps: &Apps) -> Users<Account> {
    let wechat = account.wechat_identities(apps).into_iter();
    Users {
        users: vec![Account {
            user: OperatorsUser::from(&account.user),
            wechat: wechat
                .map(|identity| Identity {
                    app_id: identity.app_id.to_string(),
                    openid: identity.openid.as_str().to_owned(),
                    unionid: identity.unionid.map(|unionid| unionid.as_str().to_owned()),
                })
                .collect(),
            login_methods: account.methods.iter().map(Method::from).collect(),
        }],
    }
}

#[derive(Serialize)]
pub(super) struct Conflicts {
    conflicts: Vec<ConflictBody>,
}

#[derive(Serialize)]
struct ConflictBody {
    openid_user_id: String,
    unionid_user_id: String,
    app_id: String,
    open_platform: String,
    first_seen_at: Moment,
    last_seen_at: Moment,
    days: u32,
}

pub(super) fn conflicts(conflicts: &[Conflict]) -> Conflicts {
    let conflicts = conflicts.iter().map(|conflict| ConflictBody {
        openid_user_id: conflict.of_openid.to_string(),
        unionid_user_id: conflict.of_unionid.to_string(),
        app_id: conflict.app_id.to_string(),
        open_platform: conflict.open_platform.as_str().to_owned(),
        first_seen_at: conflict.first_seen_at.into(),
        last_seen_at: conflict.last_seen_at.into(),
        days: conflict.days,
    });
    Conflicts {
        conflicts: conflicts.collect(),
    }
}

#[derive(Serialize)]
pub(super) struct Sessions {
    sessions: Vec<SessionBody>,
}

#[derive(Serialize)]
struct SessionBody {
    id: String,
    user_id: String,
    app: String,
    channel: &'static str,
    created_at: Moment,
    last_seen_at: Moment,
    expires_at: Moment,
    ip: Option<String>,
    user_agent: Option<String>,
    env_version: Option<String>,
    device_id: Option<String>,
    device_name: Option<String>,
    os: Option<String>,
}

pub(super) fn sessions(sessions: &[Session]) -> Sessions {
    let sessions = sessions.iter().map(|session| {
        let client = session.client.clone();
        SessionBody {
            id: session.id.to_string(),
            user_id: session.user_id.to_string(),
            app: session.app.to_string(),
            channel: session.channel.as_str(),
            created_at: session.created_at.into(),
            last_seen_at: session.last_seen_at.into(),
            expires_at: session.expires_at.into(),
            ip: client.ip.map(|ip| ip.to_string()),
            user_agent: client.user_agent,
            env_version: client.env_version,
            device_id: client.device_id,
            device_name: client.device_name,
            os: client.os,
        }
    });
    Sessions {
        sessions: sessions.collect(),
    }
}

#[derive(Serialize)]
pub(super) struct Revoked {
    /// Null where nobody knows how many there were.
    pub(super) revoked: Option<usize>,
}
