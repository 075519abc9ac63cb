use time::OffsetDateTime;
use wechat_login_domain::{
    Brought, ExternalId, Keyring, LoginMethodKind, MethodKey, User, UserAccount, UserId,
    resolve::{Owner, Owners},
};

use super::{
    keys,
    row::{CAME_AT, METHOD_COLUMNS, MethodRow, OwnerRow, ROOT_AND_PHONE, USER_COLUMNS, UserRow},
};
use crate::{
    failure::Failure,
    lease::Lease,
    sql::{Sql, Value},
};

/// Whose what was brought is.
///
/// A method whose user is not there is nobody's: so are the own ones of a login that has not made its user yet, and only those.
pub(super) async fn owners(
    lease: &mut Lease,
    brought: &Brought,
    keyring: &Keyring,
) -> Result<Owners, Failure> {
    let all: Vec<_> = brought.all().collect();
    let mut owners = Owners::default();
    for (identifier, held) in all.iter().zip(held(lease, &all, keyring).await?) {
        let (owner, came_at) = held.map(|held| (held.owner, held.came_at)).unzip();
        owners.phones_user_came_at = owners.phones_user_came_at.max(came_at.flatten());
        let place = match identifier.kind {
            LoginMethodKind::WeChatOpenId => &mut owners.openid,
            LoginMethodKind::WeChatUnionId => &mut owners.unionid,
            LoginMethodKind::Phone => &mut owners.phone,
        };
        *place = place.take().or(owner);
    }
    Ok(owners)
}

/// Whose an identifier is.
pub(super) struct Held {
    pub(super) owner: Owner,
    /// When its user came last, where it is a phone.
    came_at: Option<OffsetDateTime>,
}

/// Whose each of these is, in their order: one statement, each step of which is one key, and whose rows are all that a login answers with.
pub(super) async fn held(
    lease: &mut Lease,
    identifiers: &[&MethodKey],
    keyring: &Keyring,
) -> Result<Vec<Option<Held>>, Failure> {
    let mut owners = Vec::new();
    owners.resize_with(identifiers.len(), || None);
    if identifiers.is_empty() {
        return Ok(owners);
    }
    let one = |(n, identifier): (usize, &&MethodKey)| {
        let is_phone = identifier.kind == LoginMethodKind::Phone;
        let came_at = if is_phone { CAME_AT } else { "NULL" };
        format!(
            "SELECT {n} AS n, m.user_id AS linked_to, m.account, m.last_used_at, {came_at} AS came_at,
                 r.nickname_is_own, r.avatar_is_own, {USER_COLUMNS}
             FROM login_methods m JOIN users u ON u.id = m.user_id
             {ROOT_AND_PHONE}
             WHERE m.kind = ? AND m.realm = ? AND m.identifier = ?"
        )
    };
    let text = identifiers.iter().enumerate().map(one).collect::<Vec<_>>();
    let values = keys::values(identifiers.iter().copied());
    let sql = Sql::new(text.join(" UNION ALL "), values);
    for row in lease.load::<OwnerRow>(&sql).await? {
        let n = usize::try_from(row.n).map_err(Failure::bad_row("login_methods"))?;
        let place = owners.get_mut(n).ok_or(Failure::BadRow("login_methods"))?;
        *place = Some(Held {
            came_at: row.came_at.map(|at| at.0),
            owner: row.owner(keyring)?,
        });
    }
    Ok(owners)
}

/// How somebody asks for a user.
#[derive(Clone, Copy)]
pub(super) enum Asked<'a> {
    ById(UserId),
    ByExternalId(&'a ExternalId),
}

/// The user that is meant.
pub(super) async fn user(
    lease: &mut Lease,
    asked: Asked<'_>,
    keyring: &Keyring,
) -> Result<Option<User>, Failure> {
    let (condition, value) = match &asked {
        Asked::ById(id) => ("u.id = ?", Value::Bytes(id.as_bytes())),
        Asked::ByExternalId(id) => ("u.external_id = ?", Value::Bytes(id.as_str().as_bytes())),
    };
    let text = format!("SELECT {USER_COLUMNS} FROM users u {ROOT_AND_PHONE} WHERE {condition}");
    let rows = lease.load::<UserRow>(&Sql::new(text, [value])).await?;
    rows.into_iter().next().map(|row| row.user(keyring)).transpose()
}

/// A user with their login methods, as they are at one moment.
pub(super) async fn account(
    lease: &mut Lease,
    asked: Asked<'_>,
    keyring: &Keyring,
) -> Result<Option<UserAccount>, Failure> {
    lease.batch("START TRANSACTION READ ONLY").await?;
    let account = account_now(lease, asked, keyring).await?;
    lease.batch("COMMIT").await?;
    Ok(account)
}

/// The same, in the transaction of its caller.
pub(super) async fn account_now(
    lease: &mut Lease,
    asked: Asked<'_>,
    keyring: &Keyring,
) -> Result<Option<UserAccount>, Failure> {
    let methods = format!(
        "SELECT {METHOD_COLUMNS}
         FROM users f JOIN login_methods l ON l.user_id = f.id
         WHERE f.root = ? ORDER BY l.linked_at, l.id"
    );
    let Some(user) = user(lease, asked, keyring).await? else {
        return Ok(None);
    };
    let sql = Sql::new(methods, [Value::Bytes(user.id.as_bytes())]);
    let methods = lease.load::<MethodRow>(&sql).await?;
    let methods = methods.into_iter().map(|row| row.method(keyring));
    Ok(Some(UserAccount {
        user,
        methods: methods.collect::<Result<_, _>>()?,
    }))
}
