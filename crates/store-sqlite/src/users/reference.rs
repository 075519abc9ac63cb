use diesel::{QueryableByName, RunQueryDsl, SqliteConnection, sql_types::Binary};
use wechat_login_domain::{Keyring, LoginMethodKind, MethodKey, UserAccount, UserId, UserReference};

use super::look_up;
use crate::{
    failure::Failure,
    sql::{Sql, Value},
    sql_types::Id,
};

/// Everybody whom one of these means, each once.
pub(super) fn accounts(
    connection: &mut SqliteConnection,
    references: &[UserReference],
    keyring: &Keyring,
) -> Result<Vec<UserAccount>, Failure> {
    let mut ids = Vec::new();
    for reference in references {
        ids.extend(meant(connection, reference, keyring)?);
    }
    ids.sort_unstable();
    ids.dedup();
    let mut accounts = Vec::new();
    for id in ids {
        accounts.extend(look_up::account(
            connection,
            |it| look_up::user(it, id, keyring),
            keyring,
        )?);
    }
    Ok(accounts)
}

fn meant(
    connection: &mut SqliteConnection,
    reference: &UserReference,
    keyring: &Keyring,
) -> Result<Vec<UserId>, Failure> {
    let user = match reference {
        UserReference::Id(id) => look_up::user(connection, *id, keyring)?,
        UserReference::External(id) => look_up::user_by_external_id(connection, id, keyring)?,
        UserReference::OpenId(openid) => {
            return anywhere(connection, LoginMethodKind::WeChatOpenId, openid.as_str());
        }
        UserReference::UnionId(unionid) => {
            return anywhere(connection, LoginMethodKind::WeChatUnionId, unionid.as_str());
        }
        UserReference::Phone(phone) => {
            let mut owners = Vec::new();
            for identifier in MethodKey::of_phone(phone, keyring) {
                let owner = look_up::owner(connection, &identifier, keyring)?;
                owners.extend(owner.map(|owner| owner.user.id));
            }
            return Ok(owners);
        }
    };
    Ok(user.map(|user| user.id).into_iter().collect())
}

#[derive(QueryableByName)]
struct Root {
    #[diesel(sql_type = Binary)]
    root: Id,
}

/// Whoever has this identifier in any realm. The key begins with the realm, so it goes from one realm to the next: there are few.
fn anywhere(
    connection: &mut SqliteConnection,
    kind: LoginMethodKind,
    identifier: &str,
) -> Result<Vec<UserId>, Failure> {
    const ANYWHERE: &str = "WITH RECURSIVE realms (realm) AS (
            SELECT min(realm) FROM login_methods WHERE kind = ?
            UNION ALL
            SELECT (SELECT min(n.realm) FROM login_methods n WHERE n.kind = ? AND n.realm > realms.realm)
            FROM realms WHERE realms.realm IS NOT NULL)
         SELECT u.root FROM realms
         CROSS JOIN login_methods m ON m.kind = ? AND m.realm = realms.realm AND m.identifier = ?
         CROSS JOIN users u ON u.id = m.user_id";
    let kind = || Value::Text(kind.as_str());
    let roots = Sql::new(ANYWHERE, [kind(), kind(), kind(), Value::Text(identifier)]);
    let roots = roots.load::<Root>(connection)?;
    Ok(roots.into_iter().map(|row| row.root.user()).collect())
}
