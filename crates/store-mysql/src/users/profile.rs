use time::OffsetDateTime;
use wechat_login_domain::{Keyring, ProfileEdit, User, UserId};

use super::look_up::{self, Asked};
use crate::{
    failure::Failure,
    lease::Lease,
    sql::{Sql, Value},
    sql_types::Moment,
};

/// How often a user may be merged into another in the middle of this, or be held by a merge.
const TRIES: u32 = 3;

/// Changes the profile of the user that this id means, and gives the user as they are then.
pub(super) async fn edit(
    lease: &mut Lease,
    id: UserId,
    edit: &ProfileEdit,
    now: OffsetDateTime,
    keyring: &Keyring,
) -> Result<Option<User>, Failure> {
    for _ in 0..TRIES {
        let Some(user) = look_up::user(lease, Asked::ById(id), keyring).await? else {
            return Ok(None);
        };
        match lease.execute(&said(&user, edit, now)).await {
            Ok(_) => {}
            Err(failure) if failure.is_contention() => continue,
            Err(failure) => return Err(failure),
        }
        let after = look_up::user(lease, Asked::ById(id), keyring).await?;
        if after.as_ref().is_none_or(|after| after.id == user.id) {
            return Ok(after);
        }
    }
    Err(Failure::Overtaken)
}

/// Writes what the user said of themselves, and that it is their own word. Of a user that was merged meanwhile it changes nothing.
fn said<'a>(user: &'a User, edit: &'a ProfileEdit, now: OffsetDateTime) -> Sql<'a> {
    const EDIT: &str = "UPDATE users SET
            nickname = CASE WHEN ? THEN ? ELSE nickname END, nickname_is_own = nickname_is_own OR ?,
            avatar_url = CASE WHEN ? THEN ? ELSE avatar_url END, avatar_is_own = avatar_is_own OR ?,
            version = version + 1, updated_at = ?
         WHERE id = ? AND root = id";
    let is_set = |edit: &Option<Option<_>>| Value::Flag(edit.is_some());
    let text = |edit: &'a Option<Option<String>>| {
        Value::OptionalText(Option::as_ref(edit).and_then(Option::as_deref))
    };
    let values = [
        is_set(&edit.nickname),
        text(&edit.nickname),
        is_set(&edit.nickname),
        is_set(&edit.avatar_url),
        text(&edit.avatar_url),
        is_set(&edit.avatar_url),
        Value::Moment(Moment(now)),
        Value::Bytes(user.id.as_bytes()),
    ];
    Sql::new(EDIT, values)
}
