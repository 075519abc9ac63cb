//! Making one user of two.

use diesel::{QueryableByName, sql_types::Binary};
use time::OffsetDateTime;
use wechat_login_domain::{Keyring, Profile, User, UserId, merge, ports::Merging};

use super::{
    attempt::Attempt,
    look_up::{self, Asked},
};
use crate::{
    failure::Failure,
    lease::Lease,
    sql::{Sql, Value},
    sql_types::{Id, Moment},
};

/// An openid's WeChat account that turned out to be a unionid's: the rows of this user that have the one get the other.
#[derive(Clone, Copy, QueryableByName)]
pub(super) struct Relabelling {
    #[diesel(sql_type = Binary, column_name = "openid_user")]
    pub(super) user: Id,
    #[diesel(sql_type = Binary, column_name = "openid_account")]
    pub(super) from: Id,
    #[diesel(sql_type = Binary, column_name = "unionid_account")]
    pub(super) to: Id,
}

impl Relabelling {
    /// Changes nothing, then and when it is undone.
    const fn none(user: Id) -> Self {
        let nobody = Id([0; 16]);
        Self {
            user,
            from: nobody,
            to: nobody,
        }
    }

    pub(super) async fn apply(&self, lease: &mut Lease) -> Result<(), Failure> {
        self.relabel(lease, (self.from, self.to)).await
    }

    pub(super) async fn undo(&self, lease: &mut Lease) -> Result<(), Failure> {
        self.relabel(lease, (self.to, self.from)).await
    }

    async fn relabel(&self, lease: &mut Lease, (from, to): (Id, Id)) -> Result<(), Failure> {
        const RELABEL: &str = "UPDATE login_methods SET account = ? WHERE user_id = ? AND account = ?";
        let values = [&to, &self.user, &from].map(|id| Value::Bytes(&id.0));
        lease.execute(&Sql::new(RELABEL, values)).await?;
        Ok(())
    }
}

/// Whoever changes a user, or who is merged into them, locks them first. In the order of the ids, as the server walks along the key: no two
/// of them wait for each other.
pub(super) async fn lock(lease: &mut Lease, users: &[UserId]) -> Result<(), Failure> {
    let mut users = users.to_vec();
    users.sort_unstable();
    let text = format!(
        "UPDATE users SET version = version + 1 WHERE id IN ({})",
        vec!["?"; users.len()].join(", ")
    );
    let values = users.iter().map(|id| Value::Bytes(id.as_bytes()));
    lease.execute(&Sql::new(text, values)).await?;
    Ok(())
}

/// Makes a user, and whoever was merged into them before, aliases of another. Enough is written down to undo it. Both must be locked.
pub(super) async fn write(
    lease: &mut Lease,
    (survivor, merged): (UserId, UserId),
    relabelling: Relabelling,
    now: OffsetDateTime,
) -> Result<(), Failure> {
    const RECORD: &str = "INSERT INTO merges
            (user_id, from_root, into_root, previous_state, openid_user, openid_account, unionid_account, merged_at)
         SELECT id, root, ?, state, ?, ?, ?, ? FROM users WHERE root = ?";
    const TELL: &str = "INSERT INTO revocations (kind, subject, into_user)
         SELECT 'alias', id, ? FROM users WHERE root = ?";
    const MOVE: &str =
        "UPDATE users SET root = ?, state = 'merged', version = version + 1, updated_at = ? WHERE root = ?";

    let into = || Value::Bytes(survivor.as_bytes());
    let from = || Value::Bytes(merged.as_bytes());
    let now = || Value::Moment(Moment(now));
    let user = || Value::Bytes(&relabelling.user.0);
    let old_account = || Value::Bytes(&relabelling.from.0);
    let account = || Value::Bytes(&relabelling.to.0);
    for statement in [
        Sql::new(RECORD, [into(), user(), old_account(), account(), now(), from()]),
        Sql::new(TELL, [into(), from()]),
        Sql::new(MOVE, [into(), now(), from()]),
    ] {
        lease.execute(&statement).await?;
    }
    relabelling.apply(lease).await
}

/// Gives the survivor what the other was called and looked like, where they have nothing there and did not want it so.
async fn inherit(lease: &mut Lease, merged: &User, survivor: &User) -> Result<(), Failure> {
    const INHERIT: &str = "UPDATE users SET
            nickname = IF(nickname_is_own, nickname, COALESCE(?, nickname)),
            avatar_url = IF(avatar_is_own, avatar_url, COALESCE(?, avatar_url))
         WHERE id = ?";
    let inherited = Profile::default().or_inherited(merged, survivor);
    if inherited.is_empty() {
        return Ok(());
    }
    let values = [
        Value::OptionalText(inherited.nickname.as_deref()),
        Value::OptionalText(inherited.avatar_url.as_deref()),
        Value::Bytes(survivor.id.as_bytes()),
    ];
    lease.execute(&Sql::new(INHERIT, values)).await?;
    Ok(())
}

/// What an operator says are one.
pub(super) struct Merge<'a> {
    pub(super) one: UserId,
    pub(super) other: UserId,
    pub(super) now: OffsetDateTime,
    pub(super) keyring: &'a Keyring,
}

impl Attempt for Merge<'_> {
    type Outcome = Merging;

    async fn once(&self, lease: &mut Lease) -> Result<Option<Merging>, Failure> {
        let (one, other) = (Asked::ById(self.one), Asked::ById(self.other));
        let Some(one_found) = look_up::user(lease, one, self.keyring).await? else {
            return Ok(Some(Merging::NotFound(self.one)));
        };
        let Some(other_found) = look_up::user(lease, other, self.keyring).await? else {
            return Ok(Some(Merging::NotFound(self.other)));
        };
        lease.batch("BEGIN").await?;
        lock(lease, &[one_found.id, other_found.id]).await?;
        // The first that the transaction reads, so it is as fresh as the lock.
        let one_user = look_up::user(lease, one, self.keyring).await?;
        let other_user = look_up::user(lease, other, self.keyring).await?;
        let (one_user, other_user) = match (one_user, other_user) {
            (Some(one), Some(other)) if (one.id, other.id) == (one_found.id, other_found.id) => (one, other),
            _ => {
                lease.batch("ROLLBACK").await?;
                return Ok(None);
            }
        };
        let (survivor, merged) = match merge::decide(&one_user, &other_user) {
            Ok(pair) => pair,
            Err(refusal) => {
                lease.batch("ROLLBACK").await?;
                return Ok(Some(Merging::Refused(refusal)));
            }
        };
        let relabelling = relabelling(lease, survivor, merged).await?;
        write(lease, (survivor, merged), relabelling, self.now).await?;
        let of_them = |id| if one_user.id == id { &one_user } else { &other_user };
        inherit(lease, of_them(merged), of_them(survivor)).await?;
        let survivor = look_up::user(lease, Asked::ById(survivor), self.keyring).await?;
        let survivor = Box::new(survivor.ok_or(Failure::BadRow("users"))?);
        lease.batch("COMMIT").await?;
        Ok(Some(Merging::Merged { survivor, merged }))
    }
}

/// What a kept conflict of the two says: the openid that was seen and the unionid are one WeChat account, if it is plain which are meant.
async fn relabelling(lease: &mut Lease, survivor: UserId, merged: UserId) -> Result<Relabelling, Failure> {
    const SEEN: &str =
        "SELECT DISTINCT o.user_id AS openid_user, o.account AS openid_account, n.account AS unionid_account
         FROM users co
         STRAIGHT_JOIN conflicts c ON c.openid_user = co.id
         STRAIGHT_JOIN users cn ON cn.id = c.unionid_user
         STRAIGHT_JOIN users ou ON ou.root = co.root
         STRAIGHT_JOIN login_methods o FORCE INDEX (login_methods_by_user)
            ON o.user_id = ou.id AND o.kind = 'wechat_openid' AND o.realm = c.app_id
         STRAIGHT_JOIN users nu ON nu.root = cn.root
         STRAIGHT_JOIN login_methods n FORCE INDEX (login_methods_by_user)
            ON n.user_id = nu.id AND n.kind = 'wechat_unionid' AND n.realm = c.open_platform
         WHERE co.root IN (?, ?) AND cn.root IN (?, ?) AND cn.root <> co.root
         LIMIT 2";
    let ids = [survivor, merged, survivor, merged];
    let pairs = Sql::new(SEEN, ids.iter().map(|id| Value::Bytes(id.as_bytes())));
    let pairs = lease.load::<Relabelling>(&pairs).await?;
    Ok(match pairs.as_slice() {
        [only] => *only,
        _ => Relabelling::none(merged.into()),
    })
}
