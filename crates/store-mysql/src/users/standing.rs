//! What operators change about one user.

use time::OffsetDateTime;
use wechat_login_domain::{
    ExternalId, Keyring, RevokedBecause, ScopeChange, User, UserId, UserState,
    ports::{ExternalIdChange, SessionsEnding},
};

use super::{
    ending::end_sessions,
    look_up::{self, Asked},
    one_user::Deed,
};
use crate::{
    failure::Failure,
    lease::Lease,
    sql::{Sql, Value},
    sql_types::Moment,
};

pub(super) struct Disable {
    pub(super) bars_until: OffsetDateTime,
    pub(super) now: OffsetDateTime,
}

impl Deed for Disable {
    type Outcome = Option<User>;

    fn nobody(&self) -> Option<User> {
        None
    }

    async fn to(&self, lease: &mut Lease, user: User, keyring: &Keyring) -> Result<Option<User>, Failure> {
        if !matches!(user.state, UserState::Active | UserState::Disabled) {
            return Ok(Some(user));
        }
        set_state(lease, user.id, "disabled", self.now).await?;
        let ending = SessionsEnding {
            user_id: user.id,
            except: None,
            because: RevokedBecause::UserDisabled,
            bars_until: self.bars_until,
        };
        end_sessions(lease, &ending).await?;
        look_up::user(lease, Asked::ById(user.id), keyring).await
    }
}

pub(super) struct Enable {
    pub(super) now: OffsetDateTime,
}

impl Deed for Enable {
    type Outcome = Option<User>;

    fn nobody(&self) -> Option<User> {
        None
    }

    async fn to(&self, lease: &mut Lease, user: User, keyring: &Keyring) -> Result<Option<User>, Failure> {
        if user.state != UserState::Disabled {
            return Ok(Some(user));
        }
        set_state(lease, user.id, "active", self.now).await?;
        look_up::user(lease, Asked::ById(user.id), keyring).await
    }
}

pub(super) struct ChangeScopes<'a> {
    pub(super) change: &'a ScopeChange,
    pub(super) now: OffsetDateTime,
}

impl Deed for ChangeScopes<'_> {
    type Outcome = Option<User>;

    fn nobody(&self) -> Option<User> {
        None
    }

    async fn to(&self, lease: &mut Lease, user: User, keyring: &Keyring) -> Result<Option<User>, Failure> {
        const SCOPES: &str = "UPDATE users SET scopes = ?, updated_at = ? WHERE id = ?";
        let scopes = self.change.apply(&user.scopes).join(" ");
        let values = [
            Value::Text(&scopes),
            Value::Moment(Moment(self.now)),
            Value::Bytes(user.id.as_bytes()),
        ];
        lease.execute(&Sql::new(SCOPES, values)).await?;
        look_up::user(lease, Asked::ById(user.id), keyring).await
    }
}

pub(super) struct SetExternalId<'a> {
    pub(super) external_id: Option<&'a ExternalId>,
    pub(super) now: OffsetDateTime,
}

impl Deed for SetExternalId<'_> {
    type Outcome = ExternalIdChange;

    fn nobody(&self) -> ExternalIdChange {
        ExternalIdChange::NotFound
    }

    async fn to(
        &self,
        lease: &mut Lease,
        user: User,
        keyring: &Keyring,
    ) -> Result<ExternalIdChange, Failure> {
        // A former id of the user's gives it up; if one had it, nobody else does, so nothing was done where it turns out to be taken.
        const GIVE_UP: &str = "UPDATE users SET external_id = NULL WHERE external_id = ? AND root = ?";
        const TAKE: &str = "UPDATE users SET external_id = ?, updated_at = ? WHERE id = ?";
        let external_id = self.external_id.map(|id| id.as_str().as_bytes());
        let id = || Value::Bytes(user.id.as_bytes());
        if let Some(external_id) = external_id {
            let give_up = Sql::new(GIVE_UP, [Value::Bytes(external_id), id()]);
            lease.execute(&give_up).await?;
        }
        let now = Value::Moment(Moment(self.now));
        let take = Sql::new(TAKE, [Value::OptionalBytes(external_id), now, id()]);
        match lease.execute(&take).await {
            Ok(_) => {}
            Err(failure) if failure.is_duplicate() => return Ok(ExternalIdChange::Taken),
            Err(failure) => return Err(failure),
        }
        let user = look_up::user(lease, Asked::ById(user.id), keyring).await?;
        let user = user.ok_or(Failure::BadRow("users"))?;
        Ok(ExternalIdChange::Done(Box::new(user)))
    }
}

async fn set_state(
    lease: &mut Lease,
    root: UserId,
    state: &'static str,
    now: OffsetDateTime,
) -> Result<(), Failure> {
    const STATE: &str = "UPDATE users SET state = ?, updated_at = ? WHERE id = ?";
    let values = [
        Value::Text(state),
        Value::Moment(Moment(now)),
        Value::Bytes(root.as_bytes()),
    ];
    lease.execute(&Sql::new(STATE, values)).await?;
    Ok(())
}
