use diesel::{RunQueryDsl, SqliteConnection};
use time::OffsetDateTime;
use wechat_login_domain::{ProfileEdit, UserId};

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
