use diesel::{
    Connection, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, SelectableHelper,
    SqliteConnection,
};
use wechat_login_domain::{
    Brought, ExternalId, Keyring, LoginMethodKind, MethodKey, User, UserAccount, UserId,
    resolve::{Owner, Owners},
};

use super::{
    keys,
    row::{MethodRow, OWNER_COLUMNS, OwnerRow, ROOT_AND_PHONE, USER_COLUMNS, UserRow},
};
use crate::{
    failure::Failure,
    schema::{login_methods, users},
    sql::{Sql, Value},
    sql_types::Id,
};

/// Whose each of these is: one statement, each step of which is one key, and whose rows are all that a login answers with.
pub(super) fn owners(
    connection: &mut SqliteConnection,
    brought: &Brought,
    keyring: &Keyring,
) -> Result<Owners, Failure> {
    let text = format!(
        "WITH brought (kind, realm, identifier) AS (VALUES {marks})
         SELECT {OWNER_COLUMNS}, {USER_COLUMNS}
         FROM brought b
         CROSS JOIN login_methods m ON m.kind = b.kind AND m.realm = b.realm AND m.identifier = b.identifier
         CROSS JOIN users u ON u.id = m.user_id
         {ROOT_AND_PHONE}",
        marks = keys::marks(brought.all().count())
    );
    let mut owners = Owners::default();
    for row in Sql::new(text, keys::values(brought.all())).load::<OwnerRow>(connection)? {
        let came_at = row.came_at.map(|at| at.0);
        let (kind, owner) = row.owner(keyring)?;
        owners.phones_user_came_at = owners.phones_user_came_at.max(came_at);
        let place = match kind {
            LoginMethodKind::WeChatOpenId => &mut owners.openid,
            LoginMethodKind::WeChatUnionId => &mut owners.unionid,
            LoginMethodKind::Phone => &mut owners.phone,
        };
        place.get_or_insert(owner);
    }
    Ok(owners)
}

/// The user that this id means.
pub(super) fn user(
    connection: &mut SqliteConnection,
    id: UserId,
    keyring: &Keyring,
) -> Result<Option<User>, Failure> {
    user_where(connection, "u.id = ?", Value::Bytes(id.as_bytes()), keyring)
}

pub(super) fn user_by_external_id(
    connection: &mut SqliteConnection,
    id: &ExternalId,
    keyring: &Keyring,
) -> Result<Option<User>, Failure> {
    user_where(connection, "u.external_id = ?", Value::Text(id.as_str()), keyring)
}

/// Whose this is.
pub(super) fn owner(
    connection: &mut SqliteConnection,
    key: &MethodKey,
    keyring: &Keyring,
) -> Result<Option<Owner>, Failure> {
    let text = format!(
        "SELECT {OWNER_COLUMNS}, {USER_COLUMNS}
         FROM login_methods m CROSS JOIN users u ON u.id = m.user_id {ROOT_AND_PHONE}
         WHERE m.kind = ? AND m.realm = ? AND m.identifier = ?"
    );
    let row = Sql::new(text, keys::values([key]))
        .get_result::<OwnerRow>(connection)
        .optional()?;
    row.map(|row| Ok(row.owner(keyring)?.1)).transpose()
}

fn user_where(
    connection: &mut SqliteConnection,
    condition: &'static str,
    value: Value<'_>,
    keyring: &Keyring,
) -> Result<Option<User>, Failure> {
    let text = format!("SELECT {USER_COLUMNS} FROM users u {ROOT_AND_PHONE} WHERE {condition}");
    let row = Sql::new(text, [value])
        .get_result::<UserRow>(connection)
        .optional()?;
    row.map(|row| row.user(keyring)).transpose()
}

/// A user with their login methods, as they are at one moment.
pub(super) fn account(
    connection: &mut SqliteConnection,
    user: impl FnOnce(&mut SqliteConnection) -> Result<Option<User>, Failure>,
    keyring: &Keyring,
) -> Result<Option<UserAccount>, Failure> {
    connection.transaction(|connection| {
        let user = user(connection)?;
        user.map(|user| account_of(connection, user, keyring)).transpose()
    })
}

/// The same, in the transaction of its caller, which found the user.
pub(super) fn account_of(
    connection: &mut SqliteConnection,
    user: User,
    keyring: &Keyring,
) -> Result<UserAccount, Failure> {
    let ids = users::table
        .filter(users::root.eq(Id::from(user.id)))
        .select(users::id);
    let methods = login_methods::table
        .filter(login_methods::user_id.eq_any(ids))
        .order((login_methods::linked_at, login_methods::id))
        .select(MethodRow::as_select())
        .load(connection)?;
    let methods = methods.into_iter().map(|row| row.method(keyring));
    Ok(UserAccount {
        user,
        methods: methods.collect::<Result<_, _>>()?,
    })
}
