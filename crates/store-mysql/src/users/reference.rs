use diesel::{
    QueryableByName,
    sql_types::{Binary, Nullable, Text},
};
use wechat_login_domain::{Keyring, LoginMethodKind, MethodKey, UserAccount, UserId, UserReference};

use super::look_up::{self, Asked};
use crate::{
    failure::Failure,
    lease::Lease,
    sql::{Sql, Value},
    sql_types::Id,
};

/// Everybody whom one of these means, each once, as they are at one moment.
pub(super) async fn accounts(
    lease: &mut Lease,
    references: &[UserReference],
    keyring: &Keyring,
) -> Result<Vec<UserAccount>, Failure> {
    lease.batch("START TRANSACTION READ ONLY").await?;
    let mut ids = Vec::new();
    for reference in references {
        ids.extend(meant(lease, reference, keyring).await?);
    }
    ids.sort_unstable();
    ids.dedup();
    let mut accounts = Vec::new();
    for id in ids {
        accounts.extend(look_up::account_now(lease, Asked::ById(id), keyring).await?);
    }
    lease.batch("COMMIT").await?;
    Ok(accounts)
}

async fn meant(
    lease: &mut Lease,
    reference: &UserReference,
    keyring: &Keyring,
) -> Result<Vec<UserId>, Failure> {
    let asked = match reference {
        UserReference::Id(id) => Asked::ById(*id),
        UserReference::External(id) => Asked::ByExternalId(id),
        UserReference::OpenId(openid) => {
            return anywhere(lease, LoginMethodKind::WeChatOpenId, openid.as_str()).await;
        }
        UserReference::UnionId(unionid) => {
            return anywhere(lease, LoginMethodKind::WeChatUnionId, unionid.as_str()).await;
        }
        UserReference::Phone(phone) => {
            let identifiers = MethodKey::of_phone(phone, keyring);
            let held = look_up::held(lease, &identifiers.iter().collect::<Vec<_>>(), keyring).await?;
            return Ok(held
                .into_iter()
                .flatten()
                .map(|held| held.owner.user.id)
                .collect());
        }
    };
    let user = look_up::user(lease, asked, keyring).await?;
    Ok(user.map(|user| user.id).into_iter().collect())
}

#[derive(QueryableByName)]
struct Realm {
    #[diesel(sql_type = Nullable<Text>)]
    realm: Option<String>,
}

#[derive(QueryableByName)]
struct Root {
    #[diesel(sql_type = Binary)]
    root: Id,
}

/// Whoever has this identifier in any realm. The key begins with the realm, so all of them are looked in: there are few.
async fn anywhere(
    lease: &mut Lease,
    kind: LoginMethodKind,
    identifier: &str,
) -> Result<Vec<UserId>, Failure> {
    let realms = realms(lease, kind).await?;
    if realms.is_empty() {
        return Ok(Vec::new());
    }
    let text = format!(
        "SELECT u.root FROM login_methods m JOIN users u ON u.id = m.user_id
         WHERE m.kind = ? AND m.realm IN ({}) AND m.identifier = ?",
        vec!["?"; realms.len()].join(", ")
    );
    let values = [kind.as_str()]
        .into_iter()
        .chain(realms.iter().map(String::as_str));
    let values = values.chain([identifier]).map(Value::Text);
    let roots = lease.load::<Root>(&Sql::new(text, values)).await?;
    Ok(roots.into_iter().map(|row| row.root.user()).collect())
}

/// Every app, or Open Platform account, that somebody is known at. From one to the next along the key: a `DISTINCT` may walk through all.
async fn realms(lease: &mut Lease, kind: LoginMethodKind) -> Result<Vec<String>, Failure> {
    const NEXT: &str = "SELECT MIN(realm) AS realm FROM login_methods WHERE kind = ? AND realm > ?";
    let mut realms: Vec<String> = Vec::new();
    loop {
        let last = realms.last().map_or("", String::as_str);
        let next = Sql::new(NEXT, [kind.as_str(), last].map(Value::Text));
        let found = lease.load::<Realm>(&next).await?;
        match found.into_iter().find_map(|row| row.realm) {
            Some(realm) => realms.push(realm),
            None => return Ok(realms),
        }
    }
}
