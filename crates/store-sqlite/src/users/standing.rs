//! What operators change about one user, each function a statement or a few in the transaction of its caller.

use diesel::{
    QueryableByName, RunQueryDsl, SqliteConnection,
    sql_types::{Binary, Integer},
};
use time::OffsetDateTime;
use wechat_login_domain::{ExternalId, Revocation, UserId, ports::SessionsEnding};

use crate::{
    failure::Failure,
    revocations,
    sql::{Sql, Value},
    sql_types::{Id, Moment},
};

/// Says whether the user is disabled then.
pub(super) fn disable(
    connection: &mut SqliteConnection,
    id: UserId,
    now: OffsetDateTime,
) -> Result<bool, Failure> {
    const DISABLE: &str = "UPDATE users SET state = 'disabled', version = version + 1, updated_at = ?
         WHERE id = (SELECT u.root FROM users u WHERE u.id = ?) AND state IN ('active', 'disabled')";
    let values = [Value::Moment(Moment(now)), Value::Bytes(id.as_bytes())];
    Ok(Sql::new(DISABLE, values).execute(connection)? == 1)
}

pub(super) fn enable(
    connection: &mut SqliteConnection,
    id: UserId,
    now: OffsetDateTime,
) -> Result<(), Failure> {
    const ENABLE: &str = "UPDATE users SET state = 'active', version = version + 1, updated_at = ?
         WHERE id = (SELECT u.root FROM users u WHERE u.id = ?) AND state = 'disabled'";
    let values = [Value::Moment(Moment(now)), Value::Bytes(id.as_bytes())];
    Sql::new(ENABLE, values).execute(connection)?;
    Ok(())
}

#[derive(QueryableByName)]
struct Raised {
    #[diesel(sql_type = Binary)]
    id: Id,
    #[diesel(sql_type = Integer)]
    generation: i32,
}

/// Raises the generation of a user and of everybody who was merged into them, and gives what they are then.
pub(super) fn raise(connection: &mut SqliteConnection, id: UserId) -> Result<Vec<(UserId, i32)>, Failure> {
    const RAISE: &str = "UPDATE users SET generation = generation + 1, version = version + 1
         WHERE root = (SELECT u.root FROM users u WHERE u.id = ?)
         RETURNING id, generation";
    let raised = Sql::new(RAISE, [Value::Bytes(id.as_bytes())]).load::<Raised>(connection)?;
    let raised = raised.into_iter().map(|row| (row.id.user(), row.generation));
    Ok(raised.collect())
}

/// A merged user's sessions name the merged user, so each id is barred by itself.
pub(super) fn end_sessions(
    connection: &mut SqliteConnection,
    ending: &SessionsEnding,
) -> Result<Vec<Revocation>, Failure> {
    let raised = raise(connection, ending.user_id)?;
    let rows: Vec<_> = raised
        .into_iter()
        .map(|(user_id, generation)| Revocation::User {
            user_id,
            generation,
            except: ending.except,
            because: ending.because,
            bars_until: ending.bars_until,
        })
        .collect();
    for row in &rows {
        revocations::record(connection, row)?;
    }
    Ok(rows)
}

pub(super) fn set_scopes(
    connection: &mut SqliteConnection,
    root: UserId,
    scopes: &[String],
    now: OffsetDateTime,
) -> Result<(), Failure> {
    const SCOPES: &str = "UPDATE users SET scopes = ?, version = version + 1, updated_at = ? WHERE id = ?";
    let scopes = scopes.join(" ");
    let values = [
        Value::Text(&scopes),
        Value::Moment(Moment(now)),
        Value::Bytes(root.as_bytes()),
    ];
    Sql::new(SCOPES, values).execute(connection)?;
    Ok(())
}

/// Nobody else may have it. A former id of the user's may, and gives it up.
pub(super) fn set_external_id(
    connection: &mut SqliteConnection,
    root: UserId,
    external_id: Option<&ExternalId>,
    now: OffsetDateTime,
) -> Result<(), Failure> {
    const GIVE_UP: &str = "UPDATE users SET external_id = NULL WHERE external_id = ?";
    const TAKE: &str = "UPDATE users SET external_id = ?, version = version + 1, updated_at = ? WHERE id = ?";
    let external_id = external_id.map(ExternalId::as_str);
    if let Some(external_id) = external_id {
        Sql::new(GIVE_UP, [Value::Text(external_id)]).execute(connection)?;
    }
    let values = [
        Value::OptionalText(external_id),
        Value::Moment(Moment(now)),
        Value::Bytes(root.as_bytes()),
    ];
    Sql::new(TAKE, values).execute(connection)?;
    Ok(())
}
