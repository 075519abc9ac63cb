//! Making two users of one again.

use diesel::{QueryableByName, sql_types::Binary};
use time::OffsetDateTime;
use wechat_login_domain::{
    Keyring, RevokedBecause, User, UserId, UserState,
    ports::{SessionsEnding, Undoing},
};

use super::{
    ending::end_sessions,
    look_up::{self, Asked},
    merging::Relabelling,
    one_user::Deed,
};
use crate::{
    failure::Failure,
    lease::Lease,
    sql::{Sql, Value},
    sql_types::{Id, Moment},
};

/// Takes the last merge of this id back, with everybody who moved in it. Done to the survivor.
pub(super) struct UndoMerge {
    pub(super) merged: UserId,
    pub(super) bars_until: OffsetDateTime,
    pub(super) now: OffsetDateTime,
}

#[derive(QueryableByName)]
struct LastMerge {
    #[diesel(sql_type = Binary)]
    from_root: Id,
    #[diesel(sql_type = Binary)]
    into_root: Id,
    #[diesel(embed)]
    relabelling: Relabelling,
}

impl Deed for UndoMerge {
    type Outcome = Undoing;

    fn nobody(&self) -> Undoing {
        Undoing::NotFound
    }

    async fn to(&self, lease: &mut Lease, survivor: User, keyring: &Keyring) -> Result<Undoing, Failure> {
        let Some(last) = self.last(lease).await?.filter(|_| survivor.id != self.merged) else {
            return Ok(Undoing::NotMerged);
        };
        let state = match survivor.state {
            UserState::Active => "active",
            UserState::Disabled => "disabled",
            _ => return Ok(Undoing::Closing),
        };
        last.relabelling.undo(lease).await?;
        self.move_back(lease, &last, state).await?;
        let ending = SessionsEnding {
            user_id: last.into_root.user(),
            except: None,
            because: RevokedBecause::Kicked,
            bars_until: self.bars_until,
        };
        end_sessions(lease, &ending).await?;
        let restored = look_up::user(lease, Asked::ById(last.from_root.user()), keyring).await?;
        let survivor = look_up::user(lease, Asked::ById(last.into_root.user()), keyring).await?;
        match (restored, survivor) {
            (Some(restored), Some(survivor)) => Ok(Undoing::Undone {
                restored: Box::new(restored),
                survivor: Box::new(survivor),
            }),
            _ => Err(Failure::BadRow("merges")),
        }
    }
}

impl UndoMerge {
    /// The last merge of a user is the one that put them where they are: whoever is merged moves whole, with all their former ids.
    async fn last(&self, lease: &mut Lease) -> Result<Option<LastMerge>, Failure> {
        const LAST: &str = "SELECT from_root, into_root, openid_user, openid_account, unionid_account
             FROM merges FORCE INDEX (merges_by_user) WHERE user_id = ? ORDER BY id DESC LIMIT 1";
        let last = Sql::new(LAST, [Value::Bytes(self.merged.as_bytes())]);
        Ok(lease.load::<LastMerge>(&last).await?.into_iter().next())
    }

    async fn move_back(
        &self,
        lease: &mut Lease,
        last: &LastMerge,
        survivor_state: &'static str,
    ) -> Result<(), Failure> {
        // Without the hints a server walks through all merges while they are few, and locks them.
        const TELL: &str = "INSERT INTO revocations (kind, subject, into_user)
             SELECT 'alias', m.user_id, m.from_root
             FROM users u STRAIGHT_JOIN merges m FORCE INDEX (merges_by_user) ON m.user_id = u.id
             WHERE u.root = ? AND m.from_root = ? AND m.into_root = ? ORDER BY m.id";
        // A survivor whom an operator disabled meanwhile was this user too.
        const MOVE_BACK: &str =
            "UPDATE users u STRAIGHT_JOIN merges m FORCE INDEX (merges_by_user) ON m.user_id = u.id
             SET u.root = m.from_root, u.version = u.version + 1, u.updated_at = ?,
                u.state = IF(m.previous_state = 'active', ?, m.previous_state)
             WHERE u.root = ? AND m.from_root = ? AND m.into_root = ?";
        // Once they are back.
        const FORGET: &str =
            "DELETE m FROM users u STRAIGHT_JOIN merges m FORCE INDEX (merges_by_user) ON m.user_id = u.id
             WHERE u.root = ? AND m.from_root = ? AND m.into_root = ?";

        let (from, into) = (&last.from_root, &last.into_root);
        let merges_of = |root: &Id| [root, from, into].map(|id| id.0);
        let (moved, back) = (merges_of(into), merges_of(from));
        let changed = [Value::Moment(Moment(self.now)), Value::Text(survivor_state)];
        let moved = || moved.iter().map(|id| Value::Bytes(id));
        for statement in [
            Sql::new(TELL, moved()),
            Sql::new(MOVE_BACK, changed.into_iter().chain(moved())),
            Sql::new(FORGET, back.iter().map(|id| Value::Bytes(id))),
        ] {
            lease.execute(&statement).await?;
        }
        Ok(())
    }
}
