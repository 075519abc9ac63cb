use time::OffsetDateTime;
use wechat_login_domain::{Keyring, Profile, ProfileEdit, User, UserId};

use super::look_up::{self, Asked};
use crate::{
    failure::Failure,
    lease::Lease,
    sql::{Sql, Value},
    sql_types::Moment,
};

/// How often a user may be merged into another in the middle of this, or be held by a merge.
const TRIES: u32 = 3;

/// What becomes of a profile.
#[derive(Clone, Copy)]
pub(super) enum Change<'a> {
    /// The user said it of themselves.
    Edit(&'a ProfileEdit),
    /// WeChat said it.
    Fill(&'a Profile),
}

/// Changes the profile of the user that this id means, and gives the user as they are then.
pub(super) async fn change(
    lease: &mut Lease,
    id: UserId,
    change: Change<'_>,
    now: OffsetDateTime,
    keyring: &Keyring,
) -> Result<Option<User>, Failure> {
    for _ in 0..TRIES {
        let Some(user) = look_up::user(lease, Asked::ById(id), keyring).await? else {
            return Ok(None);
        };
        let sql = match change {
            Change::Edit(edit) => self::edit(&user, edit, now),
            Change::Fill(profile) => fill(&user, profile, now),
        };
        match lease.execute(&sql).await {
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
fn edit<'a>(user: &'a User, edit: &'a ProfileEdit, now: OffsetDateTime) -> Sql<'a> {
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

/// Writes what WeChat says, where the user said nothing. What WeChat said before is not written again: most logins bring the same.
fn fill<'a>(user: &'a User, profile: &'a Profile, now: OffsetDateTime) -> Sql<'a> {
    const FILL: &str = "UPDATE users SET
            nickname = IF(nickname_is_own, nickname, COALESCE(?, nickname)),
            avatar_url = IF(avatar_is_own, avatar_url, COALESCE(?, avatar_url)),
            version = version + 1, updated_at = ?
         WHERE id = ? AND root = id
            AND ((NOT nickname_is_own AND NOT (nickname <=> COALESCE(?, nickname)))
                OR (NOT avatar_is_own AND NOT (avatar_url <=> COALESCE(?, avatar_url))))";
    let said = || [&profile.nickname, &profile.avatar_url].map(|text| Value::OptionalText(text.as_deref()));
    let (now, id) = (Value::Moment(Moment(now)), Value::Bytes(user.id.as_bytes()));
    let values = said().into_iter().chain([now, id]);
    Sql::new(FILL, values.chain(said()))
}
