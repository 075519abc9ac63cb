use diesel::{RunQueryDsl, SqliteConnection};
use time::OffsetDateTime;
use wechat_login_domain::{Profile, ProfileEdit, UserId};

use crate::{
    failure::Failure,
    sql::{Sql, Value},
    sql_types::Moment,
};

/// Writes what the user said of themselves, and that it is their own word.
pub(super) fn edit(
    connection: &mut SqliteConnection,
    id: UserId,
    edit: &ProfileEdit,
    now: OffsetDateTime,
) -> Result<(), Failure> {
    const EDIT: &str = "UPDATE users SET
            nickname = CASE WHEN ? THEN ? ELSE nickname END, nickname_is_own = nickname_is_own OR ?,
            avatar_url = CASE WHEN ? THEN ? ELSE avatar_url END, avatar_is_own = avatar_is_own OR ?,
            version = version + 1, updated_at = ?
         WHERE id = (SELECT u.root FROM users u WHERE u.id = ?)";
    let is_set = |edit: &Option<Option<_>>| Value::Flag(edit.is_some());
    let text = |edit| Value::OptionalText(Option::as_ref(edit).and_then(Option::as_deref));
    let values = [
        is_set(&edit.nickname),
        text(&edit.nickname),
        is_set(&edit.nickname),
        is_set(&edit.avatar_url),
        text(&edit.avatar_url),
        is_set(&edit.avatar_url),
        Value::Moment(Moment(now)),
        Value::Bytes(id.as_bytes()),
    ];
    Sql::new(EDIT, values).execute(connection)?;
    Ok(())
}

/// Writes what WeChat says, where the user said nothing. What WeChat said before is not written again: most logins bring the same.
pub(super) fn fill(
    connection: &mut SqliteConnection,
    id: UserId,
    profile: &Profile,
    now: OffsetDateTime,
) -> Result<(), Failure> {
    const FILL: &str = "WITH said (nickname, avatar_url) AS (VALUES (?, ?))
         UPDATE users SET
            nickname = iif(nickname_is_own, users.nickname, coalesce(said.nickname, users.nickname)),
            avatar_url = iif(avatar_is_own, users.avatar_url, coalesce(said.avatar_url, users.avatar_url)),
            version = version + 1, updated_at = ?
         FROM said
         WHERE id = (SELECT u.root FROM users u WHERE u.id = ?)
            AND (NOT nickname_is_own AND users.nickname IS NOT coalesce(said.nickname, users.nickname)
                OR NOT avatar_is_own AND users.avatar_url IS NOT coalesce(said.avatar_url, users.avatar_url))";
    let values = [
        Value::OptionalText(profile.nickname.as_deref()),
        Value::OptionalText(profile.avatar_url.as_deref()),
        Value::Moment(Moment(now)),
        Value::Bytes(id.as_bytes()),
    ];
    Sql::new(FILL, values).execute(connection)?;
    Ok(())
}
